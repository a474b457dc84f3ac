// Label formats of others, written: the files one picture after the other becomes. What a format has no place for is
// counted, never dropped in silence. Reading them back is the work of exchange/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sample/sample.hpp"

namespace ava::convert {

using ExportCounts = std::map<std::string, std::uint64_t>;

/// One object on its way out. Units: pixels. Lifetime: `extra` of the entry it was made of.
struct ExportObject {
  std::uint32_t cls = 0;
  sample::Box box;
  std::vector<sample::Point> outline;  ///< when it is not just the box
  std::string_view extra;              ///< other members of the entry, as JSON text: Entry::extra
};

/// A picture with its objects, or its class.
struct ExportPicture {
  std::string name;  ///< of the file, no folder
  int width = 0;
  int height = 0;
  std::vector<ExportObject> objects;
  std::string cls;
};

/// What a format did with a picture's annotations: `left_out` ones are gone, of the others some attributes are.
struct ExportLosses {
  ExportCounts left_out;     ///< annotations by reason
  ExportCounts not_carried;  ///< attributes by name
};

/// Thread: one at a time. Errors: `file.*`.
class ExportWriter {
 public:
  virtual ~ExportWriter() = default;
  /// Where the file of a picture belongs, relative to the folder.
  virtual std::string place_of(const ExportPicture& picture) const = 0;
  /// Answers how many of its objects (or its class) were written.
  virtual Result<std::uint64_t> add(const ExportPicture& picture, ExportLosses& losses) = 0;
  virtual Result<void> finish() = 0;
};

/// `to`: "coco", "voc", "yolo", "folder". `classes` are sorted: position = class number.
/// Errors: `export.unknown`, `export.class_name` for a class the format cannot name.
Result<std::unique_ptr<ExportWriter>> make_export_writer(std::string_view to, const std::filesystem::path& folder,
                                                         const std::vector<std::string>& classes);

}  // namespace ava::convert
