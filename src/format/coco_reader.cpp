#include "format/coco_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "format/label_json.hpp"
#include "format/loose_file.hpp"
#include "sample/foreign_boxes.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;
using schema::Json;

Error corrupt_coco(std::uint64_t line, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "coco.corrupt", fmt::format("line {}: {}", line, what));
}

/// Lines of the file with their numbers; of each, the JSON object before the comma.
class Lines {
 public:
  Result<void> open(const fs::path& path) {
    in_.open(path, std::ios::binary);
    if (!in_) return file::error_of(errno, "open", path);
    return {};
  }
  bool next() {
    ++number_;
    return static_cast<bool>(std::getline(in_, text_));
  }
  const std::string& text() const { return text_; }
  std::uint64_t number() const { return number_; }
  Result<Json> object() const {
    std::string_view text = text_;
    if (text.ends_with(',')) text.remove_suffix(1);
    auto json = schema::parse(text);
    if (!json.ok() || !json->is_object()) return corrupt_coco(number_, "no JSON object");
    return json;
  }

 private:
  std::ifstream in_;
  std::string text_;
  std::uint64_t number_ = 0;
};

Result<std::uint64_t> number_at(const Json& object, const char* name, std::uint64_t line) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned())
    return corrupt_coco(line, fmt::format("'{}' is no number from 0", name));
  return found->get<std::uint64_t>();
}

Result<std::vector<sample::Point>> polygon_of(const Json& object, std::uint64_t line) {
  const auto found = object.find("segmentation");
  const bool list = found != object.end() && found->is_array();
  if (list && found->empty()) return std::vector<sample::Point>();
  if (!list || found->size() != 1 || !(*found)[0].is_array() || (*found)[0].size() % 2 != 0)
    return corrupt_coco(line, "segmentation is not one outline");
  std::vector<sample::Point> points;
  const Json& numbers = (*found)[0];
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    if (!numbers[i].is_number() || !numbers[i + 1].is_number()) return corrupt_coco(line, "an outline without numbers");
    points.push_back({numbers[i].get<double>(), numbers[i + 1].get<double>()});
  }
  return points;
}

Result<std::vector<sample::Landmark>> key_points_of(const Json& object, std::uint64_t line) {
  std::vector<sample::Landmark> marks;
  const auto found = object.find("keypoints");
  if (found == object.end()) return marks;
  if (!found->is_array() || found->size() % 3 != 0) return corrupt_coco(line, "keypoints are not in threes");
  for (const Json& number : *found)
    if (!number.is_number()) return corrupt_coco(line, "a key point is no number");
  for (std::size_t i = 0; i + 2 < found->size(); i += 3)
    if ((*found)[i + 2].get<double>() > 0)
      marks.push_back({.index = static_cast<std::int64_t>(i / 3),
                       .point = {(*found)[i].get<double>(), (*found)[i + 1].get<double>()}});
  return marks;
}

/// Landmarks that are no COCO key points stand there a second time, in AVA's own member.
Result<std::vector<sample::Landmark>> landmarks_of(const Json& object, std::uint64_t line) {
  const auto found = object.find("landmarks");
  if (found == object.end()) return key_points_of(object, line);
  Json object_entry = {{"class_index", 0u}, {"landmarks", *found}};
  object_entry["bbox"] = Json::array({Json::array({0, 0}), Json::array({1, 1})});
  const Json entry = Json::array({std::move(object_entry)});
  AVA_TRY(const auto objects, objects_of_entries(entry));
  return objects.front().landmarks;
}

/// An object with the number of its picture.
struct Annotation {
  std::uint64_t image = 0;
  Object object;
};

Result<Annotation> annotation_of(const Lines& lines) {
  const std::uint64_t line = lines.number();
  AVA_TRY(const Json json, lines.object());
  Annotation out;
  AVA_TRY(out.image, number_at(json, "image_id", line));
  AVA_TRY(const std::uint64_t category, number_at(json, "category_id", line));
  if (category == 0 || category > UINT32_MAX) return corrupt_coco(line, "no category of AVA");
  out.object.cls = static_cast<std::uint32_t>(category - 1);
  if (!json.contains("bbox")) return corrupt_coco(line, "an object without bbox");
  AVA_TRY(const sample::Box numbers, box_of_numbers(json["bbox"], 0));
  out.object.box = sample::box_of(sample::CocoBox{numbers.x0, numbers.y0, numbers.x1, numbers.y1});
  AVA_TRY(out.object.polygon, polygon_of(json, line));
  AVA_TRY(out.object.landmarks, landmarks_of(json, line));
  out.object.difficult = json.value("difficult", Json()) == true;
  return out;
}

