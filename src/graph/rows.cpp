#include "graph/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "base/digest.hpp"
#include "base/random.hpp"

namespace ava::graph {

void describe(schema::Visitor& v, Inputs& x) {
  v.type("GraphInputs");
  v.field("list", x.list, {.doc = "Path or url for inputs that name none", .required = false});
  v.field("lists", x.lists, {.doc = "What inputs name -> path or url", .required = false});
  v.field("open_paths", x.open_paths, {.doc = "Other names are paths or urls themselves", .required = false});
  v.field("url_prefix", x.url_prefix, {.doc = "Put before relative urls", .required = false});
  v.field("sources", x.sources, {.doc = "Where urls may lead"});
}

namespace {

static_assert(sizeof(Row) == 24);
constexpr std::size_t kMostKinds = 1u << 16;  ///< then classes are no longer counted
constexpr std::size_t kMostLineBytes = (1u << 24) - 1;

std::uint64_t hash_of_url(std::string_view url) {
  const Digest digest = sha256(url);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

/// A filter or a condition with its label's name parsed.
struct Asked {
  std::size_t node = 0;
  std::optional<sample::LabelKey> label;
};

/// Says of each row what the graph's filters and conditions say of it.
class Sorter {
 public:
  Sorter(const Graph& graph, Rows& rows) : graph_(graph), rows_(rows) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      keys_.push_back(key_of(node.filter.label));
      condition_keys_.emplace_back();
      for (const Condition& condition : node.augment.conditions)
        condition_keys_.back().push_back(key_of(condition.label));
    }
  }

  std::uint32_t kind_of(const sample::SampleView& view, std::uint32_t list, const std::vector<std::uint32_t>& list_of) {
    Kind kind{.list = list};
    RowFacts facts(view);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      const bool input = node.type == NodeType::kInput;
      kind.passes.push_back(input ? list_of[i] == list : node.type != NodeType::kFilter || passes(view, facts, i));
      kind.times.push_back(node.type == NodeType::kAugment ? node.augment.new_per_item(times(view, i)) : 0);
    }
    if (rows_.kinds.size() < kMostKinds) kind.classes = classes_of(view);
    std::string key(kind.passes.begin(), kind.passes.end());
    key.append(reinterpret_cast<const char*>(kind.times.data()), kind.times.size() * sizeof(double));
    key.append(reinterpret_cast<const char*>(kind.classes.data()), kind.classes.size() * sizeof(std::uint32_t));
    key.append(reinterpret_cast<const char*>(&list), sizeof list);
    const auto [found, added] = kinds_.emplace(std::move(key), static_cast<std::uint32_t>(rows_.kinds.size()));
    if (added) rows_.kinds.push_back(std::move(kind));
    return found->second;
  }

 private:
  static std::optional<sample::LabelKey> key_of(const std::string& text) {
    auto key = sample::LabelKey::parse(text);
    return key.ok() ? std::optional(*std::move(key)) : std::nullopt;
  }

  bool passes(const sample::SampleView& view, RowFacts& facts, std::size_t node) const {
    const Filter& filter = graph_.nodes[node].filter;
    for (const Term& term : filter.where)
      if (!facts.hold(term, keys_[node])) return false;
    if (filter.label.empty() && !filter.unlabelled) return true;
    bool has = false;
    bool matches = false;
    for (const sample::LabelView& label : view.labels) {
      if (keys_[node] && (label.type != keys_[node]->type || label.name != keys_[node]->name)) continue;
      for (const sample::EntryView& entry : label.data) {
        if (!entry.truth) continue;
        has = true;
        matches = matches || is_meant(filter, entry);
      }
    }
    return has ? matches != filter.exclude && !filter.label.empty() : filter.unlabelled;
  }

  static bool is_meant(const Filter& filter, const sample::EntryView& entry) {
    if (!filter.values.empty() &&
        std::find(filter.values.begin(), filter.values.end(), entry.cls) == filter.values.end())
      return false;
    if (!filter.box.any()) return true;
    return entry.points.size() >= 2 && filter.box.hold(sample::hull_of(entry.points));
  }

  double times(const sample::SampleView& view, std::size_t node) const {
    const Augment& augment = graph_.nodes[node].augment;
    for (std::size_t i = 0; i < augment.conditions.size(); ++i) {
      const auto& key = condition_keys_[node][i];
      const sample::LabelView* label = key ? view.find(*key) : nullptr;
      if (label == nullptr) continue;
      std::optional<double> most;
      for (const sample::EntryView& entry : label->data) {
        const auto found = augment.conditions[i].values.find(std::string(entry.cls));
        if (!entry.truth || found == augment.conditions[i].values.end()) continue;
        most = std::max(most.value_or(found->second), found->second);
      }
      if (most) return *most;
    }
    return augment.multiple;
  }

