#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/samples.hpp"
#include "exchange/xml.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

constexpr std::uint64_t kAnnotationBytes = 16u << 20;

struct VocOptions {
  bool minus_one = true;
  std::string images;
};
void describe(schema::Visitor& v, VocOptions& x) {
  v.type("VocImportOptions");
  v.field("minus_one", x.minus_one,
          {.doc = "coordinates count from 1 (the standard); off: from 0, as some tools write", .required = false});
  v.field("images", x.images, {.doc = "folder of the pictures when it is not JPEGImages", .required = false});
}

/// "trainval" of a subset is no part of its own, and "aeroplane_train" repeats what "train" says.
bool is_part(std::string_view subset) { return subset == "train" || subset == "val" || subset == "test"; }

class VocRun {
 public:
  VocRun(const Request& request, const VocOptions& options, Sink& sink, Pictures pictures)
      : request_(request), options_(options), sink_(sink), pictures_(std::move(pictures)) {}

  Result<void> run(const std::stop_token& stop) {
    const Tree& tree = *request_.tree;
    if (!request_.focus.empty()) return file(request_.focus);
    AVA_CHECK(tree.walk(
        "ImageSets/Main/", [this](std::string_view name) { return read_subset(name); }, stop));
    const auto each = [this](std::string_view name) -> Result<void> {
      return ends_like(name, ".xml") ? file(name) : Result<void>();
    };
    AVA_CHECK(tree.walk("", each, stop));
    return tree.walk(
        "", [this](std::string_view name) { return left_over(name); }, stop);
  }

