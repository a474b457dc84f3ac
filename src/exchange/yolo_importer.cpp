#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/picture_size.hpp"
#include "exchange/samples.hpp"
#include "exchange/text_lines.hpp"
#include "exchange/yolo_layout.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

constexpr std::uint64_t kLabelBytes = 64u << 20;

struct YoloOptions {};
void describe(schema::Visitor& v, YoloOptions&) { v.type("YoloImportOptions"); }

/// "3 0.5 0.5 0.1 0.2": what a label line looks like.
bool looks_like_labels(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.empty()) return false;
  const auto words = words_of(lines.front());
  if (words.size() < 5 || !integer_of(words[0])) return false;
  return std::all_of(words.begin() + 1, words.end(), [](std::string_view word) {
    const auto number = number_of(word);
    return number && std::fabs(*number) <= 2;
  });
}

class YoloRun {
 public:
  YoloRun(const Request& request, Sink& sink, YoloLayout layout)
      : request_(request), sink_(sink), layout_(std::move(layout)) {}

  Result<void> run(const std::stop_token& stop) {
    const Tree& tree = *request_.tree;
    const auto note_text = [this](std::string_view name) -> Result<void> {
      if (ends_like(name, ".txt")) texts_.add(name);
      return {};
    };
    AVA_CHECK(tree.walk("", note_text, stop));
    AVA_CHECK(tree.walk(
        "", [this](std::string_view name) { return picture(name); }, stop));
    return tree.walk(
        "", [this](std::string_view name) { return left_over(name); }, stop);
  }

 private:
  Result<void> picture(std::string_view name) {
    if (!is_picture(name)) return {};
    sink_.saw_item();
    auto sample = labelled_sample(request_.url_of(name), sample::LabelType::kDetection, request_.label);
    Members extra;
    std::string labels, text;
    for (std::string& candidate : yolo_label_names(name))
      if (labels.empty() && texts_.has(candidate)) labels = std::move(candidate);
    if (!labels.empty()) {
      used_.add(labels);
      auto read = request_.tree->read(labels, kLabelBytes);
      if (!read.ok()) return sink_.reject_item(reject_of(labels, read.error()));
      text = *std::move(read);
    }
    const auto lines = lines_of(text);
    const auto count = static_cast<std::uint64_t>(
        std::count_if(lines.begin(), lines.end(), [](std::string_view line) { return !trimmed(line).empty(); }));
    sink_.saw_annotations(count);
    if (count == 0) sink_.note("negative");
    Frame frame;
    if (count > 0) {
      bool rotated = false;
      const auto size = picture_size(*request_.tree, name, rotated);
      if (!size.ok()) {
        sample::Reject reject = reject_of(name, size.error());
        reject.url = sample.url;
        return sink_.reject_item(std::move(reject), count);
      }
      if (rotated) sink_.note("exif_rotated");
      frame = *size;
      extra.number("width", frame.width).number("height", frame.height);
    }
    if (const std::string part = layout_.part_of(name); !part.empty()) extra.text("split", part);
    sample.extra = extra.take();
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (!trimmed(lines[i]).empty()) AVA_CHECK(line(labels, i + 1, lines[i], frame, sample));
    return sink_.item(sample);
  }

  Result<void> line(std::string_view file, std::uint64_t number, std::string_view text, const Frame& frame,
                    sample::Sample& sample) {
    const auto refuse = [&](std::string_view slug, std::string detail, std::string hint = {}) {
      return sink_.reject_annotation(
          reject_at(file, number, sample.url, std::string(slug), std::move(detail), std::move(hint)));
    };
    const auto words = words_of(text);
    std::vector<double> values;
    for (const std::string_view word : words) {
      const auto value = number_of(word);
      if (!value || !std::isfinite(*value)) return refuse("bbox_not_a_number", fmt::format("'{}' is no number", word));
      values.push_back(*value);
    }
    // No whole number above is told from the next one; a class has a smaller one.
    constexpr double kMostClass = 1e15;
    if (values.size() < 5 || values[0] != std::floor(values[0]) || std::fabs(values[0]) > kMostClass)
      return refuse("yolo.bad_line", fmt::format("'{}' is no label", text), "write: class cx cy width height");
    const auto id = static_cast<long long>(values[0]);
    const auto name = layout_.names.find(id);
    if (layout_.named && name == layout_.names.end())
      return refuse("class_unknown", fmt::format("class {} has no name", id), "names are numbered from 0");
    sample::Entry entry;
    entry.cls = layout_.named ? name->second : std::to_string(id);
    if (const auto good = sample::check_class_name(entry.cls); !good.ok())
      return refuse(good.error().slug(), good.error().message());
    const Judged judged = fill({values.begin() + 1, values.end()}, frame, entry);
    if (!judged.slug.empty()) return refuse(judged.slug, judged.detail, hint_of(judged.slug));
    if (judged.clipped) sink_.note("bbox_clipped");
    sample.labels.front().data.push_back(std::move(entry));
    return {};
  }

