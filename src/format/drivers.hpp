// The drivers all.cpp lists, one function per file.
#pragma once

#include "format/format.hpp"

namespace ava::format {

const Format& recordio_format();
const Format& lmdb_format();
const Format& raw_format();
const Format& tfrecord_format();
const Format& webdataset_format();
const Format& mds_format();
const Format& folder_format();
const Format& roidb_format();
const Format& coco_format();
const Format& yolo_format();
const Format& voc_format();

}  // namespace ava::format
