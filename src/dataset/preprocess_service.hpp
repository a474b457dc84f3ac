// Preprocessing (R3.5): a dataset, or several, become a new one through a graph. Says what is wrong with a graph, how
// many items pass each edge and what some pictures become; and starts the job that makes the new dataset.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/dataset_service.hpp"
#include "dataset/preprocess.hpp"
#include "graph/check.hpp"
#include "graph/graph.hpp"
#include "graph/inputs.hpp"

namespace ava::dataset {

/// Thread: any. Lifetime: its references outlive it.
class PreprocessService {
 public:
  struct Parts {
    db::Database& database;
    user::BucketService& buckets;
    job::JobService& jobs;
    DatasetService& datasets;
    const Clock& clock;
  };
  explicit PreprocessService(Parts parts) : parts_(parts) {}

  /// A wrong graph is no Error: its problems are the answer. Errors: `dataset.not_found`, `dataset.not_ready`,
  /// `dataset.has_no_list`, `graph.too_large`, `graph.bad_json`, `json.bad`, those of reading the lists.
  Result<CheckedGraph> check(const DatasetId& id, const CheckGraph& request, const std::stop_token& stop = {});
  /// Errors: as check(), and `graph.wrong` (details: problems).
  Result<GraphPreview> preview(const DatasetId& id, const PreviewGraph& request, const std::stop_token& stop = {});
  /// The new dataset in state `creating`, and its job. Errors: as preview(), and `name.bad`, `dataset.name_taken`,
  /// `bucket.none_bound`, `bucket.not_found`.
  Result<PreprocessStarted> start(const user::Actor& who, const DatasetId& id, const PreprocessDataset& request);

 private:
  /// A graph that was read, and the datasets its inputs name.
  struct Prepared {
    graph::Graph graph;
    std::vector<graph::Problem> problems;
    std::vector<Dataset> parents;              ///< first the one that was started from; each once
    std::map<std::string, std::string> lists;  ///< what an input says -> its list
    bool wrong() const;
  };
  Result<Prepared> prepare(const DatasetId& id, const schema::AnyJson& graph);
  Result<void> add_input(const DatasetId& from, const graph::Node& node, Prepared& prepared);
  /// What the statistics of the parents know.
  Result<graph::KnownClasses> classes_of(const std::vector<Dataset>& parents);
  Result<graph::Inputs> inputs_for(const Prepared& prepared);

  Parts parts_;
};

/// All that is wrong, in one refusal: `graph.wrong`, details: problems.
Error wrong_graph(const std::vector<graph::Problem>& problems);

}  // namespace ava::dataset
