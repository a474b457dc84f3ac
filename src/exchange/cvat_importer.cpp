#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/shape.hpp"
#include "exchange/xml.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

struct CvatOptions {
  std::string images;
};
void describe(schema::Visitor& v, CvatOptions& x) {
  v.type("CvatImportOptions");
  v.field("images", x.images, {.doc = "folder of the pictures when it is not images", .required = false});
}

bool is_shape(std::string_view name) {
  for (const std::string_view known :
       {"box", "polygon", "polyline", "points", "ellipse", "cuboid", "skeleton", "mask", "tag"})
    if (name == known) return true;
  return false;
}

std::uint64_t shapes_in(const XmlElement& element) {
  return static_cast<std::uint64_t>(std::count_if(element.children.begin(), element.children.end(),
                                                  [](const XmlElement& child) { return is_shape(child.name); }));
}

double number_at(const XmlElement& element, std::string_view attribute) {
  return number_of(element.attribute(attribute)).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// occluded, z_order, rotation, group_id and <attribute>s of a shape.
void add_members(const XmlElement& element, Members& members) {
  if (element.attribute("occluded") == "1") members.number("occluded", 1);
  for (const char* name : {"z_order", "rotation", "group_id"}) {
    const auto value = number_of(element.attribute(name));
    if (value && *value != 0) members.number(name, *value);
  }
  Members attributes;
  for (const XmlElement& child : element.children)
    if (child.name == "attribute") attributes.text(child.attribute("name"), child.text);
  if (!attributes.empty()) members.raw("attributes", "{" + attributes.take() + "}");
}

/// <points label points> of a skeleton: where they are, as COCO has key points, and their names.
void add_skeleton(const XmlElement& element, Shape& shape) {
  std::string keypoints, names;
  for (const XmlElement& child : element.children) {
    if (child.name != "points") continue;
    std::vector<sample::Point> at;
    const bool outside = child.attribute("outside") == "1";
    if (!parse_points(child.attribute("points"), at) || at.empty()) at = {{0, 0}};
    if (!outside) shape.points.push_back(at.front());
    for (const double value : {outside ? 0 : at.front().x, outside ? 0 : at.front().y,
                               outside                              ? 0.0
                               : child.attribute("occluded") == "1" ? 1.0
                                                                    : 2.0}) {
      if (!keypoints.empty()) keypoints += ',';
      sample::append_json_number(keypoints, value);
    }
    if (!names.empty()) names += ',';
    sample::append_json_string(names, child.attribute("label"));
  }
  shape.members.raw("keypoints", "[" + keypoints + "]").raw("keypoint_names", "[" + names + "]");
  if (shape.points.size() >= 2) {
    const sample::Box hull = sample::hull_of(shape.points);
    shape.points = {{hull.x0, hull.y0}, {hull.x1, hull.y1}};
    shape.kind = "box";
  }
}

/// The geometry of one element. False: a number is none.
bool fill(const XmlElement& e, Shape& shape) {
  shape.kind = e.name;
  if (e.name == "box") {
    const sample::Box box{number_at(e, "xtl"), number_at(e, "ytl"), number_at(e, "xbr"), number_at(e, "ybr")};
    shape.points = {{box.x0, box.y0}, {box.x1, box.y1}};
    if (const double angle = number_of(e.attribute("rotation")).value_or(0); angle != 0) {
      shape.points = turned(box, angle);
      shape.kind = "polygon";
    }
  } else if (e.name == "ellipse") {
    const double cx = number_at(e, "cx"), cy = number_at(e, "cy"), rx = number_at(e, "rx"), ry = number_at(e, "ry");
    shape.points = {{cx - rx, cy - ry}, {cx + rx, cy - ry}, {cx + rx, cy + ry}, {cx - rx, cy + ry}};
  } else if (e.name == "mask") {
    const double x = number_at(e, "left"), y = number_at(e, "top");
    shape.points = {{x, y}, {x + number_at(e, "width"), y + number_at(e, "height")}};
    shape.kind = "box";
    Members mask;
    for (const char* name : {"left", "top", "width", "height"}) mask.number(name, number_at(e, name));
    mask.text("rle", e.attribute("rle"));
    shape.members.raw("mask", "{" + mask.take() + "}");
  } else if (e.name == "skeleton") {
    add_skeleton(e, shape);
  } else if (e.name == "cuboid") {
    for (const char* corner : {"tl1", "tr1", "br1", "bl1", "tl2", "tr2", "br2", "bl2"})
      shape.points.push_back({number_at(e, std::string("x") + corner), number_at(e, std::string("y") + corner)});
  } else {
    return parse_points(e.attribute("points"), shape.points);
  }
  return true;
}

/// A shape of a video, until its frame is written. Units: about 200 bytes of memory each.
struct TrackShape {
  Shape shape;
  std::uint64_t line = 0;
  bool readable = true;
};

class CvatRun {
 public:
  CvatRun(const Request& request, const CvatOptions& options, Sink& sink, Pictures pictures)
      : request_(request), options_(options), sink_(sink), pictures_(std::move(pictures)) {}

  Result<void> file(const std::string& name) {
    name_ = name;
    here_ = folder_of(name);
    frames_.clear();
    AVA_TRY(const auto reader, request_.tree->open(name));
    XmlHandler handler;
    handler.on_child = [this](XmlElement&& element) -> Result<void> {
      if (element.name == "image") return image(element);
      if (element.name == "track") return track(element);
      if (element.name == "meta") read_meta(element);
      return {};
    };
    AVA_CHECK(read_xml(*reader, handler).context(name));
    for (auto& [frame, shapes] : frames_) AVA_CHECK(write_frame(frame, shapes));
    return {};
  }

  Result<void> left_over(std::string_view name) {
    if (!is_picture(name) || used_.has(name)) return {};
    sink_.note("picture_without_annotation");
    sink_.saw_item();
    return sink_.item(labelled_sample(request_.url_of(name), sample::LabelType::kDetection, request_.label));
  }

 private:
  void read_meta(const XmlElement& meta) {
    for (const char* owner : {"task", "job", "project"})
      if (const XmlElement* found = meta.child(owner))
        if (const XmlElement* size = found->child("original_size"))
          video_ = {number_of(size->text_of("width")).value_or(0), number_of(size->text_of("height")).value_or(0)};
    if (const XmlElement* size = meta.child("original_size"))
      video_ = {number_of(size->text_of("width")).value_or(0), number_of(size->text_of("height")).value_or(0)};
  }

  std::string picture_of(std::string_view name, std::string_view subset) {
    if (request_.labels_only) return resolve_name("", name);
    std::vector<std::string> names;
    if (!options_.images.empty()) names.push_back(resolve_name(options_.images + "/", name));
    for (const std::string& folder :
         {std::string("images/"), "images/" + std::string(subset) + "/", std::string(), std::string("../images/")})
      names.push_back(resolve_name(here_ + folder, name));
    return pictures_.first_of(names);
  }

  sample::Sample sample_of(const std::string& picture, const Frame& frame, std::string_view subset) {
    used_.add(picture);
    auto sample = labelled_sample(request_.url_of(picture), sample::LabelType::kDetection, request_.label);
    Members extra;
    if (frame.known()) extra.number("width", frame.width).number("height", frame.height);
    const std::string_view split = split_of_name(subset);
    if (!split.empty() || !subset.empty()) extra.text("split", split.empty() ? subset : split);
    sample.extra = extra.take();
    return sample;
  }

  Result<void> image(const XmlElement& element) {
    sink_.saw_item();
    const std::uint64_t shapes = shapes_in(element);
    sink_.saw_annotations(shapes);
    const std::string_view name = element.attribute("name"), subset = element.attribute("subset");
    const std::string picture = picture_of(name, subset);
    if (picture.empty())
      return sink_.reject_item(
          reject_at(name_, element.line, {}, "picture_missing", fmt::format("there is no picture '{}'", name),
                    "put it into images/, or import labels only"),
          shapes);
    const Frame frame{number_of(element.attribute("width")).value_or(0),
                      number_of(element.attribute("height")).value_or(0)};
    sample::Sample sample = sample_of(picture, frame, subset);
    for (const XmlElement& child : element.children) {
      if (!is_shape(child.name)) continue;
      sample::Reject at = reject_at(name_, child.line, sample.url, {}, {});
      if (child.name == "tag") {
        AVA_CHECK(add_tag(child, std::move(at), sample));
        continue;
      }
      Shape shape;
      shape.cls = child.attribute("label");
      add_members(child, shape.members);
      if (fill(child, shape)) {
        AVA_CHECK(add_shape(std::move(shape), frame, std::move(at), sample, sink_));
        continue;
      }
      at.slug = "bbox_not_a_number";
      at.detail += "its points are not numbers";
      AVA_CHECK(sink_.reject_annotation(std::move(at)));
    }
    // Tags only: the picture has a class, and nobody looked for objects.
    if (sample.labels.size() > 1 && sample.labels.front().data.empty()) sample.labels.erase(sample.labels.begin());
    return sink_.item(sample);
  }

  Result<void> add_tag(const XmlElement& tag, sample::Reject at, sample::Sample& sample) {
    const std::string_view cls = tag.attribute("label");
    if (const auto good = sample::check_class_name(cls); !good.ok()) {
      at.slug = good.error().slug();
      at.detail += good.error().message();
      return sink_.reject_annotation(std::move(at));
    }
    const sample::LabelKey key{sample::LabelType::kClassification, request_.label};
    if (sample.find(key) == nullptr) {
      sample::Label label;
      label.name = request_.label;
      sample.labels.push_back(std::move(label));
    }
    sample::Entry entry;
    entry.cls = cls;
    Members members;
    add_members(tag, members);
    entry.extra = members.take();
    sample.labels.back().data.push_back(std::move(entry));
    return {};
  }

  /// The shapes of one object over the frames of a video. outside="1" ends it.
  Result<void> track(const XmlElement& element) {
    for (const XmlElement& child : element.children) {
      if (!is_shape(child.name)) continue;
      if (child.attribute("outside") == "1") {
        sink_.note("track_end");
        continue;
      }
      sink_.saw_annotations(1);
      const auto frame = integer_of(child.attribute("frame"));
      if (!frame || *frame < 0) {
        AVA_CHECK(sink_.reject_annotation(
            reject_at(name_, child.line, {}, "frame_missing", fmt::format("frame is '{}'", child.attribute("frame")))));
        continue;
      }
      TrackShape& made = frames_[*frame].emplace_back();
      made.line = child.line;
      made.shape.cls = element.attribute("label");
      if (const auto id = integer_of(element.attribute("id")))
        made.shape.members.number("track_id", static_cast<double>(*id));
      add_members(child, made.shape.members);
      made.readable = fill(child, made.shape);
    }
    return {};
  }

  Result<void> write_frame(long long frame, std::vector<TrackShape>& shapes) {
    sink_.saw_item();
    std::string picture;
    for (const char* ending : {"png", "PNG", "jpg", "jpeg", "JPG"})
      if (picture.empty()) picture = picture_of(fmt::format("frame_{:06d}.{}", frame, ending), "");
    if (picture.empty())
      return sink_.reject_item(reject_at(name_, shapes.front().line, {}, "picture_missing",
                                         fmt::format("there is no picture frame_{:06d}", frame),
                                         "export the frames of the video into images/"),
                               shapes.size());
    sample::Sample sample = sample_of(picture, video_, "");
    for (TrackShape& one : shapes) {
      sample::Reject at = reject_at(name_, one.line, sample.url, {}, {});
      if (one.readable) {
        AVA_CHECK(add_shape(std::move(one.shape), video_, std::move(at), sample, sink_));
        continue;
      }
      at.slug = "bbox_not_a_number";
      at.detail += "its points are not numbers";
      AVA_CHECK(sink_.reject_annotation(std::move(at)));
    }
    return sink_.item(sample);
  }

  const Request& request_;
  const CvatOptions& options_;
  Sink& sink_;
  Pictures pictures_;
  NameSet used_;
  std::string name_;
  std::string here_;
  Frame video_;
  std::map<long long, std::vector<TrackShape>> frames_;
};

bool looks_like_cvat(std::string_view head) {
  const auto root = head.find("<annotations");
  return root != std::string_view::npos &&
         (head.find("<image ") != std::string_view::npos || head.find("<version>") != std::string_view::npos ||
          head.find("<meta>") != std::string_view::npos);
}

class CvatImporter final : public Importer {
 public:
  std::string_view name() const override { return "cvat"; }
  std::string_view title() const override { return "CVAT 1.1 XML"; }
  std::string_view description() const override {
    return "annotations.xml for images or for video; pictures in images/, frames as frame_000000.";
  }
  std::string options_schema() const override { return schema::schema_of<CvatOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.ending_in(".xml", 3))
      if (looks_like_cvat(glance.head(name))) return {95, name + " is a CVAT file"};
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<CvatOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    CvatRun run(request, options, sink, std::move(pictures));
    if (!request.focus.empty()) return run.file(request.focus);
    std::vector<std::string> files;
    const auto visit = [&](std::string_view name) -> Result<void> {
      if (is_picture(name)) return {};
      if (ends_like(name, ".xml")) {
        AVA_TRY(const std::string head, request.tree->head(name, 4096));
        if (looks_like_cvat(head)) {
          files.emplace_back(name);
          return {};
        }
      }
      sink.ignore();
      return {};
    };
    AVA_CHECK(request.tree->walk("", visit, stop));
    for (const std::string& name : files) AVA_CHECK(run.file(name));
    return request.tree->walk(
        "", [&run](std::string_view name) { return run.left_over(name); }, stop);
  }
};

}  // namespace

const Importer& cvat_importer() {
  static const CvatImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