  std::vector<std::uint32_t> classes_of(const sample::SampleView& view) {
    std::vector<std::uint32_t> found;
    for (const sample::LabelView& label : view.labels)
      for (const sample::EntryView& entry : label.data)
        if (entry.truth && !entry.cls.empty()) found.push_back(number_of(entry.cls));
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  std::uint32_t number_of(std::string_view cls) {
    const auto [found, added] = numbers_.emplace(std::string(cls), static_cast<std::uint32_t>(rows_.classes.size()));
    if (added) rows_.classes.emplace_back(cls);
    return found->second;
  }

  const Graph& graph_;
  Rows& rows_;
  std::vector<std::optional<sample::LabelKey>> keys_;
  std::vector<std::vector<std::optional<sample::LabelKey>>> condition_keys_;
  std::unordered_map<std::string, std::uint32_t> kinds_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// The lists of the inputs, each once, and which of them each node reads.
Result<std::vector<std::uint32_t>> find_lists(const Graph& graph, const Inputs& inputs, Rows& rows) {
  std::vector<std::uint32_t> list_of(graph.nodes.size(), UINT32_MAX);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.type != NodeType::kInput) continue;
    const auto found = inputs.lists.find(node.list);
    std::string path = node.list.empty() ? inputs.list : "";
    if (!node.list.empty() && found != inputs.lists.end()) path = found->second;
    if (!node.list.empty() && found == inputs.lists.end() && inputs.open_paths) path = node.list;
    if (path.empty())
      return error_of({.slug = "graph.unknown_list",
                       .node = node.id,
                       .message = node.list.empty() ? fmt::format("'{}' names no list, and none was given", node.id)
                                                    : fmt::format("there is no list '{}'", node.list)});
    const auto known = std::find(rows.lists.begin(), rows.lists.end(), path);
    list_of[i] = static_cast<std::uint32_t>(known - rows.lists.begin());
    if (known == rows.lists.end()) rows.lists.push_back(path);
  }
  return list_of;
}

/// Rows of one url get different hashes, the first the one it has alone.
void tell_apart(std::vector<Row>& rows) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(rows.size());
  for (const Row& row : rows) hashes.push_back(row.hash);
  std::sort(hashes.begin(), hashes.end());
  std::unordered_map<std::uint64_t, std::uint64_t> met;
  for (std::size_t i = 1; i < hashes.size(); ++i)
    if (hashes[i] == hashes[i - 1]) met[hashes[i]] = 0;
  if (met.empty()) return;
  for (Row& row : rows) {
    const auto found = met.find(row.hash);
    if (found == met.end()) continue;
    if (const std::uint64_t number = found->second++; number > 0) row.hash = random_at(row.hash, number);
  }
}

}  // namespace

Result<Rows> read_rows(const Graph& graph, const Inputs& inputs, unsigned threads, const std::filesystem::path& spool,
                       const OnRowReject& on_reject, const OnRowBytes& on_bytes, const std::stop_token& stop) {
  Rows rows;
  AVA_TRY(const auto list_of, find_lists(graph, inputs, rows));
  Sorter sorter(graph, rows);
  auto options = pipeline::list_options(inputs.sources, inputs.url_prefix, threads);
  options.max_line_bytes = kMostLineBytes;
  std::uint64_t before = 0;
  for (std::uint32_t list = 0; list < rows.lists.size(); ++list) {
    AVA_TRY(auto file,
            pipeline::ListFile::open(rows.lists[list], inputs.sources, spool / fmt::format("list-{}", list), stop));
    AVA_TRY(auto source, sample::source_of_file(file.path().string()));
    sample::ListReader reader(std::move(source), options);
    sample::Batch batch;
    for (;;) {
      AVA_TRY(const bool more, reader.next(batch, stop));
      if (!more) break;
      for (const sample::SampleView& view : batch.samples()) {
        if (view.invalid) {
          ++rows.left_out;
          AVA_CHECK(on_reject({.line = view.line,
                               .url = std::string(view.url),
                               .slug = "marked_invalid",
                               .detail = "the list marks this item as invalid"}));
          continue;
        }
        Row row{.hash = hash_of_url(view.url), .kind = sorter.kind_of(view, list, list_of)};
        row.offset = view.offset;
        row.bytes = view.raw.size();
        row.line = static_cast<std::uint32_t>(view.line);
        rows.rows.push_back(row);
      }
      for (const sample::Reject& bad : batch.rejects()) AVA_CHECK(on_reject(bad));
      if (on_bytes) on_bytes(before + reader.counts().bytes);
    }
    rows.lines += reader.counts().lines;
    rows.rejected += reader.counts().rejected;
    before += reader.counts().bytes;
    rows.files.push_back(std::move(file));
  }
  tell_apart(rows.rows);
  return rows;
}

}  // namespace ava::graph
