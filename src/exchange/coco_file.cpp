#include "exchange/coco_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "exchange/coco_rle.hpp"
#include "sample/list_writer.hpp"

namespace ava::exchange {

namespace {

using sample::json::Kind;
using sample::json::Node;

/// An annotation without a number of its own; such may come often.
constexpr std::int64_t kNoId = std::numeric_limits<std::int64_t>::min();

/// {"size":[h,w],"counts":...} with the counts as numbers; empty when they are not those of the size.
std::string plain_rle(const Node& segmentation) {
  const Node* size = segmentation.find("size");
  const Node* counts = segmentation.find("counts");
  if (size == nullptr || counts == nullptr || size->items.size() != 2) return {};
  std::vector<std::uint32_t> runs;
  if (counts->is(Kind::kString)) {
    auto decoded = decode_rle(counts->text);
    if (!decoded.ok()) return {};
    runs = *std::move(decoded);
  } else {
    for (const Node& run : counts->items) {
      const auto number = number_of(run);
      // A text may hold "nan", which is neither below nor above.
      if (!number || !(*number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max())) return {};
      runs.push_back(static_cast<std::uint32_t>(*number));
    }
  }
  double sum = 0;
  for (const std::uint32_t run : runs) sum += run;
  if (sum != number_of(size->items[0]).value_or(-1) * number_of(size->items[1]).value_or(-1)) return {};
  std::string text = "{\"size\":" + sample::json::without_blanks(size->raw) + ",\"counts\":[";
  for (std::size_t i = 0; i < runs.size(); ++i) text += (i > 0 ? "," : "") + std::to_string(runs[i]);
  return text + "]}";
}

/// Hull of [[x1,y1,x2,y2,...],...]; false when there is no polygon.
bool hull_of_polygons(const Node& segmentation, sample::Box& box) {
  std::vector<sample::Point> points;
  for (const Node& ring : segmentation.items)
    for (std::size_t i = 0; i + 1 < ring.items.size(); i += 2) {
      const auto x = number_of(ring.items[i]);
      const auto y = number_of(ring.items[i + 1]);
      if (x && y) points.push_back({*x, *y});
    }
  if (points.size() < 2) return false;
  box = sample::hull_of(points);
  return true;
}

}  // namespace

void describe(schema::Visitor& v, CocoOptions& x) {
  v.type("CocoImportOptions");
  v.field("annotations", x.annotations,
          {.doc = "how the names of the files to read begin, e.g. person_keypoints; empty: instances if there are any",
           .required = false});
  v.field("images", x.images, {.doc = "folder of the pictures", .required = false});
  v.field("keep_duplicate_ids", x.keep_duplicate_ids,
          {.doc = "keep annotations whose id has come before", .required = false});
}

sample::Reject CocoFile::bad(const JsonPlace& place, std::string url, std::string slug, std::string detail,
                             std::string hint) const {
  sample::Reject reject =
      reject_at(name_, place.line, std::move(url), std::move(slug), std::move(detail), std::move(hint));
  reject.detail += fmt::format(" (byte {})", place.offset);
  return reject;
}

Result<void> CocoFile::run(const std::stop_token& stop) {
  AVA_TRY(const RandomFile file, RandomFile::open(*request_.tree, name_, stop));
  JsonHandler handler;
  handler.wanted = [](std::string_view key) { return key == "images" || key == "annotations" || key == "categories"; };
  handler.on_element = [&](std::string_view key, std::string_view text, const JsonPlace& place) -> Result<void> {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while reading labels");
    return take(key, text, place);
  };
  const auto reader = file.reader();
  AVA_CHECK(read_json_elements(*reader, handler).context(name_));
  AVA_CHECK(join());
  for (const Image& one : images_) AVA_CHECK(image(file, one));
  return {};
}

Result<void> CocoFile::take(std::string_view key, std::string_view text, const JsonPlace& place) {
  if (key == "images") sink_.saw_item();
  if (key == "annotations") sink_.saw_annotations(1);
  const auto node = parse_node(text, place.line);
  const bool is_object = node.ok() && node->is(Kind::kObject);
  if (is_object && key == "categories") return take_category(*node);
  if (is_object && key == "images") return take_image(*node, place);
  if (is_object && key == "annotations") return take_annotation(*node, place);
  if (key == "categories") {
    sink_.note("category_bad");
    return {};
  }
  // NaN is what Python writes; JSON has no such word.
  const bool nan = text.find("NaN") != std::string_view::npos || text.find("Infinity") != std::string_view::npos;
  sample::Reject reject = bad(place, {}, nan ? "bbox_not_a_number" : "json.bad",
                              node.ok() ? "an object is expected" : node.error().message());
  return key == "images" ? sink_.reject_item(std::move(reject)) : sink_.reject_annotation(std::move(reject));
}

Result<void> CocoFile::take_category(const Node& node) {
  const auto id = integer_in(node, "id");
  const auto name = text_in(node, "name");
  if (!id || !name || !sample::check_class_name(*name).ok()) {
    sink_.note("category_bad");
  } else if (!categories_.emplace(*id, *name).second) {
    sink_.note("category_id_twice");
  }
  for (const char* lost : {"supercategory", "keypoints", "skeleton"})
    if (node.find(lost) != nullptr) sink_.note(std::string("not_carried.category_") + lost);
  return {};
}

Result<void> CocoFile::take_image(const Node& node, const JsonPlace& place) {
  const auto id = integer_in(node, "id");
  if (!id) return sink_.reject_item(bad(place, {}, "image_id_missing", "the picture has no id"));
  images_.push_back({*id, place, 0, 0});
  return {};
}

Result<void> CocoFile::take_annotation(const Node& node, const JsonPlace& place) {
  const auto image = integer_in(node, "image_id");
  if (!image) return sink_.reject_annotation(bad(place, {}, "image_id_missing", "the annotation has no image_id"));
  annotations_.push_back({integer_in(node, "id").value_or(kNoId), *image, place});
  return {};
}

/// Later annotations whose id has come before are listed.
Result<void> CocoFile::drop_duplicate_ids() {
  std::vector<std::int64_t> ids;
  ids.reserve(annotations_.size());
  for (const Annotation& a : annotations_)
    if (a.id != kNoId) ids.push_back(a.id);
  std::sort(ids.begin(), ids.end());
  std::vector<std::int64_t> twice;
  for (std::size_t i = 1; i < ids.size(); ++i)
    if (ids[i] == ids[i - 1] && (twice.empty() || twice.back() != ids[i])) twice.push_back(ids[i]);
  if (twice.empty()) return {};
  std::vector<bool> seen(twice.size());
  std::size_t kept = 0;
  for (const Annotation& a : annotations_) {
    const auto found = std::lower_bound(twice.begin(), twice.end(), a.id);
    const bool is_twice = found != twice.end() && *found == a.id;
    const auto at = static_cast<std::size_t>(found - twice.begin());
    if (!is_twice || !seen[at] || options_.keep_duplicate_ids) {
      if (is_twice && seen[at]) sink_.note("annotation_id_twice");
      if (is_twice) seen[at] = true;
      annotations_[kept++] = a;
      continue;
    }
    AVA_CHECK(
        sink_.reject_annotation(bad(a.place, {}, "annotation_id_twice", fmt::format("id {} has come before", a.id),
                                    "give every annotation its own id, or set keep_duplicate_ids")));
  }
  annotations_.resize(kept);
  return {};
}

/// Sort the annotations to their pictures. Pictures keep the order of the file, and so do the annotations of each.
Result<void> CocoFile::join() {
  AVA_CHECK(drop_duplicate_ids());
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_id;
  by_id.reserve(images_.size());
  for (std::size_t i = 0; i < images_.size(); ++i) by_id.emplace_back(images_[i].id, static_cast<std::uint32_t>(i));
  std::sort(by_id.begin(), by_id.end());
  std::vector<bool> twice(images_.size());
  for (std::size_t i = 1; i < by_id.size(); ++i)
    if (by_id[i].first == by_id[i - 1].first) twice[by_id[i].second] = true;
  std::size_t kept = 0;
  for (const Annotation& a : annotations_) {
    const auto found = std::lower_bound(by_id.begin(), by_id.end(), std::pair(a.image, 0u));
    if (found == by_id.end() || found->first != a.image) {
      AVA_CHECK(
          sink_.reject_annotation(bad(a.place, {}, "image_unknown", fmt::format("no picture has the id {}", a.image))));
      continue;
    }
    annotations_[kept++] = {a.id, found->second, a.place};
  }
  annotations_.resize(kept);
  std::sort(annotations_.begin(), annotations_.end(), [](const Annotation& a, const Annotation& b) {
    return std::pair(a.image, a.place.offset) < std::pair(b.image, b.place.offset);
  });
  for (std::size_t i = 0; i < annotations_.size(); ++i) {
    Image& owner = images_[static_cast<std::size_t>(annotations_[i].image)];
    if (owner.count++ == 0) owner.first = static_cast<std::uint32_t>(i);
  }
  std::vector<Image> unique;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    if (!twice[i]) {
      unique.push_back(images_[i]);
      continue;
    }
    AVA_CHECK(sink_.reject_item(
        bad(images_[i].place, {}, "image_id_twice", fmt::format("id {} has come before", images_[i].id))));
  }
  images_ = std::move(unique);
  return {};
}

