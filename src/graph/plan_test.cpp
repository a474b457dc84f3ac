#include "graph/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "base/testing.hpp"
#include "graph/testing.hpp"

namespace ava::graph {
namespace {

const std::vector<std::string> kClasses = {"cat", "dog", "cow"};

std::vector<std::string> rows(std::size_t count) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) lines.push_back(ListFolder::line(fmt::format("{}.jpg", i), kClasses[i % 3]));
  return lines;
}

Plan plan_of(const std::string& text, const Inputs& inputs, std::uint64_t seed = 1) {
  auto graph = parse(text);
  EXPECT_TRUE(graph.ok()) << (graph.ok() ? "" : graph.error().text());
  auto plan = Plan::make(*graph, inputs, {.seed = seed}, {});
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().text());
  return *std::move(plan);
}

/// Of each url, what becomes of it and with which draws: what must not depend on other rows.
std::map<std::string, std::vector<std::uint64_t>> fates(const Plan& plan) {
  std::map<std::string, std::vector<std::uint64_t>> fates;
  for (std::size_t row = 0; row < plan.rows().rows.size(); ++row) {
    const std::string line = *plan.line_of(row);
    auto& fate = fates[line.substr(0, line.find(','))];
    for (const Item& item : plan.items_of(row)) {
      fate.push_back(item.hash);
      for (std::size_t step = 0; step < item.lineage.size(); ++step)
        fate.push_back(plan.draw_key(plan.rows().rows[row], item, step));
    }
  }
  return fates;
}

std::string one_augment(std::string_view settings) {
  return fmt::format(
      R"({{"version":1,"nodes":[{{"id":"in","type":"input"}},)"
      R"({{"id":"a","type":"augment","operations":[{{"op":"flop"}}],{}}},{{"id":"out","type":"output"}}],)"
      R"("edges":[["in","a"],["a","out"]]}})",
      settings);
}

TEST(Plan, DoublesOneClassAndKeepsTheOthers) {
  const ListFolder folder;
  const Inputs inputs = folder.write(rows(30));
  const Plan plan = plan_of(R"({"version":1,"nodes":[{"id":"in","type":"input"},
    {"id":"f1","type":"filter","label":"classification.pet","values":["cat"]},
    {"id":"a","type":"augment","operations":[{"op":"flop"}],"multiple":2},
    {"id":"f2","type":"filter","label":"classification.pet","values":["dog","cow"]},
    {"id":"out","type":"output"}],
    "edges":[["in","f1"],["f1","a"],["a","out"],["in","f2"],["f2","out"]]})",
                            inputs);
  const Counts& counts = plan.counts();
  EXPECT_EQ(counts.output, 40u);
  EXPECT_EQ(counts.generated, 10u);
  EXPECT_EQ(counts.edges[2].items, 20u);
  EXPECT_EQ(counts.edges[2].classes, (std::map<std::string, std::uint64_t>{{"cat", 20}}));
  EXPECT_EQ(counts.edges[4].classes, (std::map<std::string, std::uint64_t>{{"dog", 10}, {"cow", 10}}));
}

TEST(Plan, MakesExactlyTheRoundedNumber) {
  const ListFolder folder;
  for (const double times : {1.0, 1.3, 2.5, 3.999, 1.0004}) {
    for (const std::size_t count : {1u, 7u, 100u}) {
      const Plan plan = plan_of(one_augment(fmt::format(R"("multiple":{})", times)), folder.write(rows(count)));
      EXPECT_EQ(plan.counts().generated, std::llround(static_cast<double>(count) * (times - 1))) << times;
      std::set<std::size_t> sizes;
      for (std::size_t row = 0; row < count; ++row) sizes.insert(plan.items_of(row).size());
      EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1u);
    }
  }
}

