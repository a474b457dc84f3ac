#include "pipeline/foreign_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "base/file.hpp"
#include "format/all.hpp"
#include "format/datum.hpp"
#include "format/label_floats.hpp"
#include "format/lmdb_env.hpp"
#include "format/recordio.hpp"
#include "sample/labels_csv.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;
using format::StoredItem;

void clear_labels(StoredItem& item) {
  item.label = 0;
  item.classes.clear();
  item.objects.clear();
  item.fractions = false;
  item.is_planes = false;
}

/// MXNet's vector of objects: header width, object width, the rest of the header, then class, x0, y0, x1, y1 of each.
Result<std::vector<format::Object>> objects_of(const std::vector<float>& values) {
  const auto bad = [] { return Error(ErrorCode::kCorrupt, "recordio.bad_header", "a label vector of another kind"); };
  if (values.size() < 2 || !(values[0] >= 2 && values[0] < 1e6f) || !(values[1] >= 5 && values[1] < 1e6f)) return bad();
  const auto head = static_cast<std::size_t>(values[0]);
  const auto width = static_cast<std::size_t>(values[1]);
  if (head > values.size() || (values.size() - head) % width != 0) return bad();
  std::vector<format::Object> objects;
  for (std::size_t at = head; at < values.size(); at += width) {
    format::Object object;
    AVA_TRY(object.cls, format::class_of_float(values[at], "recordio.bad_header"));
    AVA_TRY(object.box, format::box_of_fractions({values[at + 1], values[at + 2], values[at + 3], values[at + 4]},
                                                 "recordio.bad_header"));
    objects.push_back(std::move(object));
  }
  return objects;
}

/// Records as im2rec and others write them: ids are whatever the list had.
class RecordioFile final : public format::Reader {
 public:
  explicit RecordioFile(format::RecordReader records) : records_(std::move(records)) {}
  std::uint64_t count() const override { return 0; }
  Result<bool> next(StoredItem& item) override {
    item.index = next_++;
    clear_labels(item);
    AVA_TRY(const bool more, records_.next(payload_));
    if (!more) return false;
    std::string_view picture;
    AVA_TRY(const format::ImageHeader header, format::decode(payload_, picture));
    item.bytes.assign(picture);
    if (header.labels.empty()) {
      if (!(std::fabs(header.label) < 1e15f))
        return Error(ErrorCode::kCorrupt, "recordio.bad_header", fmt::format("record {}: label", item.index));
      item.label = static_cast<std::int64_t>(header.label);
    } else if (header.labels[0] >= 2) {
      item.fractions = true;
      AVA_TRY(item.objects, objects_of(header.labels));
    } else {
      AVA_TRY(item.classes, format::places_of_ones(header.labels, "recordio.bad_header"));
    }
    return true;
  }

 private:
  format::RecordReader records_;
  std::string payload_;
  std::uint64_t next_ = 0;
};

class LmdbFolder final : public format::Reader {
 public:
  explicit LmdbFolder(format::LmdbCursor cursor) : cursor_(std::move(cursor)) {}
  std::uint64_t count() const override { return cursor_.count(); }
  Result<bool> next(StoredItem& item) override {
    item.index = next_++;
    clear_labels(item);
    std::string_view key;
    std::string_view value;
    AVA_TRY(const bool more, cursor_.next(key, value));
    if (!more) return false;
    if (item.index == 0 && (key == "num-samples" || key.starts_with("image-0") || key.starts_with("label-0")))
      return Error(ErrorCode::kInvalidArgument, "set.other_kind",
                   fmt::format("the key '{}' is of text recognition tools, not of Caffe", key));
    if (format::is_annotated(value)) {
      AVA_TRY(const format::AnnotatedDatum annotated, format::decode_annotated(value));
      item.fractions = true;
      for (const format::AnnotatedBox& box : annotated.boxes) {
        format::Object object{.cls = box.group_label == 0 ? 0 : box.group_label - 1, .difficult = box.difficult};
        AVA_TRY(object.box, format::box_of_fractions({box.xmin, box.ymin, box.xmax, box.ymax}, "datum.corrupt"));
        item.objects.push_back(std::move(object));
      }
      take(annotated.datum, item);
      return true;
    }
    AVA_TRY(const format::Datum datum, format::decode_datum(value));
    take(datum, item);
    if (!datum.float_data.empty()) {
      AVA_TRY(item.classes, format::places_of_ones(datum.float_data, "datum.corrupt"));
    }
    return true;
  }

 private:
  static void take(const format::Datum& datum, StoredItem& item) {
    item.label = datum.label;
    item.is_planes = !datum.encoded;
    item.bytes.assign(datum.data);
  }

  format::LmdbCursor cursor_;
  std::uint64_t next_ = 0;
};

/// The only file of that extension in the folder, or the first by name.
std::optional<fs::path> file_with(const fs::path& folder, std::string_view extension) {
  std::error_code ignored;
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_regular_file(ignored) && entry.path().extension() == extension) found.insert(entry.path());
  if (found.empty()) return std::nullopt;
  return *found.begin();
}

Result<std::vector<std::string>> classes_of(const fs::path& folder) {
  for (const fs::path& place : {folder, folder.parent_path()}) {
    std::error_code ignored;
    if (!fs::exists(place / "labels.csv", ignored)) continue;
    AVA_TRY(const std::string text, file::read(place / "labels.csv"));
    return sample::read_labels_csv(text);
  }
  return std::vector<std::string>{};
}

Result<ForeignSet> open_records(const fs::path& path) {
  AVA_TRY(auto records, format::RecordReader::open(path));
  AVA_TRY(auto classes, classes_of(path.parent_path()));
  return ForeignSet{"recordio", std::move(classes), std::make_unique<RecordioFile>(std::move(records))};
}

Result<ForeignSet> open_environment(const fs::path& folder) {
  AVA_TRY(auto cursor, format::LmdbCursor::open(folder));
  AVA_TRY(auto classes, classes_of(folder));
  return ForeignSet{"lmdb", std::move(classes), std::make_unique<LmdbFolder>(std::move(cursor))};
}

}  // namespace

Result<ForeignSet> open_foreign(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return file::error_of(ENOENT, "open", path);
  if (!fs::is_directory(path, ignored))
    return path.extension() == ".mdb" ? open_environment(path.parent_path()) : open_records(path);
  for (const fs::path& folder : {path / "cache", path}) {
    if (const auto records = file_with(folder, ".rec")) return open_records(*records);
    if (fs::exists(folder / "data.mdb", ignored)) return open_environment(folder);
  }
  for (const format::Format* driver : format::all()) {
    if (driver->name() == "recordio" || driver->name() == "lmdb") continue;
    auto reader = driver->open_reader(path);
    if (!reader.ok() || (*reader)->count() == 0) continue;
    AVA_TRY(auto classes, classes_of(path));
    return ForeignSet{std::string(driver->name()), std::move(classes), *std::move(reader)};
  }
  return Error(ErrorCode::kInvalidArgument, "set.unknown", fmt::format("'{}' holds no set", path.string()))
      .hint("a folder with data.rec or data.mdb, in it or below cache/, or a set of any format of 'ava data formats'");
}

Result<std::unique_ptr<format::Reader>> open_listed(const fs::path& folder, const SetManifest& manifest) {
  if (manifest.foreign) {
    AVA_TRY(ForeignSet set, open_foreign(folder));
    return std::move(set.reader);
  }
  AVA_TRY(const format::Format* driver, format::find(manifest.format));
  return driver->open_reader(folder);
}

}  // namespace ava::pipeline