  static std::string hint_of(std::string_view slug) {
    if (slug == "yolo.bad_line") return "for key points data.yaml has to say kpt_shape";
    return slug == "bbox_empty" ? "coordinates are fractions of the picture, from 0 to 1" : "";
  }

  /// Box, box with score, pose, or polygon: told by how many numbers there are.
  Judged fill(const std::vector<double>& v, const Frame& frame, sample::Entry& entry) const {
    const std::size_t pose = 4 + static_cast<std::size_t>(layout_.key_points * layout_.key_values);
    const bool is_pose = layout_.key_points > 0 && v.size() == pose;
    if (v.size() == 4 || v.size() == 5 || is_pose) {
      sample::Box box = sample::box_of(sample::YoloBox{v[0], v[1], v[2], v[3]}, frame.width, frame.height);
      Judged judged = judge(box, frame);
      entry.points = sample::corners_of(box);
      // A score of 0 would make it ground truth (formats.md 2.4).
      if (v.size() == 5) entry.score = v[4] == 0 ? 1e-9 : v[4];
      if (is_pose) entry.extra = key_points(v, frame);
      return judged;
    }
    if (v.size() < 6 || v.size() % 2 != 0)
      return {"yolo.bad_line", fmt::format("{} numbers make no shape", v.size()), {}};
    for (std::size_t i = 0; i < v.size(); i += 2)
      entry.points.push_back(sample::point_of_fraction({v[i], v[i + 1]}, frame.width, frame.height));
    return judge(entry.points, frame);
  }

  /// As COCO writes them: x, y, visibility, in pixels.
  std::string key_points(const std::vector<double>& v, const Frame& frame) const {
    std::string text = "[";
    for (std::size_t i = 4; i < v.size(); i += static_cast<std::size_t>(layout_.key_values)) {
      const sample::Point at = sample::point_of_fraction({v[i], v[i + 1]}, frame.width, frame.height);
      const bool missing = v[i] == 0 && v[i + 1] == 0;
      const double visible = layout_.key_values > 2 ? v[i + 2] : missing ? 0 : 2;
      for (const double value : {at.x, at.y, visible}) {
        if (text.size() > 1) text += ',';
        sample::append_json_number(text, value);
      }
    }
    return Members().raw("keypoints", text + "]").take();
  }

  /// Labels whose picture is not there.
  Result<void> left_over(std::string_view name) {
    if (is_picture(name) || used_.has(name)) return {};
    const bool in_labels = name.starts_with("labels/") || name.find("/labels/") != std::string_view::npos;
    if (layout_.own_files.has(name) || !in_labels || !ends_like(name, ".txt")) {
      sink_.ignore();
      return {};
    }
    auto text = request_.tree->read(name, kLabelBytes);
    const auto lines = lines_of(text.ok() ? std::string_view(*text) : std::string_view());
    const auto count = static_cast<std::uint64_t>(
        std::count_if(lines.begin(), lines.end(), [](std::string_view line) { return !trimmed(line).empty(); }));
    sink_.saw_item();
    sink_.saw_annotations(count);
    return sink_.reject_item(reject_at(name, 0, {}, "picture_missing", "these labels have no picture",
                                       "put it into the folder images that stands beside labels"),
                             count);
  }

  const Request& request_;
  Sink& sink_;
  YoloLayout layout_;
  NameSet texts_;
  NameSet used_;
};

class YoloImporter final : public Importer {
 public:
  std::string_view name() const override { return "yolo"; }
  std::string_view title() const override { return "YOLO"; }
  std::string_view description() const override {
    return "A text file of fractions per picture, with data.yaml (Ultralytics) or obj.data (darknet): boxes, polygons, "
           "rotated boxes, key points.";
  }
  std::string options_schema() const override { return schema::schema_of<YoloOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    if (!glance.focus().empty()) return {};
    for (const std::string& name : glance.files()) {
      const bool is_yaml = ends_like(name, ".yaml") || ends_like(name, ".yml");
      if (!is_yaml) continue;
      const std::string head = glance.head(name);
      if (head.find("names:") != std::string::npos && head.find("train:") != std::string::npos)
        return {95, name + " describes a YOLO set"};
    }
    for (const std::string& name : glance.ending_in(".data", 3))
      if (glance.head(name).find("names") != std::string::npos) return {90, name + " describes a darknet set"};
    for (const std::string& name : glance.ending_in(".txt", 20))
      if (looks_like_labels(glance.head(name))) return {80, name + " holds YOLO labels"};
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_CHECK(schema::from_text<YoloOptions>(request.options.empty() ? "{}" : request.options));
    if (request.labels_only || !request.focus.empty())
      return Error(ErrorCode::kInvalidArgument, "yolo.needs_pictures",
                   "YOLO labels are fractions: without the pictures their size is not known")
          .hint("import the folder with pictures and labels");
    AVA_TRY(auto pictures, Pictures::of(*request.tree, false, stop));
    AVA_TRY(YoloLayout layout, yolo_layout(request, pictures, sink, stop));
    return YoloRun(request, sink, std::move(layout)).run(stop);
  }
};

}  // namespace

const Importer& yolo_importer() {
  static const YoloImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
