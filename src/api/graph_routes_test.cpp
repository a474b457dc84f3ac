// Operations and kept graphs, as the editor asks for them.
#include "api/testing.hpp"
#include "augment/all.hpp"

namespace ava::api {
namespace {

class GraphRoutes : public ApiWorld {
 protected:
  static std::string keep(const std::string& name, const std::string& graph = R"({"nodes":[],"edges":[]})") {
    return R"({"name":")" + name + R"(","description":"d","graph":)" + graph + "}";
  }
};
AVA_ON_EVERY_DATABASE(GraphRoutes);

TEST_P(GraphRoutes, DescribeEveryOperationWithWhatPeopleMaySet) {
  const Answer all = get(as_anna_, "/api/v1/operations");
  ASSERT_EQ(all.json["items"].size(), augment::all().size());
  bool seen = false;
  for (const auto& op : all.json["items"]) {
    EXPECT_FALSE(op["doc"].get<std::string>().empty()) << op["name"];
    if (op["name"] != "rotate") continue;
    seen = true;
    EXPECT_EQ(op["family"], "geometric");
    EXPECT_EQ(op["parameters"][0]["name"], "angle");
    EXPECT_EQ(op["parameters"][0]["kind"], "number");
    EXPECT_EQ(op["parameters"][0]["unit"], "degrees");
  }
  EXPECT_TRUE(seen);
  EXPECT_EQ(get({}, "/api/v1/operations").status, 401);
}

TEST_P(GraphRoutes, KeepGraphsAsTheyWereGivenForTheirOwnerOnly) {
  const Answer made = post(as_anna_, "/api/v1/graph-templates",
                           keep("翻倍", R"({"nodes":[{"id":"in"}],"edges":[],"layout":{"in":[1,2]}})"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.json["graph"]["layout"]["in"][1], 2);
  const std::string path = "/api/v1/graph-templates/" + made.json["id"].get<std::string>();
  EXPECT_EQ(get(as_anna_, path).json, made.json);
  EXPECT_EQ(get(as_anna_, "/api/v1/graph-templates").json["items"].size(), 1u);
  EXPECT_EQ(get(as_bob_, "/api/v1/graph-templates").json["items"].size(), 0u);
  EXPECT_EQ(get(as_bob_, path).slug(), "graph_template.not_found");
  EXPECT_EQ(ask(as_bob_, http::Method::kDelete, path).status, 404);
  EXPECT_EQ(post(as_anna_, "/api/v1/graph-templates", keep("翻倍")).slug(), "graph_template.name_taken");
  EXPECT_EQ(post(as_bob_, "/api/v1/graph-templates", keep("翻倍")).status, 201) << "a name is one's own";
  EXPECT_EQ(ask(as_anna_, http::Method::kDelete, path).status, 204);
  EXPECT_EQ(get(as_anna_, path).status, 404);
}

TEST_P(GraphRoutes, RefuseWhatIsNoGraphAndMoreThanEnough) {
  const auto refused = [&](const std::string& body) { return post(as_anna_, "/api/v1/graph-templates", body); };
  EXPECT_EQ(refused(keep("g1", "{}")).slug(), "graph.bad");
  EXPECT_EQ(refused(keep("g1", "[]")).pointer(), "/graph");
  EXPECT_EQ(refused(keep("g1", R"({"nodes":7,"edges":[]})")).status, 400);
  EXPECT_EQ(refused(keep("", "{}")).pointer(), "/name");
  EXPECT_EQ(refused(R"({"name":"g1"})").pointer(), "/graph");
  const std::string large = R"({"nodes":[],"edges":[],"layout":{"a":")" + std::string(256 << 10, 'x') + "\"}}";
  EXPECT_EQ(refused(keep("g1", large)).slug(), "graph.too_large");
  for (int i = 0; i < dataset::kMostTemplates; ++i) ASSERT_EQ(refused(keep("graph-" + std::to_string(i))).status, 201);
  EXPECT_EQ(refused(keep("one more")).slug(), "graph_template.too_many");
  const Answer page = get(as_anna_, "/api/v1/graph-templates?limit=60");
  EXPECT_EQ(page.json["items"].size(), 60u);
  EXPECT_EQ(page.json["items"][0]["name"], "graph-63");
  const std::string rest = page.json["next_cursor"].get<std::string>();
  EXPECT_EQ(get(as_anna_, "/api/v1/graph-templates?cursor=" + rest).json["items"].size(), 4u);
}

}  // namespace
}  // namespace ava::api
