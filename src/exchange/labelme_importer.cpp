#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exchange/drivers.hpp"
#include "exchange/json_elements.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/shape.hpp"
#include "image/codec.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

using sample::json::Kind;
using sample::json::Node;

constexpr std::uint64_t kFileBytes = 512u << 20;  ///< with the picture inside, in base64

struct LabelmeOptions {
  bool flags = true;
};
void describe(schema::Visitor& v, LabelmeOptions& x) {
  v.type("LabelmeImportOptions");
  v.field("flags", x.flags, {.doc = "flags of a picture that are set become its classes", .required = false});
}

/// A circle is its middle and a point of its rim; the square around it stands for it.
std::vector<sample::Point> circle(const std::vector<sample::Point>& two) {
  const double r = std::hypot(two[1].x - two[0].x, two[1].y - two[0].y);
  return {{two[0].x - r, two[0].y - r},
          {two[0].x + r, two[0].y - r},
          {two[0].x + r, two[0].y + r},
          {two[0].x - r, two[0].y + r}};
}

class LabelmeRun {
 public:
  LabelmeRun(const Request& request, const LabelmeOptions& options, Sink& sink, Pictures pictures)
      : request_(request), options_(options), sink_(sink), pictures_(std::move(pictures)) {}

  Result<void> file(std::string_view name) {
    auto text = request_.tree->read(name, kFileBytes);
    auto root = text.ok() ? parse_node(*text) : Result<Node>(text.error());
    if (root.ok() && (!root->is(Kind::kObject) || root->find("shapes") == nullptr)) {
      sink_.ignore();
      return {};
    }
    sink_.saw_item();
    if (!root.ok()) return sink_.reject_item(reject_of(name, root.error()));
    const std::vector<Node>& shapes = root->find("shapes")->items;
    sink_.saw_annotations(shapes.size());
    AVA_TRY(const std::string picture, picture_of(name, *root));
    if (picture.empty()) {
      const bool inside = text_in(*root, "imageData").has_value();
      return sink_.reject_item(
          reject_at(name, 0, {}, "picture_missing",
                    fmt::format("there is no picture '{}'", text_in(*root, "imagePath").value_or("")),
                    inside ? "the file holds a copy of it: import into a folder (--into) to unpack it" : ""),
          shapes.size());
    }
    used_.add(picture);
    return item(name, *text, *root, picture);
  }

  Result<void> left_over(std::string_view name) {
    if (!is_picture(name)) {
      if (!ends_like(name, ".json")) sink_.ignore();
      return {};
    }
    if (used_.has(name)) return {};
    sink_.note("picture_without_annotation");
    sink_.saw_item();
    return sink_.item(labelled_sample(request_.url_of(name), sample::LabelType::kDetection, request_.label));
  }

 private:
  /// imagePath is relative to the file, with slashes of Windows; else the picture of the same name; else imageData.
  Result<std::string> picture_of(std::string_view name, const Node& root) {
    const std::string_view path = text_in(root, "imagePath").value_or("");
    const std::string_view here = folder_of(name);
    const std::string written = resolve_name(here, path);
    if (request_.labels_only) return written.empty() ? resolve_name(here, base_of(path)) : written;
    std::vector<std::string> names = {written, resolve_name(here, base_of(path))};
    for (const char* ending : {".jpg", ".jpeg", ".png", ".bmp"})
      names.push_back(std::string(without_ending(name)) + ending);
    std::string found = pictures_.first_of(names);
    const auto data = text_in(root, "imageData");
    if (!found.empty() || !data || !request_.store) return found;
    const auto bytes = decode_base64(*data);
    if (!bytes || image::sniff(*bytes) == image::Kind::kUnknown) return std::string();
    found = fmt::format("{}.{}", without_ending(name), image::extension_of(image::sniff(*bytes)));
    AVA_CHECK(request_.store(found, *bytes));
    sink_.note("picture_from_label_file");
    return found;
  }