TEST(Plan, CountsAsItIsTold) {
  const ListFolder folder;
  const Inputs inputs = folder.write(rows(12));
  const auto output = [&](std::string_view settings) { return plan_of(one_augment(settings), inputs).counts().output; };
  EXPECT_EQ(output(R"("multiple":2)"), 24u);
  EXPECT_EQ(output(R"("multiple":2,"count_mode":"new")"), 36u);
  EXPECT_EQ(output(R"("multiple":2,"keep_source":false)"), 24u);
  EXPECT_EQ(output(R"("multiple":0.5,"keep_source":false)"), 6u);
  EXPECT_EQ(output(R"("multiple":1,"conditions":[{"label":"classification.pet","values":{"cat":3.5}}])"), 22u);
  EXPECT_EQ(output(R"("multiple":2,"conditions":[{"label":"classification.pet","values":{"cat":1}},)"
                   R"({"label":"detection.d","values":{"cat":9,"dog":4}}])"),
            4u + 16u + 8u);
}

TEST(Plan, CountsAnItemOfTwoPathsOnce) {
  const ListFolder folder;
  const Plan plan = plan_of(R"({"version":1,"nodes":[{"id":"in","type":"input"},
    {"id":"f1","type":"filter","label":"classification.pet","values":["cat","dog"]},
    {"id":"f2","type":"filter","label":"classification.pet","values":["dog","cow"]},
    {"id":"a","type":"augment","operations":[{"op":"flop"}],"multiple":2},{"id":"out","type":"output"}],
    "edges":[["in","f1"],["in","f2"],["f1","a"],["f2","a"],["a","out"],["in","out"]]})",
                            folder.write(rows(30)));
  EXPECT_EQ(plan.counts().nodes[3].in, 30u);
  EXPECT_EQ(plan.counts().nodes[3].duplicates, 10u);
  EXPECT_EQ(plan.counts().output, 60u);
  EXPECT_EQ(plan.counts().nodes[4].duplicates, 30u);
}

TEST(Plan, FiltersByBoxAndByMissingLabels) {
  const ListFolder folder;
  auto lines = rows(9);
  lines.push_back(R"({"url":"none.jpg","type":"image"})"
                  "\n");
  const Inputs inputs = folder.write(lines);
  const auto passed = [&](std::string_view settings) {
    return plan_of(fmt::format(R"({{"version":1,"nodes":[{{"id":"in","type":"input"}},{{"id":"f","type":"filter",{}}},)"
                               R"({{"id":"out","type":"output"}}],"edges":[["in","f"],["f","out"]]}})",
                               settings),
                   inputs)
        .counts()
        .output;
  };
  EXPECT_EQ(passed(R"("label":"detection.d","values":["cat"],"box":{"min_width":10})"), 3u);
  EXPECT_EQ(passed(R"("label":"detection.d","values":["cat"],"box":{"min_width":11})"), 0u);
  EXPECT_EQ(passed(R"("label":"detection.d","values":["cat"],"box":{"max_area":60,"max_height":6})"), 3u);
  EXPECT_EQ(passed(R"("label":"classification.pet","values":["cat"],"mode":"exclude")"), 6u);
  EXPECT_EQ(passed(R"("label":"classification.pet","values":["cat"],"mode":"exclude","unlabelled":true)"), 7u);
  EXPECT_EQ(passed(R"("unlabelled":true)"), 1u);
}

