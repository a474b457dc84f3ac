#include "graph/graph.hpp"

#include <gtest/gtest.h>

#include "base/testing.hpp"
#include "graph/check.hpp"

namespace ava::graph {
namespace {

constexpr std::string_view kRecipe = R"({"version":1,"nodes":[
  {"id":"in","type":"input"},
  {"id":"f1","type":"filter","label":"classification.pulp","values":["a"]},
  {"id":"a1","type":"augment","operations":[{"op":"flop"}],"multiple":2},
  {"id":"f2","type":"filter","label":"classification.pulp","values":["a"],"mode":"exclude"},
  {"id":"out","type":"output","name":"more"}],
  "edges":[["in","f1"],["f1","a1"],["a1","out"],["in","f2"],["f2","out"]],"layout":{"in":[0,0.5]}})";

TEST(GraphText, IsReadAndWrittenInOneForm) {
  ASSERT_OK_AND(const Graph graph, parse(kRecipe));
  EXPECT_EQ(graph.nodes.size(), 5u);
  EXPECT_TRUE(graph.nodes[3].filter.exclude);
  EXPECT_TRUE(check(graph).empty());
  const std::string text = to_json(graph);
  ASSERT_OK_AND(const Graph again, parse(text));
  EXPECT_EQ(to_json(again), text);
  EXPECT_NE(text.find(R"("multiple": 2)"), std::string::npos);
}

}  // namespace
}  // namespace ava::graph