class CocoReader final : public Reader {
 public:
  CocoReader(fs::path pictures, std::unique_ptr<Lines> images, std::unique_ptr<Lines> annotations, std::uint64_t count)
      : pictures_(std::move(pictures)),
        images_(std::move(images)),
        annotations_(std::move(annotations)),
        count_(count) {}

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    item = {};
    item.index = next_;
    if (next_ == count_) {
      if (std::exchange(ended_, true)) return false;
      AVA_CHECK(check_rest());
      return false;
    }
    ++next_;
    auto read = read_sample(item);
    failed_ = !read.ok();
    if (failed_) return read.error();
    return true;
  }

 private:
  Result<void> read_sample(StoredItem& item) {
    AVA_CHECK(take_objects(item));
    images_->next();
    const std::uint64_t line = images_->number();
    AVA_TRY(const Json json, images_->object());
    AVA_TRY(const std::uint64_t id, number_at(json, "id", line));
    const auto name = json.find("file_name");
    if (id != item.index || name == json.end() || !name->is_string())
      return corrupt_coco(line, fmt::format("not the picture {}", item.index));
    const auto text = name->get<std::string>();
    if (!file::is_safe_relative(text) || text.find('/') != std::string::npos)
      return corrupt_coco(line, fmt::format("'{}' is no picture of the set", text));
    AVA_TRY(item.bytes, read_loose_file(pictures_ / text, "coco.missing_picture"));
    return {};
  }

  /// The objects of this picture; those left from one that could not be read are passed over.
  Result<void> take_objects(StoredItem& item) {
    for (;;) {
      AVA_CHECK(peek());
      if (!pending_ || pending_->image > item.index) return {};
      const Annotation annotation = *std::exchange(pending_, std::nullopt);
      if (annotation.image == item.index)
        item.objects.push_back(annotation.object);
      else if (!failed_)
        return corrupt_coco(annotations_->number(), "an object out of the order of the pictures");
    }
  }

  Result<void> peek() {
    if (pending_ || no_more_) return {};
    no_more_ = !annotations_->next() || annotations_->text() == "],\"categories\":[";
    if (no_more_) return {};
    AVA_TRY(pending_, annotation_of(*annotations_));
    return {};
  }

  /// What stands behind the last object: the categories, numbered, and the end.
  Result<void> check_rest() {
    AVA_CHECK(peek());
    if (pending_) return corrupt_coco(annotations_->number(), "an object of no picture");
    if (annotations_->text() != "],\"categories\":[")
      return corrupt_coco(annotations_->number(), "the file ends too early");
    for (std::uint64_t id = 1; annotations_->next(); ++id) {
      if (annotations_->text() == "]}") return {};
      AVA_TRY(const Json json, annotations_->object());
      AVA_TRY(const std::uint64_t found, number_at(json, "id", annotations_->number()));
      if (found != id) return corrupt_coco(annotations_->number(), fmt::format("not the category {}", id));
    }
    return corrupt_coco(annotations_->number(), "the file ends too early");
  }

  fs::path pictures_;
  std::unique_ptr<Lines> images_;
  std::unique_ptr<Lines> annotations_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
  std::optional<Annotation> pending_;
  bool no_more_ = false;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_coco_reader(const fs::path& json, const fs::path& pictures) {
  auto images = std::make_unique<Lines>();
  auto annotations = std::make_unique<Lines>();
  AVA_CHECK(images->open(json));
  AVA_CHECK(annotations->open(json));
  if (!images->next() || images->text() != "{\"images\":[") return corrupt_coco(1, "no instances file of AVA");
  std::uint64_t lines = 0;
  bool found = false;
  while (!found && annotations->next()) {
    found = annotations->text() == "],\"annotations\":[";
    ++lines;
  }
  if (!found) return corrupt_coco(lines, "the file ends among its pictures");
  return std::unique_ptr<Reader>(
      std::make_unique<CocoReader>(pictures, std::move(images), std::move(annotations), lines - 2));
}

}  // namespace ava::format