std::string CocoFile::picture_of(std::string_view file_name) {
  std::string name = resolve_name("", file_name);
  const std::string here(folder_of(name_));
  if (request_.labels_only) return name;
  // annotations/instances_<subset>.json beside images/<subset>/ or <subset>/
  const std::string_view stem = without_ending(base_of(name_));
  const std::string subset(stem.substr(stem.rfind('_') == std::string_view::npos ? 0 : stem.rfind('_') + 1));
  std::vector<std::string> names;
  if (!options_.images.empty()) names.push_back(resolve_name(options_.images + "/", file_name));
  for (const std::string& root : {here + "../", here}) {
    for (const std::string& folder : {"images/" + subset + "/", subset + "/", std::string("images/"), std::string(),
                                      std::string("data/"), "JPEGImages/" + std::string()})
      names.push_back(resolve_name(root + folder, file_name));
  }
  return pictures_.first_of(names);
}

Result<void> CocoFile::image(const RandomFile& file, const Image& image) {
  AVA_TRY(const std::string text, file.read_at(image.place.offset, image.place.length));
  AVA_TRY(const Node node, parse_node(text, image.place.line));
  const auto file_name = text_in(node, "file_name");
  const auto refuse = [&](const char* slug, std::string detail, std::string hint = {}) {
    return sink_.reject_item(bad(image.place, {}, slug, std::move(detail), std::move(hint)), image.count);
  };
  if (!file_name || file_name->empty()) return refuse("file_name_missing", "the picture has no file_name");
  if (resolve_name("", *file_name).empty())
    return refuse("name_unsafe", fmt::format("'{}' leads out of the folder", *file_name));
  const std::string picture = picture_of(*file_name);
  if (picture.empty())
    return refuse("picture_missing", fmt::format("there is no picture '{}'", *file_name),
                  "name their folder with the option images, or import labels only");
  used_.add(picture);
  auto sample = labelled_sample(request_.url_of(picture), sample::LabelType::kDetection, request_.label);
  const Frame frame{number_in(node, "width").value_or(0), number_in(node, "height").value_or(0)};
  Members extra;
  if (frame.known()) extra.number("width", frame.width).number("height", frame.height);
  std::string_view split = split_of_name(without_ending(base_of(name_)));
  const std::string_view stem = without_ending(base_of(name_));
  if (split.empty() && stem.rfind('_') != std::string_view::npos)
    split = split_of_name(stem.substr(stem.rfind('_') + 1));
  if (!split.empty()) extra.text("split", split);
  extra.number("image_id", static_cast<double>(image.id));
  sample.extra = extra.take();
  for (std::uint32_t i = 0; i < image.count; ++i) {
    const JsonPlace& place = annotations_[image.first + i].place;
    AVA_TRY(const std::string part, file.read_at(place.offset, place.length));
    AVA_TRY(const Node parsed, parse_node(part, place.line));
    AVA_CHECK(annotation(parsed, place, frame, sample));
  }
  return sink_.item(sample);
}