TEST(Plan, ComparesRows) {
  const ListFolder folder;
  const Inputs inputs = folder.write(
      {R"({"url":"a/1.jpg","type":"image","split":"train","width":640,"ok":true,"label":[{"name":"d","type":"detection","version":"1","data":[{"class":"x","bbox":[[2,3],[12,3],[12,9],[2,9]]},{"class":"y","bbox":[[2,3],[12,3],[12,9],[2,9]]}]}]})"
       "\n",
       R"({"url":"a/2.jpg","type":"image","split":"val","width":320,"ok":false,"source_url":"http://h/2"})"
       "\n",
       R"({"url":"b/3.jpg","type":"image","width":"640"})"
       "\n"});
  const auto passed = [&](std::string_view term) {
    const Plan plan = plan_of(
        fmt::format(R"({{"version":1,"nodes":[{{"id":"in","type":"input"}},{{"id":"f","type":"filter","where":[{}]}},)"
                    R"({{"id":"out","type":"output"}}],"edges":[["in","f"],["f","out"]]}})",
                    term),
        inputs);
    return plan.counts().output;
  };
  EXPECT_EQ(passed(R"({"field":"member.split","value":"train"})"), 1u);
  EXPECT_EQ(passed(R"({"field":"member.split","is":"!=","value":"train"})"), 2u);
  EXPECT_EQ(passed(R"({"field":"member.width","is":">=","value":320})"), 2u);
  EXPECT_EQ(passed(R"({"field":"member.width","is":"<","value":640})"), 1u);
  EXPECT_EQ(passed(R"({"field":"member.ok","value":true})"), 1u);
  EXPECT_EQ(passed(R"({"field":"member.ok","is":"!=","value":true})"), 2u);
  EXPECT_EQ(passed(R"({"field":"member.source_url","is":"starts_with","value":"http://h/"})"), 1u);
  EXPECT_EQ(passed(R"({"field":"url","is":"contains","value":"a/"})"), 2u);
  EXPECT_EQ(passed(R"({"field":"entries","is":">","value":1})"), 1u);
  EXPECT_EQ(passed(R"({"field":"classes","value":2})"), 1u);
  EXPECT_EQ(passed(R"({"field":"entries","value":0})"), 2u);
  EXPECT_EQ(passed(R"({"field":"url","is":"contains","value":"a/"},{"field":"member.width","is":">","value":400})"),
            1u);
}

TEST(Plan, ReadsSeveralListsAndTheSameOneOnce) {
  const ListFolder folder;
  Inputs inputs = folder.write(rows(6));
  EXPECT_OK(file::write_atomic(folder / "other.jsonl", ListFolder::line("0.jpg", "cat")));
  inputs.lists["ds"] = (folder / "other.jsonl").string();
  const std::string text = R"({"version":1,"nodes":[{"id":"in","type":"input"},{"id":"b","type":"input"},
    {"id":"c","type":"input","list":"ds"},{"id":"out","type":"output"}],
    "edges":[["in","out"],["b","out"],["c","out"]]})";
  const Plan plan = plan_of(text, inputs);
  EXPECT_EQ(plan.counts().output, 7u);
  EXPECT_EQ(plan.counts().nodes[3].duplicates, 6u);
  std::set<std::uint64_t> hashes;  // 0.jpg is in both lists and yet two
  for (const Row& row : plan.rows().rows) hashes.insert(row.hash);
  EXPECT_EQ(hashes.size(), 7u);
  inputs.lists.clear();
  ASSERT_OK_AND(const Graph graph, parse(text));
  EXPECT_ERROR(count(graph, inputs, 0, {}), "graph.unknown_list");
}