 private:
  Result<void> read_subset(std::string_view name) {
    const std::string subset(without_ending(base_of(name)));
    if (!ends_like(name, ".txt") || !is_part(subset)) return {};
    AVA_TRY(const std::string text, request_.tree->read(name, 1u << 30));
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::string_view id = trimmed(line);
      if (id.empty()) continue;
      parts_[subset].add(id);
      // Lists of one class say behind the id whether it is there: "000012 -1".
      const auto blank = id.find_last_of(" \t");
      if (blank != std::string_view::npos && integer_of(id.substr(blank)))
        parts_[subset].add(trimmed(id.substr(0, blank)));
    }
    return {};
  }

  Result<void> file(std::string_view name) {
    auto text = request_.tree->read(name, kAnnotationBytes);
    auto root = text.ok() ? parse_xml(*text) : Result<XmlElement>(text.error());
    if (root.ok() && root->name != "annotation") {
      sink_.ignore();
      return {};
    }
    sink_.saw_item();
    if (!root.ok()) return sink_.reject_item(reject_of(name, root.error()));
    const auto objects = static_cast<std::uint64_t>(
        std::count_if(root->children.begin(), root->children.end(), [](const auto& e) { return e.name == "object"; }));
    sink_.saw_annotations(objects);
    const std::string picture = picture_of(name, root->text_of("filename"));
    if (picture.empty())
      return sink_.reject_item(reject_at(name, root->line, {}, "picture_missing",
                                         fmt::format("there is no picture '{}'", root->text_of("filename")),
                                         "put it into JPEGImages, or import with the option labels_only"),
                               objects);
    used_.add(picture);
    return item(name, *root, picture);
  }

  /// Where the picture of an annotation lies: JPEGImages beside Annotations, or beside the file.
  std::string picture_of(std::string_view annotation, std::string_view filename) {
    const std::string here(folder_of(annotation));
    std::string wanted(base_of(filename));
    if (wanted.empty()) wanted = std::string(without_ending(base_of(annotation))) + ".jpg";
    std::vector<std::string> names;
    if (!options_.images.empty()) names.push_back(resolve_name(options_.images + "/", wanted));
    for (const std::string_view folder : {"../JPEGImages/", "../images/", "", "../"})
      names.push_back(resolve_name(here + std::string(folder), wanted));
    if (request_.labels_only) return request_.focus.empty() && options_.images.empty() ? names.front() : wanted;
    if (std::string found = pictures_.first_of(names); !found.empty()) return found;
    // `filename` of another tool's copy: without its ending, or with another one.
    const std::string stem(without_ending(base_of(annotation)));
    for (const std::string_view ending : {".jpg", ".jpeg", ".png", ".JPG", ".bmp"})
      for (const std::string_view folder : {"../JPEGImages/", "../images/", ""}) {
        std::string name = resolve_name(here + std::string(folder), stem + std::string(ending));
        if (!name.empty() && pictures_.has(name)) {
          sink_.note("picture_by_stem");
          return name;
        }
      }
    return {};
  }

  Result<void> item(std::string_view name, const XmlElement& root, const std::string& picture) {
    auto sample = labelled_sample(request_.url_of(picture), sample::LabelType::kDetection, request_.label);
    const XmlElement* size = root.child("size");
    Frame frame;
    if (size != nullptr)
      frame = {number_of(size->text_of("width")).value_or(0), number_of(size->text_of("height")).value_or(0)};
    Members extra;
    if (frame.known())
      extra.number("width", frame.width).number("height", frame.height);
    else
      sink_.note("size_missing");
    for (auto& [part, names] : parts_)
      if (names.has(without_ending(base_of(name)))) {
        extra.text("split", part);
        break;
      }
    sample.extra = extra.take();
    for (const XmlElement& object : root.children)
      if (object.name == "object") AVA_CHECK(annotation(name, object, frame, sample));
    return sink_.item(sample);
  }

  Result<void> annotation(std::string_view name, const XmlElement& object, const Frame& frame, sample::Sample& sample) {
    const auto refuse = [&](std::string_view slug, std::string detail) {
      return sink_.reject_annotation(reject_at(name, object.line, sample.url, std::string(slug), std::move(detail)));
    };
    const std::string_view cls = object.text_of("name");
    if (cls.empty()) return refuse("class_missing", "the object has no name");
    if (const auto good = sample::check_class_name(cls); !good.ok())
      return refuse(good.error().slug(), good.error().message());
    const XmlElement* bounds = object.child("bndbox");
    if (bounds == nullptr) return refuse("bbox_missing", "the object has no bndbox");
    sample::VocBox voc;
    const std::pair<const char*, double*> edges[] = {
        {"xmin", &voc.xmin}, {"ymin", &voc.ymin}, {"xmax", &voc.xmax}, {"ymax", &voc.ymax}};
    for (const auto& [edge, value] : edges) {
      const auto number = number_of(bounds->text_of(edge));
      if (!number) return refuse("bbox_not_a_number", fmt::format("{} is '{}'", edge, bounds->text_of(edge)));
      *value = *number;
    }
    sample::Box box = options_.minus_one ? sample::box_of(voc) : sample::Box{voc.xmin, voc.ymin, voc.xmax, voc.ymax};
    const Judged judged = judge(box, frame);
    if (!judged.slug.empty()) return refuse(judged.slug, judged.detail);
    sink_.note("bbox_clipped", judged.clipped ? 1 : 0);
    sample::Entry& entry = sample.labels.front().data.emplace_back(box_entry(box, std::string(cls)));
    entry.extra = members_of(object);
    return {};
  }

  /// What else an object says: flags that are set and a pose stay as members, the rest is counted.
  std::string members_of(const XmlElement& object) {
    Members members;
    for (const XmlElement& child : object.children) {
      if (child.name == "name" || child.name == "bndbox") continue;
      if (child.name == "truncated" || child.name == "difficult" || child.name == "occluded") {
        const auto flag = number_of(child.text);
        if (flag && *flag != 0) members.number(child.name, *flag);
      } else if (child.name == "pose") {
        if (child.text != "Unspecified" && !child.text.empty()) members.text("pose", child.text);
      } else {
        sink_.note("not_carried." + child.name);
      }
    }
    return members.take();
  }

  /// A picture that no annotation names: an item without a label.
  Result<void> left_over(std::string_view name) {
    if (!is_picture(name)) {
      if (!ends_like(name, ".xml")) sink_.ignore();
      return {};
    }
    if (used_.has(name)) return {};
    sink_.saw_item();
    sink_.note("picture_without_annotation");
    return sink_.item(labelled_sample(request_.url_of(name), sample::LabelType::kDetection, request_.label));
  }

  const Request& request_;
  const VocOptions& options_;
  Sink& sink_;
  Pictures pictures_;
  NameSet used_;
  std::map<std::string, NameSet> parts_;
};

class VocImporter final : public Importer {
 public:
  std::string_view name() const override { return "voc"; }
  std::string_view title() const override { return "Pascal VOC"; }
  std::string_view description() const override {
    return "One XML file per picture in Annotations/, pictures in JPEGImages/, parts in ImageSets/Main/.";
  }
  std::string options_schema() const override { return schema::schema_of<VocOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.ending_in(".xml", 3)) {
      const std::string head = glance.head(name);
      if (head.find("<annotation") == std::string::npos || head.find("<annotations") != std::string::npos) continue;
      if (head.find("<filename") == std::string::npos && head.find("<object") == std::string::npos) continue;
      // LabelMe of the MIT has polygons in its objects and no size.
      if (head.find("<polygon") != std::string::npos && head.find("<bndbox") == std::string::npos) continue;
      return {glance.has_folder("Annotations/") ? 95 : 85, name + " is a VOC annotation"};
    }
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<VocOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    return VocRun(request, options, sink, std::move(pictures)).run(stop);
  }
};

}  // namespace

const Importer& voc_importer() {
  static const VocImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