Result<bool> CocoFile::box_of_annotation(const Node& node, const Frame& frame, sample::Box& box, std::string& slug,
                                         std::string& detail) {
  const Node* bbox = node.find("bbox");
  const Node* segmentation = node.find("segmentation");
  if (bbox != nullptr && bbox->items.size() == 4) {
    double edge[4];
    for (std::size_t i = 0; i < 4; ++i) {
      const auto number = number_of(bbox->items[i]);
      if (!number) {
        slug = "bbox_not_a_number";
        detail = fmt::format("bbox is {}", bbox->raw);
        return false;
      }
      edge[i] = *number;
    }
    box = sample::box_of(sample::CocoBox{edge[0], edge[1], edge[2], edge[3]});
  } else if (segmentation != nullptr && hull_of_polygons(*segmentation, box)) {
    sink_.note("bbox_from_segmentation");
  } else {
    slug = "bbox_missing";
    detail = "the annotation has no box";
    return false;
  }
  const Judged judged = judge(box, frame);
  slug = judged.slug;
  detail = judged.detail;
  if (judged.slug.empty() && judged.clipped) sink_.note("bbox_clipped");
  return judged.slug.empty();
}

Result<void> CocoFile::annotation(const Node& node, const JsonPlace& place, const Frame& frame,
                                  sample::Sample& sample) {
  const auto refuse = [&](std::string slug, std::string detail) {
    return sink_.reject_annotation(bad(place, sample.url, std::move(slug), std::move(detail)));
  };
  const auto category = integer_in(node, "category_id");
  if (!category) return refuse("class_missing", "the annotation has no category_id");
  const auto found = categories_.find(*category);
  if (found == categories_.end()) return refuse("class_unknown", fmt::format("no category has the id {}", *category));
  sample::Box box;
  std::string slug, detail;
  AVA_TRY(const bool good, box_of_annotation(node, frame, box, slug, detail));
  if (!good) return refuse(slug, detail);
  sample::Entry entry = box_entry(box, found->second);
  // A score of 0 would make it ground truth (formats.md 2.4).
  if (const auto score = number_in(node, "score")) entry.score = *score == 0 ? 1e-9 : *score;
  entry.extra = members_of(node);
  sample.labels.front().data.push_back(std::move(entry));
  return {};
}

/// Everything but what became the entry itself, as it was; masks as numbers.
std::string CocoFile::members_of(const Node& node) {
  Members members;
  for (const sample::json::Member& member : node.members) {
    if (member.key == "image_id" || member.key == "bbox" || member.key == "score") continue;
    if (member.key == "iscrowd") {
      if (number_of(member.value).value_or(0) == 0) continue;
      sink_.note("iscrowd");
    }
    if (member.key == "segmentation" && member.value.is(Kind::kObject)) {
      const std::string rle = plain_rle(member.value);
      if (rle.empty())
        sink_.note("segmentation_bad");
      else
        members.raw("segmentation", rle);
      continue;
    }
    if (member.key == "segmentation" && member.value.items.empty()) continue;
    members.raw(member.key, sample::json::without_blanks(member.value.raw));
  }
  return members.take();
}

}  // namespace ava::exchange
