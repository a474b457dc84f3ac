// The drivers all.cpp lists, one function per file.
#pragma once

#include "exchange/importer.hpp"

namespace ava::exchange {

const Importer& list_importer();
const Importer& folder_importer();
const Importer& unlabelled_importer();
const Importer& caffe_importer();
const Importer& mxnet_importer();
const Importer& coco_importer();
const Importer& voc_importer();
const Importer& yolo_importer();
const Importer& cvat_importer();
const Importer& labelme_importer();
const Importer& huggingface_importer();

}  // namespace ava::exchange
