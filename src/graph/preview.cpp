#include "graph/preview.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/item.hpp"
#include "image/resize.hpp"
#include "pipeline/sources.hpp"

namespace ava::graph {

namespace {

constexpr int kShownQuality = 85;

/// A generated item that may be shown.
struct Chosen {
  std::size_t row = 0;
  Item item;
};

/// `count` of all, evenly. Walks the rows twice, so that none need be kept.
Result<std::vector<Chosen>> choose(const Plan& plan, const PreviewOptions& options, const std::stop_token& stop) {
  const Node* node = options.node.empty() ? nullptr : plan.graph().find(options.node);
  if (!options.node.empty() && node == nullptr)
    return error_of({.slug = "graph.unknown_node", .node = options.node, .message = "there is no such node"});
  const auto at = static_cast<std::uint32_t>(node == nullptr ? 0 : node - plan.graph().nodes.data());
  const auto wanted = [&](const Item& item) {
    if (node == nullptr) return !item.lineage.empty();
    return std::any_of(item.lineage.begin(), item.lineage.end(), [at](const Origin& one) { return one.node == at; });
  };
  std::uint64_t total = node == nullptr ? plan.counts().generated : 0;
  const std::size_t rows = plan.rows().rows.size();
  for (std::size_t row = 0; node != nullptr && row < rows; ++row)
    for (const Item& item : plan.items_of(row)) total += wanted(item);
  const std::uint64_t count = std::min(options.count, total);
  std::vector<Chosen> chosen;
  std::uint64_t met = 0;
  for (std::size_t row = 0; row < rows && chosen.size() < count; ++row) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    for (Item& item : plan.items_of(row)) {
      if (!wanted(item)) continue;
      // The middle of each of `count` equal stretches.
      if (chosen.size() < count && met == (2 * chosen.size() + 1) * total / (2 * count))
        chosen.push_back({row, std::move(item)});
      ++met;
    }
  }
  if (!chosen.empty()) return chosen;
  return Error(ErrorCode::kInvalidArgument, "graph.nothing_to_show", "no new picture comes out of this graph");
}

std::vector<ShownLabel> labels_of(const sample::Sample& sample) {
  std::vector<ShownLabel> shown;
  for (const sample::Label& label : sample.labels)
    for (const sample::Entry& entry : label.data) {
      ShownLabel one{
          .label = sample::LabelKey{label.type, label.name}.str(), .cls = entry.cls, .points = {}, .landmarks = {}};
      for (const sample::Point& point : entry.points) one.points.push_back({point.x, point.y});
      for (const sample::Landmark& mark : entry.landmarks) one.landmarks.push_back({mark.point.x, mark.point.y});
      shown.push_back(std::move(one));
    }
  return shown;
}

/// As JPEG, its longer edge at most `max_edge`.
Result<std::string> small(const std::string& bytes, int max_edge) {
  AVA_TRY(image::Pixels pixels, image::decode(bytes, {.channels = 3, .apply_orientation = true}));
  const int longer = std::max(pixels.width, pixels.height);
  if (longer > max_edge) {
    const auto scaled = [&](int edge) {
      return std::max(1, static_cast<int>(static_cast<std::int64_t>(edge) * max_edge / longer));
    };
    AVA_TRY(pixels, image::resize(pixels, scaled(pixels.width), scaled(pixels.height)));
  }
  return image::encode_jpeg(pixels, kShownQuality);
}

Result<void> show(RowMaker& maker, const Item& item, int max_edge, Shown& shown) {
  AVA_TRY(Source* const source, maker.source());
  shown.width = source->width();
  shown.height = source->height();
  AVA_TRY(const Made made, maker.make(item));
  AVA_TRY(shown.before, small(source->bytes(), max_edge));
  AVA_TRY(shown.after, small(made.bytes, max_edge));
  shown.after_width = made.width;
  shown.after_height = made.height;
  shown.after_labels = labels_of(made.sample);
  shown.ops = made.sample.ops;
  return {};
}

}  // namespace

void describe(schema::Visitor& v, ShownLabel& x) {
  v.type("ShownLabel");
  v.field("label", x.label, {.doc = "detection.cars"});
  v.field("class", x.cls);
  v.field("points", x.points, {.doc = "Outline, [x,y] each, in pixels of the whole picture"});
  v.field("landmarks", x.landmarks, {.doc = "[x,y] each"});
}

Result<std::vector<Shown>> preview(const Plan& plan, const Inputs& inputs, const PreviewOptions& options,
                                   const OnShown& on_shown, const std::stop_token& stop) {
  AVA_TRY(const auto resolver, pipeline::make_resolver(inputs.sources));
  const auto list_options = pipeline::list_options(inputs.sources, inputs.url_prefix, 1);
  AVA_TRY(const auto chosen, choose(plan, options, stop));
  std::vector<Shown> all;
  for (const Chosen& one : chosen) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    AVA_TRY(const auto maker, RowMaker::open(plan, *resolver, inputs.sources, list_options, one.row));
    Shown shown{.url = maker->sample().url};
    shown.before_labels = labels_of(maker->sample());
    if (const auto done = show(*maker, one.item, options.max_edge, shown); !done.ok())
      shown = {.url = maker->sample().url, .error = done.error().slug()};
    if (on_shown) on_shown(shown);
    all.push_back(std::move(shown));
  }
  return all;
}

}  // namespace ava::graph