/// A graph of random nodes and edges that keeps the rules.
std::string random_graph(std::mt19937& draw) {
  const auto below = [&draw](int bound) { return static_cast<int>(draw() % static_cast<unsigned>(bound)); };
  std::vector<std::string> nodes = {R"({"id":"in","type":"input"})", R"({"id":"out","type":"output"})"};
  std::vector<std::string> edges;
  std::vector<std::string> filters = {"in"};
  std::vector<std::string> all = {"in"};
  const auto connect = [&](const std::vector<std::string>& from, const std::string& to) {
    std::set<std::string> chosen = {from[static_cast<std::size_t>(below(static_cast<int>(from.size())))]};
    if (below(2) == 0) chosen.insert(from[static_cast<std::size_t>(below(static_cast<int>(from.size())))]);
    for (const std::string& id : chosen) edges.push_back(fmt::format(R"(["{}","{}"])", id, to));
  };
  for (int i = 0, count = below(4); i < count; ++i) {
    const std::string id = fmt::format("f{}", i);
    nodes.push_back(
        fmt::format(R"({{"id":"{}","type":"filter","label":"classification.pet","values":["{}"],"mode":"{}"}})", id,
                    kClasses[static_cast<std::size_t>(below(3))], below(2) == 0 ? "include" : "exclude"));
    connect(filters, id);
    filters.push_back(id);
    all.push_back(id);
  }
  for (int i = 0, count = 1 + below(3); i < count; ++i) {
    const std::string id = fmt::format("a{}", i);
    nodes.push_back(
        fmt::format(R"({{"id":"{}","type":"augment","operations":[{{"op":"flop"}}],"multiple":{:.3f},)"
                    R"("keep_source":{},"conditions":[{{"label":"classification.pet","values":{{"cat":{:.2f}}}}}]}})",
                    id, 1 + below(2000) / 1000.0, below(2) == 0, 1 + below(300) / 100.0));
    connect(all, id);
    all.push_back(id);
  }
  for (std::size_t i = 0; i < all.size(); ++i) edges.push_back(fmt::format(R"(["{}","out"])", all[i]));
  return fmt::format(R"({{"version":1,"nodes":[{}],"edges":[{}]}})", fmt::join(nodes, ","), fmt::join(edges, ","));
}

TEST(Plan, KeepsItsPromisesOnRandomGraphs) {
  std::mt19937 draw(4);
  const ListFolder folder;
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_graph(draw);
    auto lines = rows(1 + draw() % 60);
    const Inputs inputs = folder.write(lines);
    const Plan plan = plan_of(text, inputs);
    const Counts& counts = plan.counts();
    std::vector<std::uint64_t> arrived(counts.nodes.size());
    for (std::size_t node = 0; node < counts.nodes.size(); ++node) {
      std::map<double, std::uint64_t> by_times;
      for (std::size_t row = 0; row < lines.size(); ++row) {
        const auto items = plan.items_at(row, node);
        std::set<std::vector<Origin>> lineages;
        for (const Item& item : items) EXPECT_TRUE(lineages.insert(item.lineage).second) << text;
        EXPECT_TRUE(std::is_sorted(items.begin(), items.end(),
                                   [](const Item& a, const Item& b) { return a.lineage < b.lineage; }));
        arrived[node] += items.size();
        by_times[plan.rows().kinds[plan.rows().rows[row].kind].times[node]] += items.size();
      }
      EXPECT_EQ(arrived[node], counts.nodes[node].in) << text;
      const Node& what = plan.graph().nodes[node];
      if (what.type != NodeType::kAugment) continue;
      std::uint64_t expected = what.augment.keep_source ? arrived[node] : 0;
      for (const auto& [times, items] : by_times)
        expected += static_cast<std::uint64_t>(std::llround(static_cast<double>(items) * times));
      EXPECT_EQ(counts.nodes[node].out, expected) << text;
    }
    std::map<std::string, std::uint64_t> into;
    for (const EdgeCount& edge : counts.edges) into[edge.to] += edge.items;
    for (const NodeCount& node : counts.nodes)
      EXPECT_TRUE(node.id == "in" || into[node.id] == node.in + node.duplicates) << text;
    std::shuffle(lines.begin(), lines.end(), draw);
    EXPECT_EQ(fates(plan_of(text, folder.write(lines))), fates(plan)) << text;
  }
}

TEST(Plan, RowsThatAreAddedChangeNoOther) {
  const ListFolder folder;
  const std::string text = one_augment(R"("multiple":3)");
  const auto few = fates(plan_of(text, folder.write(rows(20))));
  const auto many = fates(plan_of(text, folder.write(rows(50))));
  for (const auto& [url, fate] : few) EXPECT_EQ(many.at(url), fate);
  EXPECT_NE(fates(plan_of(text, folder.write(rows(20)), 2)), few);
}

}  // namespace
}  // namespace ava::graph
