// COCO: annotations/instances_<split>.json and images/<split>/. One picture, one object a line, in the order of the
// set, so that both writing and reading need no memory of the rest.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "format/coco_reader.hpp"
#include "format/drivers.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/scratch_file.hpp"
#include "format/shard_files.hpp"
#include "format/with_options.hpp"
#include "sample/foreign_boxes.hpp"
#include "sample/list_writer.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;
using sample::append_json_number;

struct CocoOptions {};
void describe(schema::Visitor& v, CocoOptions&) { v.type("CocoOptions"); }

constexpr std::string_view kImages = "{\"images\":[";
constexpr std::string_view kAnnotations = "],\"annotations\":[";
constexpr std::string_view kCategories = "],\"categories\":[";
constexpr std::string_view kEnd = "]}";
constexpr std::int64_t kMostKeyPoints = 1000;

double coco_area(const Object& object) {
  const auto& points = object.polygon;
  if (points.size() < 3) return (object.box.x1 - object.box.x0) * (object.box.y1 - object.box.y0);
  double twice = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const sample::Point& a = points[i];
    const sample::Point& b = points[(i + 1) % points.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

void append_numbers(std::string& out, std::initializer_list<double> values) {
  for (const double value : values) {
    if (out.back() != '[') out += ',';
    append_json_number(out, value);
  }
}

/// Key points by the landmarks' numbers, 0,0,0 where there is none. Between two bytes 1 stand class and length: how
/// long the longest of the class is, is known when all are.
void append_key_points(std::string& out, const Object& object) {
  std::vector<const sample::Landmark*> places;
  int known = 0;
  for (const sample::Landmark& mark : object.landmarks) {
    if (mark.index < 0 || mark.index >= kMostKeyPoints) continue;
    const auto at = static_cast<std::size_t>(mark.index);
    if (places.size() <= at) places.resize(at + 1);
    known += places[at] == nullptr ? 1 : 0;
    places[at] = &mark;
  }
  if (places.empty()) return;
  out += ",\"keypoints\":[";
  for (const sample::Landmark* mark : places) {
    if (mark != nullptr)
      append_numbers(out, {mark->point.x, mark->point.y, 2});
    else
      append_numbers(out, {0, 0, 0});
  }
  fmt::format_to(std::back_inserter(out), "\1{} {}\1],\"num_keypoints\":{}", object.cls, places.size(), known);
}

/// Do COCO's key points say all of the landmarks?
bool are_key_points(const std::vector<sample::Landmark>& landmarks) {
  std::int64_t last = -1;
  for (const sample::Landmark& mark : landmarks) {
    if (mark.score || mark.index <= last || mark.index >= kMostKeyPoints) return false;
    last = mark.index;
  }
  return true;
}

void append_other_landmarks(std::string& out, const std::vector<sample::Landmark>& landmarks) {
  out += ",\"landmarks\":[";
  for (const sample::Landmark& mark : landmarks) {
    fmt::format_to(std::back_inserter(out), "{}{{\"index\":{},\"pt\":[", out.back() == '[' ? "" : ",", mark.index);
    append_numbers(out, {mark.point.x, mark.point.y});
    out += ']';
    if (mark.score) {
      out += ",\"score\":";
      append_json_number(out, *mark.score);
    }
    out += '}';
  }
  out += ']';
}

std::string annotation(std::uint64_t id, std::uint64_t image, const Object& object) {
  std::string out =
      fmt::format(R"({{"id":{},"image_id":{},"category_id":{},"bbox":[)", id, image, std::uint64_t{object.cls} + 1);
  const sample::CocoBox box = sample::to_coco(object.box);
  append_numbers(out, {box.x, box.y, box.width, box.height});
  out += "],\"area\":";
  append_json_number(out, coco_area(object));
  out += ",\"iscrowd\":0,\"segmentation\":[";
  if (object.polygon.size() >= 3) {
    out += '[';
    for (const sample::Point& p : object.polygon) append_numbers(out, {p.x, p.y});
    out += ']';
  }
  out += ']';
  append_key_points(out, object);
  if (!are_key_points(object.landmarks)) append_other_landmarks(out, object.landmarks);
  if (object.difficult) out += ",\"difficult\":true";
  return out + "}";
}

class CocoWriter final : public Writer {
 public:
  CocoWriter(fs::path folder, OutFile json, ScratchFile annotations, SetInfo info)
      : folder_(std::move(folder)),
        json_(std::move(json)),
        annotations_(std::move(annotations)),
        info_(std::move(info)),
        digits_(digits_of_names(info_.sample_count)),
        key_points_(info_.classes.size()) {}

  Result<void> append(const Item& item) override {
    const std::string name = fmt::format("{:0{}}.{}", item.index, digits_, item.extension);
    AVA_CHECK(put_loose_file(folder_ / "images" / info_.split / name, *item.bytes));
    AVA_CHECK(json_.write(fmt::format(R"({}{{"id":{},"file_name":"{}","width":{},"height":{}}})",
                                      item.index == 0 ? "\n" : ",\n", item.index, name, item.width, item.height)));
    for (const Object& object : item.labels.objects) {
      for (const sample::Landmark& mark : object.landmarks)
        if (mark.index >= 0 && mark.index < kMostKeyPoints && object.cls < key_points_.size())
          key_points_[object.cls] = std::max(key_points_[object.cls], static_cast<std::uint32_t>(mark.index + 1));
      ++objects_;
      AVA_CHECK(annotations_.write((objects_ == 1 ? "\n" : ",\n") + annotation(objects_, item.index, object)));
    }
    return {};
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(json_.write("\n" + std::string(kAnnotations)));
    AVA_CHECK(annotations_.drain([this](std::string_view piece) { return write_padded(piece); }));
    AVA_CHECK(json_.write("\n" + std::string(kCategories)));
    for (std::size_t cls = 0; cls < info_.classes.size(); ++cls) AVA_CHECK(json_.write(category(cls)));
    AVA_CHECK(json_.write("\n" + std::string(kEnd) + "\n"));
    AVA_CHECK(json_.close());
    AVA_CHECK(sync_loose_files(folder_ / "images"));
    return std::vector<SetFile>{
        {fmt::format("annotations/instances_{}.json", info_.split), json_.offset(), json_.digest()}};
  }

 private:
  std::string category(std::size_t cls) const {
    std::string out = fmt::format("{}{{\"id\":{},\"name\":", cls == 0 ? "\n" : ",\n", cls + 1);
    sample::append_json_string(out, info_.classes[cls]);
    out += ",\"supercategory\":\"\"";
    if (key_points_[cls] > 0) {
      out += ",\"keypoints\":[";
      for (std::uint32_t i = 0; i < key_points_[cls]; ++i)
        fmt::format_to(std::back_inserter(out), "{}\"{}\"", i > 0 ? "," : "", i);
      out += "],\"skeleton\":[]";
    }
    return out + "}";
  }

  /// Make the key points of every object of a class equally long. A piece may end within a mark.
  Result<void> write_padded(std::string_view piece) {
    std::string out;
    for (const char c : piece) {
      if (c != '\1') {
        (in_mark_ ? mark_ : out) += c;
        continue;
      }
      in_mark_ = !in_mark_;
      if (in_mark_) continue;
      const auto cls = std::strtoull(mark_.c_str(), nullptr, 10);
      const auto have = std::strtoull(mark_.c_str() + mark_.find(' '), nullptr, 10);
      for (std::uint64_t i = have; cls < key_points_.size() && i < key_points_[cls]; ++i) out += ",0,0,0";
      mark_.clear();
    }
    return json_.write(out);
  }

  fs::path folder_;
  OutFile json_;
  ScratchFile annotations_;
  SetInfo info_;
  int digits_;
  std::vector<std::uint32_t> key_points_;  ///< of each class, the most
  std::uint64_t objects_ = 0;
  bool in_mark_ = false;
  std::string mark_;
};

class CocoFormat final : public WithOptions<CocoOptions> {
 public:
  std::string_view name() const override { return "coco"; }
  std::string_view title() const override { return "COCO"; }
  std::string_view description() const override {
    return "The instances file of COCO (annotations/) with the pictures in images/: boxes, outlines as segmentation, "
           "landmarks as key points. Read by most detection tools.";
  }
  Traits traits() const override {
    return {.classification = false, .detection = true, .polygons = true, .landmarks = true, .box_error_px = 1e-6};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(options_of(options));
    if (info.task != Task::kDetection)
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry", "COCO's instances file holds boxes only");
    AVA_CHECK(file::make_dirs(folder / "annotations"));
    AVA_CHECK(file::make_dirs(folder / "images" / info.split));
    AVA_TRY(auto json, OutFile::create(folder / fmt::format("annotations/instances_{}.json", info.split)));
    AVA_CHECK(json.write(kImages));
    AVA_TRY(auto annotations, ScratchFile::create(folder / ".coco-annotations"));
    return std::unique_ptr<Writer>(std::make_unique<CocoWriter>(folder, std::move(json), std::move(annotations), info));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(const auto files, shards_in(folder / "annotations", ".json", "coco.corrupt"));
    const std::string stem = files.front().stem().string();
    const std::string split = stem.substr(std::min(stem.size(), std::string_view("instances_").size()));
    return open_coco_reader(files.front(), folder / "images" / split);
  }
};

}  // namespace

const Format& coco_format() {
  static const CocoFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
