// The description of the API is made from the routes; its golden copy shows every change of the API in a diff.
#include <set>

#include "api/testing.hpp"

namespace ava::api {
namespace {

class Openapi : public ApiWorld {};
// The description does not know the database.
INSTANTIATE_TEST_SUITE_P(, Openapi, ::testing::Values(db::Dialect::kSqlite), [](const auto&) { return "Sqlite"; });

/// Every "$ref" below a value.
void collect_refs(const nlohmann::json& json, std::set<std::string>& refs) {
  if (json.is_object() && json.contains("$ref")) refs.insert(json["$ref"].get<std::string>());
  if (json.is_structured())
    for (const auto& child : json) collect_refs(child, refs);
}

TEST_P(Openapi, DescribesEveryRouteOnceWithItsStructs) {
  const nlohmann::json document = openapi_of(router_);
  std::set<std::string> operations;
  for (const http::Route* route : router_.routes()) {
    std::string method(http::name_of(route->method));
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    ASSERT_TRUE(document["paths"].contains(route->pattern)) << route->pattern;
    const nlohmann::json& operation = document["paths"][route->pattern][method];
    EXPECT_TRUE(operations.insert(operation["operationId"]).second) << "twice: " << operation["operationId"];
    EXPECT_FALSE(route->summary.empty()) << route->name;
    EXPECT_EQ(operation.contains("requestBody"), static_cast<bool>(route->body_schema) || route->is_upload);
    const std::string status = std::to_string(route->is_websocket ? 101 : route->reply_status);
    EXPECT_EQ(operation["responses"][status].contains("content"), static_cast<bool>(route->reply_schema))
        << route->name;
  }
  EXPECT_EQ(operations.size(), router_.routes().size());
}

TEST_P(Openapi, DefinesWhatItRefersTo) {
  const nlohmann::json document = openapi_of(router_);
  std::set<std::string> refs;
  collect_refs(document, refs);
  EXPECT_GT(refs.size(), 20u);
  for (const std::string& ref : refs)
    EXPECT_TRUE(document.contains(nlohmann::json::json_pointer(ref.substr(1)))) << ref;
}

TEST_P(Openapi, IsServedToEverybody) { EXPECT_EQ(get({}, "/api/v1/openapi.json").json, openapi_of(router_)); }

}  // namespace
}  // namespace ava::api
