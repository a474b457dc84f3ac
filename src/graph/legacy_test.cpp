#include "graph/legacy.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing.hpp"
#include "graph/plan.hpp"
#include "graph/testing.hpp"

namespace ava::graph {
namespace {

/// The manual's example: one class to twice as many, another as it is.
std::string mix(std::string_view operation = "rotate/[10,20]", std::string_view pre = R"(["f1"])") {
  return fmt::format(R"({{"ops":[
    {{"name":"in","type":"input","preOps":[],"postOps":["f1","f2"],"params":{{"file":"qiniu:///b/list.json"}}}},
    {{"name":"f1","type":"filter","preOps":["in"],"postOps":["a"],"params":{{"label":"class.pet","values":["cat"]}}}},
    {{"name":"f2","type":"filter","preOps":["in"],"postOps":["out"],"params":{{"label":"class.pet","values":["dog"]}}}},
    {{"name":"a","type":"augment","preOps":{},"postOps":["out"],
      "params":{{"condition":[{{"label":"class.pet","values":{{"cat":2}}}}],"ops":"{}"}}}},
    {{"name":"out","type":"output","preOps":["a","f2"],"postOps":[],
      "params":{{"prefix":"qiniu:///b/more/","file":"qiniu:///b/more.json"}}}}],"logFile":"qiniu:///b/log.json"}})",
                     pre, operation);
}

std::uint64_t output_of(const LegacyFlow& flow, const std::string& list) {
  const ListFolder folder;
  std::vector<std::string> lines;
  for (int i = 0; i < 12; ++i) lines.push_back(ListFolder::line(fmt::format("{}.jpg", i), i % 3 == 0 ? "cat" : "dog"));
  Inputs inputs = folder.write(lines);
  inputs.lists[list] = inputs.list;
  auto counts = count(flow.graph, inputs, 1, {});
  EXPECT_TRUE(counts.ok()) << (counts.ok() ? "" : counts.error().text());
  return counts.ok() ? counts->output : 0;
}

TEST(LegacyMix, BecomesAGraph) {
  ASSERT_OK_AND(const LegacyFlow flow, graph_of_mix(mix()));
  EXPECT_EQ(flow.prefix, "qiniu:///b/more/");
  EXPECT_EQ(flow.target_file, "qiniu:///b/more.json");
  EXPECT_EQ(flow.log_file, "qiniu:///b/log.json");
  EXPECT_EQ(flow.graph.find("a")->augment.operations.front().settings.front().high, 20);
  EXPECT_EQ(output_of(flow, "qiniu:///b/list.json"), 4u * 2 + 8u);
}

TEST(LegacyMix, NamesTheNodeAndTheRule) {
  EXPECT_ERROR(graph_of_mix("{}"), "graph.bad_json");
  EXPECT_ERROR(graph_of_mix(mix("rotat/[10,20]")), "op.unknown");
  EXPECT_ERROR(graph_of_mix(mix("flop", "[]")), "graph.links_disagree");
  EXPECT_ERROR(graph_of_mix(mix("flop", R"(["f1","in"])")), "graph.links_disagree");
  EXPECT_ERROR(graph_of_mix(R"({"ops":[{"name":"x","type":"sort"}]})"), "graph.unknown_type");
  EXPECT_ERROR(graph_of_mix(R"({"ops":[{"name":"x","type":"input","params":{"file":3}}]})"), "graph.bad_setting");
  EXPECT_ERROR(graph_of_mix(R"({"ops":[{"name":"x","type":"input"}]})"), "graph.no_output");
}

TEST(LegacyAugment, LetsTheFirstMatchingConditionDecide) {
  const auto body = [](std::string_view more) {
    return fmt::format(R"({{"ops":{{"conditionalOps":[
      {{"condition":{{"type":"class","name":"pet","classes":["cat"]}},"ops":"flip;flop;","times":3}},
      {{"condition":{{"type":"detect","name":"d","classes":["cat","cow"]}},"ops":"flop","times":9}}],
      "defaultOps":{{"ops":"rotate/[10,20]","times":1}}}},"sourceFile":"s","prefix":"p"{}}})",
                       more);
  };
  ASSERT_OK_AND(const LegacyFlow flow, graph_of_augment(body("")));
  EXPECT_EQ(flow.graph.find("augment1")->augment.operations.size(), 2u);
  EXPECT_EQ(output_of(flow, "s"), 4u * 3 + 8u);
  ASSERT_OK_AND(const LegacyFlow merged, graph_of_augment(body(R"(,"mergeSource":true)")));
  EXPECT_EQ(output_of(merged, "s"), 4u * 3 + 8u + 12u);
  EXPECT_ERROR(graph_of_augment(R"({"ops":[]})"), "graph.bad_json");
}

}  // namespace
}  // namespace ava::graph
