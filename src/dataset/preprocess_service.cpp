#include "dataset/preprocess_service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dataset/graph_template.hpp"
#include "dataset/new_dataset.hpp"
#include "dataset/worker_job.hpp"
#include "schema/json.hpp"

namespace ava::dataset {

namespace {

GraphProblem shown_problem(const graph::Problem& problem) {
  GraphProblem out{problem.slug, problem.severity == graph::Severity::kError ? "error" : "warning"};
  if (!problem.node.empty()) out.node = problem.node;
  if (problem.edge) out.edge = std::vector<std::string>{problem.edge->from, problem.edge->to};
  out.message = problem.message;
  if (!problem.hint.empty()) out.hint = problem.hint;
  return out;
}

std::vector<GraphProblem> shown_problem(const std::vector<graph::Problem>& problems) {
  std::vector<GraphProblem> all;
  for (const graph::Problem& problem : problems) all.push_back(shown_problem(problem));
  return all;
}

bool is_error(const graph::Problem& problem) { return problem.severity == graph::Severity::kError; }

}  // namespace

Error wrong_graph(const std::vector<graph::Problem>& problems) {
  const auto first = std::find_if(problems.begin(), problems.end(), is_error);
  const auto count = std::count_if(problems.begin(), problems.end(), is_error);
  std::string text = first->node.empty() ? first->message : fmt::format("node '{}': {}", first->node, first->message);
  if (count > 1) text += fmt::format("; {} problems in all", count);
  return Error(ErrorCode::kInvalidArgument, "graph.wrong", text)
      .hint(first->hint)
      .at("/graph")
      .detail("problems", schema::to_text(shown_problem(problems)));
}

namespace {

/// Every input's dataset is looked for again when the new one is written down: it may have been deleted meanwhile.
Result<void> still_there(db::Tx& tx, const std::vector<Dataset>& parents) {
  for (const Dataset& parent : parents) {
    AVA_TRY(const auto found, DatasetRepo::find(tx, parent.id));
    if (!found)
      return Error(ErrorCode::kNotFound, "dataset.not_found", fmt::format("'{}' was deleted just now", parent.name));
  }
  return {};
}

}  // namespace

bool PreprocessService::Prepared::wrong() const { return std::any_of(problems.begin(), problems.end(), is_error); }

Result<void> PreprocessService::add_input(const DatasetId& from, const graph::Node& node, Prepared& prepared) {
  if (prepared.lists.contains(node.list)) return {};
  const auto usable = [&]() -> Result<Dataset> {
    AVA_TRY(const auto id, node.list.empty() ? Result<DatasetId>(from) : DatasetId::parse(node.list));
    AVA_TRY(Dataset found, parts_.datasets.find(id));
    if (found.state != DatasetState::kSuccess)
      return Error(ErrorCode::kConflict, "dataset.not_ready", "only a finished dataset can be preprocessed");
    AVA_CHECK(check_has_list(found));
    return found;
  };
  auto found = usable();
  if (!found.ok()) {
    // What one started from is the request's matter; any other dataset is the graph's.
    if (node.list.empty()) return found.error();
    prepared.problems.push_back({.slug = "graph.foreign_dataset",
                                 .node = node.id,
                                 .message = fmt::format("'{}': {}", node.list, found.error().text()),
                                 .hint = "give the id of a finished dataset with a list"});
    return {};
  }
  prepared.lists[node.list] = found->list_uri;
  const auto same = [&](const Dataset& d) { return d.id == found->id; };
  if (std::none_of(prepared.parents.begin(), prepared.parents.end(), same))
    prepared.parents.push_back(*std::move(found));
  return {};
}

Result<graph::KnownClasses> PreprocessService::classes_of(const std::vector<Dataset>& parents) {
  graph::KnownClasses known;
  for (const Dataset& parent : parents) {
    AVA_TRY(auto storage, parts_.datasets.storage_of(parent));
    AVA_TRY(const auto stats, Contents(std::move(storage), parent.prefix).stats());
    for (const auto& label : stats.labels)
      for (const auto& one : label.count) known[label.key].insert(one.cls);
  }
  return known;
}

Result<PreprocessService::Prepared> PreprocessService::prepare(const DatasetId& id, const schema::AnyJson& graph) {
  AVA_CHECK(check_graph_text(graph));
  auto reading = graph::read(graph.text);
  if (!reading.ok()) return std::move(reading.error()).at("/graph");
  Prepared prepared;
  prepared.graph = std::move(reading->graph);
  prepared.problems = std::move(reading->problems);
  for (const graph::Node& node : prepared.graph.nodes)
    if (node.type == graph::NodeType::kInput) AVA_CHECK(add_input(id, node, prepared));
  AVA_TRY(const auto known, classes_of(prepared.parents));
  for (graph::Problem& problem : graph::check(prepared.graph, &known)) prepared.problems.push_back(std::move(problem));
  return prepared;
}

Result<graph::Inputs> PreprocessService::inputs_for(const Prepared& prepared) {
  // Whoever made the lists wrote their urls: they lead to no neighbour of the server.
  AVA_TRY(auto sources, sources_of(parts_.buckets, false));
  return inputs_of(prepared.lists, std::move(sources));
}

Result<CheckedGraph> PreprocessService::check(const DatasetId& id, const CheckGraph& request,
                                              const std::stop_token& stop) {
  AVA_TRY(const Prepared prepared, prepare(id, request.graph));
  CheckedGraph checked{shown_problem(prepared.problems), {}};
  if (prepared.wrong()) return checked;
  AVA_TRY(const auto inputs, inputs_for(prepared));
  const auto seed = static_cast<std::uint64_t>(request.seed.value_or(0));
  AVA_TRY(checked.counts, graph::count(prepared.graph, inputs, seed, stop));
  return checked;
}

Result<PreprocessStarted> PreprocessService::start(const user::Actor& who, const DatasetId& id,
                                                   const PreprocessDataset& request) {
  AVA_CHECK(check_name(request.name));
  AVA_TRY(Prepared prepared, prepare(id, request.graph));
  if (prepared.wrong()) return wrong_graph(prepared.problems);
  AVA_TRY(const user::Bucket bucket,
          request.bucket ? parts_.buckets.find_by_name(*request.bucket) : parts_.buckets.default_bucket());
  // As text of the page's numbers: 31 bits survive every JSON reader.
  const auto drawn = [] { return std::stoll(random_hex(4), nullptr, 16) & 0x7fffffff; };
  const auto of_graph = prepared.graph.seed ? static_cast<std::int64_t>(*prepared.graph.seed) : drawn();
  const std::int64_t seed = request.seed.value_or(of_graph);
  prepared.graph.seed = static_cast<std::uint64_t>(seed);

  Dataset dataset;
  dataset.id = DatasetId::make();
  dataset.name = request.name;
  dataset.description = request.description.value_or("");
  dataset.bucket_id = bucket.id;
  dataset.source = {SourceKind::kPreprocess, prepared.parents.front().list_uri, prepared.parents.front().name};
  dataset.lineage = Lineage{{graph::to_json(prepared.graph, -1)}, {}, seed, {}};
  for (const Dataset& parent : prepared.parents) dataset.lineage->parents.push_back({parent.id.str(), parent.name});
  const PreprocessPayload payload{dataset.lineage->graph, prepared.lists, seed};

  PreprocessStarted started;
  AVA_TRY(started.dataset,
          insert_with_job({parts_.database, parts_.jobs, parts_.clock}, who, std::move(dataset), "dataset.preprocess",
                          schema::to_text(payload), [&](db::Tx& tx) { return still_there(tx, prepared.parents); }));
  parts_.jobs.wake();
  parts_.datasets.publish(started.dataset);
  AVA_TRY(started.job, parts_.jobs.find(started.dataset.job_id.value_or("")));
  return started;
}

}  // namespace ava::dataset
