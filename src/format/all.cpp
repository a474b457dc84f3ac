#include "format/all.hpp"

#include <array>
#include <string>

#include "format/drivers.hpp"

namespace ava::format {

std::span<const Format* const> all() {
  // A line each, so that adding one is one line.
  // clang-format off
  static const std::array<const Format*, 11> kAll = {
      &recordio_format(),
      &lmdb_format(),
      &raw_format(),
      &tfrecord_format(),
      &webdataset_format(),
      &mds_format(),
      &folder_format(),
      &roidb_format(),
      &coco_format(),
      &yolo_format(),
      &voc_format(),
  };
  // clang-format on
  return kAll;
}

Result<const Format*> find(std::string_view name) {
  std::string known;
  for (const Format* format : all()) {
    if (format->name() == name) return format;
    if (!known.empty()) known += ", ";
    known += format->name();
  }
  return Error(ErrorCode::kInvalidArgument, "format.unknown", "no format is called '" + std::string(name) + "'")
      .hint("formats: " + known);
}

}  // namespace ava::format
