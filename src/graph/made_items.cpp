#include "graph/made_items.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "image/resize.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"

namespace ava::graph {

namespace {

bool needs_others(const std::vector<augment::OpSpec>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const augment::OpSpec& spec) {
    return spec.op->description().needs_others || needs_others(spec.members);
  });
}

/// What a node does to one item, whatever the multiple is.
std::string recipe_of(const Plan& plan, const Node& node) {
  if (needs_others(node.augment.operations)) return {};
  Graph alone;
  alone.seed = plan.graph().seed;
  Node& kept = alone.nodes.emplace_back(node);
  kept.augment.multiple = 1;
  kept.augment.conditions.clear();
  kept.augment.count_mode = CountMode::kTotal;
  kept.augment.keep_source = true;
  Node& output = alone.nodes.emplace_back(plan.graph().nodes[plan.output()]);
  output.output.name.clear();
  output.output.description.clear();
  return to_json(alone, -1);
}

}  // namespace

std::unique_ptr<MadeItems> MadeItems::open(const std::filesystem::path& folder, std::uint64_t max_bytes,
                                           const Plan& plan) {
  auto log = cache::KeyedLog::open(folder, max_bytes);
  if (!log.ok()) {
    log::warn("graph", "cache not used: {}", log.error().text());
    return nullptr;
  }
  std::vector<std::string> nodes;
  for (const Node& node : plan.graph().nodes) nodes.push_back(recipe_of(plan, node));
  return std::unique_ptr<MadeItems>(new MadeItems(*std::move(log), std::move(nodes)));
}

Result<std::optional<Digest>> MadeItems::key_of(RowMaker& maker, const Item& item) const {
  for (const Origin& origin : item.lineage)
    if (nodes_[origin.node].empty()) return std::optional<Digest>();
  AVA_TRY(const Digest source, maker.source_digest());
  Sha256 hash;
  const auto part = [&hash](std::string_view text) { hash.update(fmt::format("{}:", text.size())).update(text); };
  part(fmt::format("ava graph item 1; {}; {:x}; {:x}", image::transform_version(), maker.row_hash(), item.hash));
  part(to_hex(source));
  part(maker.line());
  part(maker.sample().url);
  for (const Origin& origin : item.lineage) {
    part(nodes_[origin.node]);
    part(std::to_string(origin.copy));
  }
  return std::optional(hash.finish());
}

// Numbers of a Kept: bytes of the row's line, which comes before those of the picture; is it a PNG; the label counts.
std::optional<Made> MadeItems::find(const Digest& key) {
  auto kept = log_->find(key);
  if (!kept || kept->numbers[0] > kept->bytes.size()) return {};
  sample::ListOptions options;
  options.allow_relative = true;
  options.allow_local_paths = true;
  auto sample = sample::parse_sample(std::string_view(kept->bytes).substr(0, kept->numbers[0]), options);
  if (!sample.ok()) return {};
  Made made;
  made.sample = *std::move(sample);
  made.bytes = kept->bytes.substr(kept->numbers[0]);
  made.extension = kept->numbers[1] == 1 ? "png" : "jpg";
  made.labels.boxes_clipped = kept->numbers[2];
  made.labels.boxes_dropped = kept->numbers[3];
  made.labels.landmarks_dropped = kept->numbers[4];
  return made;
}

void MadeItems::keep(const Digest& key, const Made& made) {
  std::string line = sample::to_line(made.sample);
  line.pop_back();
  const auto number = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const std::array<std::uint32_t, 5> numbers = {number(line.size()), made.extension == "png" ? 1u : 0u,
                                                number(made.labels.boxes_clipped), number(made.labels.boxes_dropped),
                                                number(made.labels.landmarks_dropped)};
  log_->keep(key, numbers, line + made.bytes);
}

}  // namespace ava::graph
