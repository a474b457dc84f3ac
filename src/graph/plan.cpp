#include "graph/plan.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>

#include "base/file.hpp"
#include "base/random.hpp"
#include "graph/check.hpp"

namespace ava::graph {

namespace {

constexpr std::size_t kMostItems = 100'000;  ///< of one row at one node
constexpr int kBucketBits = 12;
constexpr std::size_t kStopEvery = 4096;

bool is_whole(double times) { return times == std::floor(times); }

Error cancelled() { return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled"); }

std::uint64_t total_of(std::uint64_t items, double times) {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(items) * times));
}

/// A folder that goes away with it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::string path = (std::filesystem::temp_directory_path() / "ava-graph-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) return file::error_of(errno, "make", path);
    return TemporaryFolder(path);
  }
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFolder() {
    if (!path_.empty()) (void)file::remove_tree(path_).ok();
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

void describe(schema::Visitor& v, EdgeCount& x) {
  v.type("GraphEdgeCount");
  v.field("from", x.from);
  v.field("to", x.to);
  v.field("items", x.items, {.doc = "Samples that pass here"});
  v.field("classes", x.classes, {.doc = "Of these, by class of any label"});
}

void describe(schema::Visitor& v, NodeCount& x) {
  v.type("GraphNodeCount");
  v.field("id", x.id);
  v.field("in", x.in, {.doc = "Samples that arrive, each once"});
  v.field("out", x.out, {.doc = "Samples that are passed on"});
  v.field("duplicates", x.duplicates, {.doc = "Arrivals over another path of a sample that is there"});
}

void describe(schema::Visitor& v, Counts& x) {
  v.type("GraphCounts");
  v.field("edges", x.edges);
  v.field("nodes", x.nodes);
  v.field("output", x.output, {.doc = "Samples of the result"});
  v.field("generated", x.generated, {.doc = "Of these, with a new picture"});
  v.field("rows", x.rows, {.doc = "Rows of all lists"});
  v.field("rejected", x.rejected, {.doc = "Lines that are no rows"});
  v.field("left_out", x.left_out, {.doc = "Rows that are marked invalid"});
}

/// What a row becomes at each node up to the last that is wanted.
struct Plan::Walk {
  std::vector<std::vector<Item>> in;   ///< by node, ordered by lineage
  std::vector<std::vector<Item>> out;  ///< by node
  std::vector<std::uint64_t> duplicates;
};

Result<Plan> Plan::make(Graph graph, const Inputs& inputs, const PlanOptions& options, const std::stop_token& stop) {
  AVA_CHECK(first_error(check(graph)));
  Plan plan;
  plan.graph_ = std::move(graph);
  plan.seed_ = options.seed;
  plan.prepare();
  const OnRowReject ignore = [](const sample::Reject&) { return Result<void>(); };
  const OnRowReject& on_reject = options.on_reject ? options.on_reject : ignore;
  TemporaryFolder temporary{{}};
  std::filesystem::path spool = options.spool;
  if (spool.empty()) {
    AVA_TRY(temporary, TemporaryFolder::make());
    spool = temporary.path();
  }
  AVA_TRY(plan.rows_, read_rows(plan.graph_, inputs, options.threads, spool, on_reject, options.on_bytes, stop));
  AVA_CHECK(plan.settle_fractions(stop));
  AVA_CHECK(plan.count_all(stop));
  return plan;
}

void Plan::prepare() {
  order_ = topological_order(graph_);
  into_.resize(graph_.nodes.size());
  more_up_to_.resize(graph_.nodes.size());
  const auto number_of = [this](const std::string& id) {
    return static_cast<std::size_t>(graph_.find(id) - graph_.nodes.data());
  };
  for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
    from_.push_back(number_of(graph_.edges[i].from));
    into_[number_of(graph_.edges[i].to)].push_back(i);
  }
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (node.type == NodeType::kOutput) output_ = i;
    const std::uint64_t seed = node.augment.seed.value_or(seed_);
    rank_key_.push_back(random_key(seed, "graph/rank/" + node.id));
    draw_key_.push_back(random_key(seed, "graph/draw/" + node.id));
    name_hash_.push_back(random_key(0, node.id));
  }
}

std::uint64_t Plan::copies_of(std::size_t node, double times, const Item& item) const {
  auto copies = static_cast<std::uint64_t>(std::floor(times));
  const auto found = more_up_to_[node].find(times);
  if (found != more_up_to_[node].end() && random_at(rank_key_[node], item.hash) <= found->second) ++copies;
  return copies;
}

