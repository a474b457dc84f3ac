// The drivers all.cpp lists, one function per file.
#pragma once

#include "exchange/importer.hpp"

namespace ava::exchange {

const Importer& list_importer();
const Importer& folder_importer();
const Importer& unlabelled_importer();
const Importer& voc_importer();

}  // namespace ava::exchange
