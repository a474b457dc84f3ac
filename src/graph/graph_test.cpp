#include "graph/graph.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

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

constexpr std::string_view kIn = R"({"id":"in","type":"input"})";
constexpr std::string_view kOut = R"({"id":"out","type":"output"})";
constexpr std::string_view kFlop = R"({"id":"a","type":"augment","operations":[{"op":"flop"}],"multiple":2})";
constexpr std::string_view kCats = R"({"id":"f","type":"filter","label":"classification.pet","values":["cat"]})";

std::string text_of(const std::vector<std::string_view>& nodes, std::string_view edges) {
  return fmt::format(R"({{"version":1,"nodes":[{}],"edges":{}}})", fmt::join(nodes, ","), edges);
}

/// "slug node", of everything that is wrong.
std::vector<std::string> wrong(const std::string& text, const KnownClasses* known = nullptr) {
  auto reading = read(text);
  if (!reading.ok()) return {reading.error().slug()};
  auto problems = reading->problems;
  const auto rules = check(reading->graph, known);
  problems.insert(problems.end(), rules.begin(), rules.end());
  std::vector<std::string> found;
  for (const Problem& problem : problems)
    found.push_back(problem.slug + (problem.node.empty() ? "" : " " + problem.node));
  return found;
}

using Wrong = std::vector<std::string>;

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

TEST(GraphText, KeepsEverySetting) {
  const std::string text = text_of(
      {kIn,
       R"({"id":"f","type":"filter","label":"detection.d","values":["x"],"mode":"exclude","unlabelled":true,)"
       R"("box":{"min_width":3,"max_area":9.5},"where":[{"field":"entries","is":">","value":2},)"
       R"({"field":"member.ok","is":"!=","value":true},{"field":"url","is":"contains","value":"a"}]})",
       R"({"id":"a","type":"augment","operations":[{"op":"rotate","angle":[5,9],"probability":0.5}],"multiple":1.5,)"
       R"("conditions":[{"label":"detection.d","values":{"y":3}}],"count_mode":"new","keep_source":false,"seed":7,)"
       R"("labels":{"min_area":4,"hull":true,"mirrored_landmarks":[[0,1]]}})",
       R"({"id":"out","type":"output","name":"n","description":"d","picture":{"kind":"jpg","quality":80}})"},
      R"([["in","f"],["f","a"],["a","out"]])");
  ASSERT_OK_AND(const Graph graph, parse(text));
  ASSERT_OK_AND(const Graph again, parse(to_json(graph, -1)));
  EXPECT_EQ(to_json(again, -1), to_json(graph, -1));
  EXPECT_EQ(graph.nodes[1].filter.box.max_area, 9.5);
  EXPECT_EQ(again.nodes[1].filter.where, graph.nodes[1].filter.where);
  EXPECT_EQ(graph.nodes[1].filter.where.back(), (Term{.field = "url", .is = "contains", .value = "a"}));
  EXPECT_EQ(graph.nodes[2].augment.seed, 7u);
  EXPECT_EQ(graph.nodes[3].output.picture.quality, 80);
}

TEST(GraphText, SaysWhereItCannotBeRead) {
  EXPECT_EQ(wrong("{"), Wrong{"json.bad"});
  EXPECT_EQ(wrong("[]"), Wrong{"graph.bad_json"});
  const std::string edges = R"([["in","out"]])";
  EXPECT_EQ(wrong(text_of({R"({"id":"in","type":"input","colour":1})", kOut}, edges)),
            Wrong{"graph.unknown_member in"});
  EXPECT_EQ(wrong(text_of({R"({"id":"in","type":"input","list":3})", kOut}, edges)), Wrong{"graph.bad_setting in"});
  EXPECT_EQ(wrong(text_of({kIn, kOut, R"({"id":"x","type":"sort"})"}, edges)), Wrong{"graph.unknown_type x"});
  const auto bad_op = [](std::string_view op) {
    return wrong(text_of({kIn, kOut, fmt::format(R"({{"id":"a","type":"augment","operations":[{}]}})", op)},
                         R"([["in","a"],["a","out"]])"));
  };
  EXPECT_EQ(bad_op(R"({"op":"rotat"})").front(), "op.unknown a");
  EXPECT_EQ(bad_op(R"({"op":"rotate","angl":3})").front(), "op.unknown_argument a");
  EXPECT_EQ(bad_op(R"({"op":"rotate","angle":"x"})").front(), "op.bad_argument a");
}

TEST(GraphCheck, NamesNodeAndRule) {
  EXPECT_EQ(wrong(text_of({kOut}, "[]")), (Wrong{"graph.no_input", "graph.unreachable out"}));
  EXPECT_EQ(wrong(text_of({kIn}, "[]")), (Wrong{"graph.no_output", "graph.unreachable in"}));
  EXPECT_EQ(wrong(text_of({kIn, kOut, R"({"id":"o2","type":"output"})"}, R"([["in","out"],["in","o2"]])")),
            Wrong{"graph.several_outputs o2"});
  EXPECT_EQ(wrong(text_of({kIn, kOut, kIn}, R"([["in","out"]])")), Wrong{"graph.duplicate_node in"});
  EXPECT_EQ(wrong(text_of({kIn, kOut}, R"([["in","out"],["in","x"]])")), Wrong{"graph.unknown_node x"});
  EXPECT_EQ(wrong(text_of({kIn, kOut}, R"([["in","out"],["in","out"]])")), Wrong{"graph.duplicate_edge out"});
  EXPECT_EQ(wrong(text_of({kIn, kOut, kFlop}, R"([["in","out"]])")), Wrong{"graph.unreachable a"});
  EXPECT_EQ(wrong(text_of({kIn, kOut, kFlop}, R"([["in","out"],["in","a"]])")), Wrong{"graph.unreachable a"});
  EXPECT_EQ(wrong(text_of({kIn, kOut, kFlop, R"({"id":"b","type":"augment","operations":[{"op":"flip"}]})"},
                          R"([["in","a"],["a","b"],["b","a"],["b","out"]])")),
            Wrong{"graph.cycle a"});
}