/// What a node makes of what arrived.
Result<void> Plan::leave(std::size_t node, const Kind& kind, Walk& walk) const {
  const Node& what = graph_.nodes[node];
  auto& out = walk.out[node];
  if (what.type == NodeType::kOutput || (what.type == NodeType::kFilter && !kind.passes[node])) return {};
  if (what.type != NodeType::kAugment) {
    out = walk.in[node];
    return {};
  }
  for (const Item& item : walk.in[node]) {
    if (what.augment.keep_source) out.push_back(item);
    const std::uint64_t copies = copies_of(node, kind.times[node], item);
    if (out.size() + copies > kMostItems)
      return error_of({.slug = "graph.too_many",
                       .node = what.id,
                       .message = fmt::format("one picture would become more than {} at '{}'", kMostItems, what.id)});
    for (std::uint64_t copy = 1; copy <= copies; ++copy) {
      Item made{.hash = random_at(item.hash, name_hash_[node] + copy), .lineage = item.lineage};
      made.lineage.push_back({static_cast<std::uint32_t>(node), static_cast<std::uint32_t>(copy)});
      out.push_back(std::move(made));
    }
  }
  return {};
}

Result<void> Plan::walk(const Row& row, std::size_t last, Walk& walk) const {
  const Kind& kind = rows_.kinds[row.kind];
  const std::size_t count = graph_.nodes.size();
  walk.in.assign(count, {});
  walk.out.assign(count, {});
  walk.duplicates.assign(count, 0);
  for (const std::size_t node : order_) {
    auto& in = walk.in[node];
    if (graph_.nodes[node].type == NodeType::kInput) {
      if (kind.passes[node]) in.push_back({.hash = row.hash, .lineage = {}});
    } else {
      for (const std::size_t edge : into_[node])
        in.insert(in.end(), walk.out[from_[edge]].begin(), walk.out[from_[edge]].end());
      const auto by_lineage = [](const Item& a, const Item& b) { return a.lineage < b.lineage; };
      std::sort(in.begin(), in.end(), by_lineage);
      const auto same = [](const Item& a, const Item& b) { return a.lineage == b.lineage; };
      const auto end = std::unique(in.begin(), in.end(), same);
      walk.duplicates[node] = static_cast<std::uint64_t>(in.end() - end);
      in.erase(end, in.end());
    }
    if (node == last) return {};
    AVA_CHECK(leave(node, kind, walk));
  }
  return {};
}

Result<void> Plan::settle_fractions(const std::stop_token& stop) {
  for (const std::size_t node : order_) {
    if (graph_.nodes[node].type != NodeType::kAugment) continue;
    const bool fractions = std::any_of(rows_.kinds.begin(), rows_.kinds.end(),
                                       [node](const Kind& kind) { return !is_whole(kind.times[node]); });
    if (fractions) AVA_CHECK(settle_node(node, stop));
  }
  return {};
}

/// Those items of one multiple that get one copy more: as many as make the total exact, those with the smallest ranks.
struct Plan::Rank {
  std::uint64_t items = 0;
  std::vector<std::uint64_t> buckets = std::vector<std::uint64_t>(1u << kBucketBits);
  std::vector<std::uint64_t> near;  ///< ranks in the bucket where the last of them is
  std::size_t bucket = 0;
  std::uint64_t rest = 0;  ///< how many of `near`, at most
  static std::size_t bucket_of(std::uint64_t rank) { return rank >> (64 - kBucketBits); }
  void find_bucket(double times) {
    rest = total_of(items, times) - items * static_cast<std::uint64_t>(std::floor(times));
    if (rest == 0) return;
    while (buckets[bucket] < rest) rest -= buckets[bucket++];
  }
  std::uint64_t last() {
    std::nth_element(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(rest - 1), near.end());
    return near[rest - 1];
  }
};

Result<void> Plan::settle_node(std::size_t node, const std::stop_token& stop) {
  std::map<double, Rank> ranks;
  Walk at;
  for (const bool first : {true, false}) {
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      if (i % kStopEvery == 0 && stop.stop_requested()) return cancelled();
      const Row& row = rows_.rows[i];
      const double times = rows_.kinds[row.kind].times[node];
      if (is_whole(times)) continue;
      AVA_CHECK(walk(row, node, at));
      Rank& rank = ranks[times];
      for (const Item& item : at.in[node]) {
        const std::uint64_t drawn = random_at(rank_key_[node], item.hash);
        if (first) {
          ++rank.items;
          ++rank.buckets[Rank::bucket_of(drawn)];
        } else if (rank.rest > 0 && Rank::bucket_of(drawn) == rank.bucket) {
          rank.near.push_back(drawn);
        }
      }
    }
    for (auto& [times, rank] : ranks)
      if (first)
        rank.find_bucket(times);
      else if (rank.rest > 0)
        more_up_to_[node][times] = rank.last();
  }
  return {};
}