  Result<void> item(std::string_view name, std::string_view text, const Node& root, const std::string& picture) {
    auto sample = labelled_sample(request_.url_of(picture), sample::LabelType::kDetection, request_.label);
    const Frame frame{number_in(root, "imageWidth").value_or(0), number_in(root, "imageHeight").value_or(0)};
    Members extra;
    if (frame.known()) extra.number("width", frame.width).number("height", frame.height);
    if (const auto part = split_of_folders(picture); !part.empty()) extra.text("split", part);
    sample.extra = extra.take();
    for (const Node& shape : root.find("shapes")->items) AVA_CHECK(add(name, text, shape, frame, sample));
    if (const Node* flags = root.find("flags"); flags != nullptr && options_.flags) add_flags(*flags, sample);
    return sink_.item(sample);
  }

  void add_flags(const Node& flags, sample::Sample& sample) {
    sample::Label label;
    label.name = request_.label;
    for (const auto& flag : flags.members) {
      if (!flag.value.is(Kind::kTrue) || !sample::check_class_name(flag.key).ok()) continue;
      sink_.saw_annotations(1);
      label.data.emplace_back().cls = flag.key;
    }
    if (label.data.empty()) return;
    if (sample.labels.front().data.empty()) sample.labels.clear();
    sample.labels.push_back(std::move(label));
  }

  Result<void> add(std::string_view name, std::string_view text, const Node& node, const Frame& frame,
                   sample::Sample& sample) {
    const std::string_view before = text.substr(0, static_cast<std::size_t>(node.raw.data() - text.data()));
    const auto line = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    sample::Reject at = reject_at(name, line, sample.url, {}, {});
    Shape shape;
    shape.cls = text_in(node, "label").value_or("");
    shape.kind = text_in(node, "shape_type").value_or("polygon");
    bool good = true;
    if (const Node* points = node.find("points"))
      for (const Node& point : points->items) {
        const auto x = point.items.size() == 2 ? number_of(point.items[0]) : std::nullopt;
        const auto y = point.items.size() == 2 ? number_of(point.items[1]) : std::nullopt;
        good = good && x && y;
        if (x && y) shape.points.push_back({*x, *y});
      }
    if (!good) {
      at.slug = "bbox_not_a_number";
      at.detail += "its points are not numbers";
      return sink_.reject_annotation(std::move(at));
    }
    if (shape.kind == "circle" && shape.points.size() == 2) shape.points = circle(shape.points);
    if ((shape.kind == "rectangle" || shape.kind == "mask") && shape.points.size() == 2) shape.kind = "box";
    for (const char* kept : {"group_id", "description", "flags", "mask"}) {
      const Node* value = node.find(kept);
      if (value == nullptr || value->is(Kind::kNull) || value->raw == "\"\"" || value->raw == "{}") continue;
      shape.members.raw(kept, sample::json::without_blanks(value->raw));
    }
    return add_shape(std::move(shape), frame, std::move(at), sample, sink_);
  }

  const Request& request_;
  const LabelmeOptions& options_;
  Sink& sink_;
  Pictures pictures_;
  NameSet used_;
};

bool looks_like_labelme(std::string_view head) {
  const auto has = [head](std::string_view key) { return head.find(key) != std::string_view::npos; };
  return has("\"shapes\"") && (has("\"imagePath\"") || has("\"shape_type\"") || has("\"points\"") || has("\"flags\""));
}

class LabelmeImporter final : public Importer {
 public:
  std::string_view name() const override { return "labelme"; }
  std::string_view title() const override { return "Labelme"; }
  std::string_view description() const override { return "A JSON file of shapes beside each picture."; }
  std::string options_schema() const override { return schema::schema_of<LabelmeOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.ending_in(".json", 3))
      if (looks_like_labelme(glance.head(name))) return {95, name + " is a Labelme file"};
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<LabelmeOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    LabelmeRun run(request, options, sink, std::move(pictures));
    if (!request.focus.empty()) return run.file(request.focus);
    const auto each = [&run](std::string_view name) {
      return ends_like(name, ".json") ? run.file(name) : Result<void>();
    };
    AVA_CHECK(request.tree->walk("", each, stop));
    return request.tree->walk(
        "", [&run](std::string_view name) { return run.left_over(name); }, stop);
  }
};

}  // namespace

const Importer& labelme_importer() {
  static const LabelmeImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
