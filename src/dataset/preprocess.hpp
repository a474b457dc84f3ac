// What is asked and answered when a dataset is made of others through a graph: plain structs, described for JSON. The
// graph itself is kept as its text; what it means is in graph/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "graph/plan.hpp"
#include "graph/preview.hpp"
#include "job/job.hpp"

namespace ava::dataset {

struct CheckGraph {
  schema::AnyJson graph;
  std::optional<std::int64_t> seed;
};
void describe(schema::Visitor& v, CheckGraph& x);

/// Something that is wrong with a graph, and where.
struct GraphProblem {
  std::string slug;
  std::string severity;             ///< "error", "warning"
  std::optional<std::string> node;  ///< absent: the graph as a whole
  std::optional<std::vector<std::string>> edge;
  std::string message;
  std::optional<std::string> hint;
};
void describe(schema::Visitor& v, GraphProblem& x);

struct CheckedGraph {
  std::vector<GraphProblem> problems;
  std::optional<graph::Counts> counts;  ///< unless an error is among the problems
};
void describe(schema::Visitor& v, CheckedGraph& x);

struct PreviewGraph {
  schema::AnyJson graph;
  std::int64_t seed = 0;
  std::int64_t count = 12;
  std::optional<std::string> node;  ///< only what went through this one
};
void describe(schema::Visitor& v, PreviewGraph& x);

struct ShownPicture {
  std::string url;
  std::string before;  ///< data:image/jpeg;base64,...
  std::string after;
  std::int64_t width = 0;  ///< of the whole picture; what is sent may be smaller
  std::int64_t height = 0;
  std::int64_t after_width = 0;
  std::int64_t after_height = 0;
  std::vector<graph::ShownLabel> before_labels;
  std::vector<graph::ShownLabel> after_labels;
  std::string ops;
  std::optional<std::string> error;  ///< slug; there are no pictures then
};
void describe(schema::Visitor& v, ShownPicture& x);

struct GraphPreview {
  std::vector<ShownPicture> items;
};
void describe(schema::Visitor& v, GraphPreview& x);

struct PreprocessDataset {
  schema::AnyJson graph;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::int64_t> seed;   ///< absent: drawn
  std::optional<std::string> bucket;  ///< name of a bound one; absent: the default
};
void describe(schema::Visitor& v, PreprocessDataset& x);

struct PreprocessStarted {
  Dataset dataset;
  job::Job job;
};
void describe(schema::Visitor& v, PreprocessStarted& x);

/// What the job needs to know; kept with the job.
struct PreprocessPayload {
  schema::AnyJson graph;
  std::map<std::string, std::string> lists;  ///< what an input says, a dataset's id or nothing -> its list
  std::int64_t seed = 0;
};
void describe(schema::Visitor& v, PreprocessPayload& x);

/// Where the lists of a graph are, as graph/ wants to know it.
graph::Inputs inputs_of(const std::map<std::string, std::string>& lists, pipeline::Sources sources);

}  // namespace ava::dataset