TEST(GraphCheck, RefusesConnectionsThatMeanNothing) {
  const auto edges = [](std::string_view more) {
    const auto found =
        wrong(text_of({kIn, kCats, kFlop, kOut}, fmt::format(R"([["in","f"],["f","a"],["a","out"]{}])", more)));
    return found.empty() ? "" : found.front();
  };
  EXPECT_EQ(edges(""), "");
  EXPECT_EQ(edges(R"(,["f","out"])"), "");
  EXPECT_EQ(edges(R"(,["a","f"])"), "graph.bad_edge f");
  EXPECT_EQ(edges(R"(,["f","in"])"), "graph.bad_edge in");
  EXPECT_EQ(edges(R"(,["out","a"])"), "graph.bad_edge a");
  EXPECT_EQ(edges(R"(,["f","f"])"), "graph.bad_edge f");
}

TEST(GraphCheck, LooksAtSettings) {
  const auto node = [](std::string_view text) {
    return wrong(text_of({kIn, kOut, text}, R"([["in","n"],["n","out"]])"));
  };
  EXPECT_EQ(node(R"({"id":"n","type":"augment","operations":[],"multiple":2})"), Wrong{"graph.no_operations n"});
  EXPECT_EQ(node(R"({"id":"n","type":"augment","operations":[{"op":"one-of","ops":[]}],"multiple":2})"),
            (Wrong{"op.no_members n", "graph.no_operations n"}));
  EXPECT_EQ(node(R"({"id":"n","type":"augment","operations":[{"op":"flop"}],"multiple":0.5})"),
            Wrong{"graph.bad_multiple n"});
  EXPECT_EQ(node(R"({"id":"n","type":"augment","operations":[{"op":"flop"}],"multiple":0.5,"keep_source":false})"),
            Wrong{});
  EXPECT_EQ(node(R"({"id":"n","type":"augment","operations":[{"op":"flop"}],"multiple":1001})"),
            Wrong{"graph.bad_multiple n"});
  EXPECT_EQ(node(R"({"id":"n","type":"filter"})"), Wrong{"graph.bad_setting n"});
  EXPECT_EQ(node(R"({"id":"n","type":"filter","label":"nonsense","values":["a"]})"), Wrong{"graph.bad_setting n"});
  EXPECT_EQ(node(R"({"id":"n","type":"filter","unlabelled":true})"), Wrong{});
}

TEST(GraphCheck, LooksAtComparisons) {
  const auto term = [](std::string_view text) {
    const auto reading = read(text_of({kIn, kOut, fmt::format(R"({{"id":"n","type":"filter","where":[{}]}})", text)},
                                      R"([["in","n"],["n","out"]])"));
    if (!reading.ok() || reading->problems.empty()) return std::string("good");
    return reading->problems.front().pointer + " " + reading->problems.front().message;
  };
  EXPECT_EQ(term(R"({"field":"entries","is":">=","value":3})"), "good");
  EXPECT_EQ(term(R"({"field":"member.split","value":"train"})"), "good");
  EXPECT_EQ(term(R"({"field":"member.ok","is":"!=","value":true})"), "good");
  EXPECT_EQ(term(R"({"field":"size","value":3})"),
            "/nodes/2/where/0/field field must be entries, classes, url or member.NAME");
  EXPECT_EQ(term(R"({"field":"member.","value":3})"),
            "/nodes/2/where/0/field field must be entries, classes, url or member.NAME");
  EXPECT_EQ(term(R"({"field":"classes","value":"3"})"), "/nodes/2/where/0/value value must be a number");
  EXPECT_EQ(term(R"({"field":"url","value":3})"), "/nodes/2/where/0/value value must be a text");
  EXPECT_EQ(term(R"({"field":"url","is":"<","value":"a"})"),
            "/nodes/2/where/0/is is must be one of ==, !=, contains, starts_with");
  EXPECT_EQ(term(R"({"field":"member.ok","is":"<","value":true})"), "/nodes/2/where/0/is is must be one of ==, !=");
  EXPECT_EQ(term(R"({"field":"url"})"), "/nodes/2/where/0/value value must be a number, a text, true or false");
  EXPECT_EQ(term(R"({"field":"url","value":"a","iz":1})"), "/nodes/2/where/0/iz 'iz' means nothing here");
  EXPECT_EQ(term("3"), "/nodes/2/where where must be a list of at most 32 comparisons");
}

TEST(GraphCheck, WarnsOfClassesThatAreGone) {
  const std::string text = text_of({kIn, kCats, kOut}, R"([["in","f"],["f","out"]])");
  const KnownClasses with = {{"classification.pet", {"cat", "dog"}}};
  const KnownClasses without = {{"classification.pet", {"dog"}}};
  const KnownClasses none = {};
  EXPECT_EQ(wrong(text, &with), Wrong{});
  EXPECT_EQ(wrong(text, &without), Wrong{"graph.class_gone f"});
  EXPECT_EQ(wrong(text, &none), Wrong{"graph.label_gone f"});
  ASSERT_OK_AND(const Graph graph, parse(text));
  EXPECT_OK(first_error(check(graph, &none)));
}

}  // namespace
}  // namespace ava::graph