namespace {

/// What one row, or all rows of a kind, add to the counts.
struct Tally {
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> in, out, duplicates;  ///< by node
  std::uint64_t generated = 0;
  void add(const Tally& other, std::uint64_t times) {
    rows += times * other.rows;
    generated += times * other.generated;
    const auto sum = [times](std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from) {
      to.resize(from.size());
      for (std::size_t i = 0; i < from.size(); ++i) to[i] += times * from[i];
    };
    sum(in, other.in);
    sum(out, other.out);
    sum(duplicates, other.duplicates);
  }
};

void count_classes(const Kind& kind, const std::vector<std::string>& classes, std::uint64_t items, EdgeCount& edge) {
  if (items == 0) return;
  for (const std::uint32_t cls : kind.classes) edge.classes[classes[cls]] += items;
}

}  // namespace

Result<void> Plan::count_all(const std::stop_token& stop) {
  std::vector<Tally> of_kind(rows_.kinds.size());
  std::vector<std::uint64_t> times_counted(rows_.kinds.size());
  Walk at;
  const auto tally_of = [&](const Row& row) -> Result<Tally> {
    AVA_CHECK(walk(row, output_, at));
    Tally tally{.rows = 1};
    for (std::size_t node = 0; node < at.in.size(); ++node) {
      tally.in.push_back(at.in[node].size());
      tally.out.push_back(node == output_ ? at.in[node].size() : at.out[node].size());
    }
    tally.duplicates = at.duplicates;
    for (const Item& item : at.in[output_]) tally.generated += !item.lineage.empty();
    return tally;
  };
  for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
    if (i % kStopEvery == 0 && stop.stop_requested()) return cancelled();
    const Row& row = rows_.rows[i];
    const Kind& kind = rows_.kinds[row.kind];
    const bool alike = std::all_of(kind.times.begin(), kind.times.end(), is_whole);
    if (alike && times_counted[row.kind]++ > 0) continue;
    AVA_TRY(const Tally tally, tally_of(row));
    of_kind[row.kind].add(tally, 1);
  }
  counts_ = {.rows = rows_.rows.size(), .rejected = rows_.rejected, .left_out = rows_.left_out};
  for (const Edge& edge : graph_.edges) counts_.edges.push_back({edge.from, edge.to, 0, {}});
  for (const Node& node : graph_.nodes) counts_.nodes.push_back({node.id, 0, 0, 0});
  for (std::size_t k = 0; k < of_kind.size(); ++k) {
    const Tally& tally = of_kind[k];
    const std::uint64_t times = std::max<std::uint64_t>(times_counted[k], 1);
    if (tally.rows == 0) continue;
    for (std::size_t i = 0; i < counts_.nodes.size(); ++i) {
      counts_.nodes[i].in += times * tally.in[i];
      counts_.nodes[i].out += times * tally.out[i];
      counts_.nodes[i].duplicates += times * tally.duplicates[i];
    }
    for (std::size_t i = 0; i < counts_.edges.size(); ++i) {
      counts_.edges[i].items += times * tally.out[from_[i]];
      count_classes(rows_.kinds[k], rows_.classes, times * tally.out[from_[i]], counts_.edges[i]);
    }
    counts_.generated += times * tally.generated;
  }
  counts_.output = counts_.nodes[output_].in;
  return {};
}

std::vector<Item> Plan::items_at(std::size_t row, std::size_t node) const {
  Walk at;
  if (!walk(rows_.rows[row], node, at).ok()) return {};  // cannot be: all rows were walked when it was made
  return std::move(at.in[node]);
}

std::uint64_t Plan::draw_key(const Row& row, const Item& item, std::size_t step) const {
  std::uint64_t hash = row.hash;
  for (std::size_t i = 0; i <= step; ++i)
    hash = random_at(hash, name_hash_[item.lineage[i].node] + item.lineage[i].copy);
  return random_at(draw_key_[item.lineage[step].node], hash);
}

Result<std::string> Plan::line_of(std::size_t row) const {
  const Row& where = rows_.rows[row];
  return rows_.files[rows_.kinds[where.kind].list].read_at(where.offset, where.bytes);
}

Result<Counts> count(const Graph& graph, const Inputs& inputs, std::uint64_t seed, const std::stop_token& stop) {
  AVA_TRY(const Plan plan, Plan::make(graph, inputs, {.seed = seed}, stop));
  return plan.counts();
}

}  // namespace ava::graph
