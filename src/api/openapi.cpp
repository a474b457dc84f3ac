// The OpenAPI 3.1 document, derived from the routes and the described structs. api/openapi.json is its golden copy.
#include "api/routes.hpp"

namespace ava::api {

namespace {

nlohmann::json problem_schema() {
  const nlohmann::json text = {{"type", "string"}};
  return {{"type", "object"},
          {"required", {"type", "title", "status", "slug", "request_id"}},
          {"properties",
           {{"type", text},
            {"title", text},
            {"status", {{"type", "integer"}}},
            {"detail", text},
            {"slug", {{"type", "string"}, {"description", "Finds the sentence in the zh/en catalogues"}}},
            {"request_id", text},
            {"hint", text},
            {"pointer", {{"type", "string"}, {"description", "JSON pointer of the request field at fault"}}},
            {"context", {{"type", "object"}, {"additionalProperties", true}}}}}};
}

/// Names of the {x} in a pattern.
std::vector<std::string> path_params(const std::string& pattern) {
  std::vector<std::string> names;
  for (std::size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1))
    names.push_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  return names;
}

nlohmann::json parameters_of(const http::Route& route) {
  nlohmann::json all = nlohmann::json::array();
  for (const std::string& name : path_params(route.pattern))
    all.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  for (const http::QueryDoc& query : route.query) {
    nlohmann::json one = {{"name", query.name}, {"in", "query"}, {"schema", {{"type", "string"}}}};
    if (!query.description.empty()) one["description"] = query.description;
    all.push_back(std::move(one));
  }
  return all;
}

nlohmann::json operation_of(const http::Route& route, nlohmann::json* components) {
  nlohmann::json op = {{"operationId", route.name}, {"summary", route.summary}, {"tags", {route.tag}}};
  if (auto parameters = parameters_of(route); !parameters.empty()) op["parameters"] = std::move(parameters);
  if (route.is_public) op["security"] = nlohmann::json::array();
  if (route.body_schema)
    op["requestBody"] = {{"required", true},
                         {"content", {{"application/json", {{"schema", route.body_schema(components)}}}}}};
  if (route.is_upload)
    op["requestBody"] = {
        {"required", true},
        {"content", {{"application/octet-stream", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}}}};
  nlohmann::json answer = {{"description", route.reply_status == 204 ? "Done" : "The answer"}};
  if (route.reply_schema) answer["content"] = {{"application/json", {{"schema", route.reply_schema(components)}}}};
  op["responses"] = {
      {std::to_string(route.is_websocket ? 101 : route.reply_status), std::move(answer)},
      {"default",
       {{"description", "A problem (RFC 9457)"},
        {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}};
  return op;
}

}  // namespace

nlohmann::json openapi_of(const http::Router& router) {
  nlohmann::json schemas = {{"Problem", problem_schema()}};
  nlohmann::json paths = nlohmann::json::object();
  for (const http::Route* route : router.routes()) {
    std::string method(http::name_of(route->method));
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
    paths[route->pattern][method] = operation_of(*route, &schemas);
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "AVA"}, {"version", AVA_VERSION}, {"description", "REST API of the AVA platform"}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(schemas)},
            {"securitySchemes",
             {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", kSessionCookie}}},
              {"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
          {"security", {{{"session", nlohmann::json::array()}}, {{"token", nlohmann::json::array()}}}}};
}

}  // namespace ava::api
