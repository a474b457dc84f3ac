#include "dataset/preprocess.hpp"

namespace ava::dataset {

void describe(schema::Visitor& v, CheckGraph& x) {
  v.type("CheckGraph");
  v.field("graph", x.graph);
  v.field("seed", x.seed, {.min = 0});
}

void describe(schema::Visitor& v, GraphProblem& x) {
  v.type("GraphProblem");
  v.field("slug", x.slug);
  v.field("severity", x.severity, {.doc = "error or warning"});
  v.field("node", x.node, {.doc = "Absent: the graph as a whole"});
  v.field("edge", x.edge, {.doc = "From and to, when a connection is at fault"});
  v.field("message", x.message);
  v.field("hint", x.hint);
}

void describe(schema::Visitor& v, CheckedGraph& x) {
  v.type("CheckedGraph");
  v.field("problems", x.problems);
  v.field("counts", x.counts, {.doc = "Unless an error is among the problems"});
}

void describe(schema::Visitor& v, PreviewGraph& x) {
  v.type("PreviewGraph");
  v.field("graph", x.graph);
  v.field("seed", x.seed, {.required = false, .min = 0});
  v.field("count", x.count, {.required = false, .min = 1, .max = 24});
  v.field("node", x.node, {.doc = "Only what went through this node"});
}

void describe(schema::Visitor& v, ShownPicture& x) {
  v.type("ShownPicture");
  v.field("url", x.url);
  v.field("before", x.before, {.doc = "data:image/jpeg;base64,..."});
  v.field("after", x.after);
  v.field("width", x.width, {.doc = "Of the whole picture, as the labels mean it; what is sent may be smaller"});
  v.field("height", x.height);
  v.field("after_width", x.after_width);
  v.field("after_height", x.after_height);
  v.field("before_labels", x.before_labels);
  v.field("after_labels", x.after_labels);
  v.field("ops", x.ops, {.doc = "What was done, e.g. augment(rotate/13.72;flop)"});
  v.field("error", x.error, {.doc = "Slug of why the picture could not be made; there are no pictures then"});
}

void describe(schema::Visitor& v, GraphPreview& x) {
  v.type("GraphPreview");
  v.field("items", x.items);
}

void describe(schema::Visitor& v, PreprocessDataset& x) {
  v.type("PreprocessDataset");
  v.field("graph", x.graph);
  v.field("name", x.name, {.doc = "Of the new dataset", .max = 63});
  v.field("description", x.description, {.max = 500});
  v.field("seed", x.seed, {.doc = "Same graph, data and seed: same pictures; absent: drawn", .min = 0});
  v.field("bucket", x.bucket, {.doc = "Name of a bound space; absent: the default one"});
}

void describe(schema::Visitor& v, PreprocessStarted& x) {
  v.type("PreprocessStarted");
  v.field("dataset", x.dataset);
  v.field("job", x.job);
}

void describe(schema::Visitor& v, PreprocessPayload& x) {
  v.type("PreprocessPayload");
  v.field("graph", x.graph);
  v.field("lists", x.lists);
  v.field("seed", x.seed);
}

graph::Inputs inputs_of(const std::map<std::string, std::string>& lists, pipeline::Sources sources) {
  graph::Inputs inputs;
  inputs.lists = lists;
  if (const auto started_from = lists.find(""); started_from != lists.end()) inputs.list = started_from->second;
  inputs.sources = std::move(sources);
  return inputs;
}

}  // namespace ava::dataset
