#include "dataset/graph_template.hpp"

#include <fmt/format.h>

#include "dataset/dataset.hpp"
#include "schema/json.hpp"

namespace ava::dataset {

void describe(schema::Visitor& v, GraphTemplate& x) {
  v.type("GraphTemplate");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("description", x.description);
  v.field("graph", x.graph);
  v.field("created_at", x.created_at);
}

void describe(schema::Visitor& v, NewGraphTemplate& x) {
  v.type("NewGraphTemplate");
  v.field("name", x.name, {.max = 63, .example = "double the rare class"});
  v.field("description", x.description, {.required = false, .max = 500});
  v.field("graph", x.graph, {.doc = "As POST /datasets/{id}/preprocess takes it; at most 256 KiB"});
}

Result<void> check_graph_text(const schema::AnyJson& graph) {
  if (graph.text.size() > kLargestGraph)
    return Error(ErrorCode::kInvalidArgument, "graph.too_large",
                 fmt::format("the graph has {} bytes, of at most {}", graph.text.size(), kLargestGraph))
        .at("/graph");
  AVA_TRY(const auto json, schema::parse(graph.text));
  for (const char* name : {"nodes", "edges"})
    if (!json.is_object() || !json.contains(name) || !json[name].is_array())
      return Error(ErrorCode::kInvalidArgument, "graph.bad", fmt::format("a graph has a list '{}'", name))
          .hint(R"({"version":1,"nodes":[...],"edges":[["from","to"]]})")
          .at("/graph");
  return {};
}

Result<GraphTemplate> GraphTemplateService::create(const user::Actor& who, const NewGraphTemplate& request) {
  AVA_CHECK(check_name(request.name));
  AVA_CHECK(check_graph_text(request.graph));
  const std::string owner = who.user.id.str();
  GraphTemplate made{GraphTemplateId::make(), request.name, request.description, request.graph, {clock_.now_ms()}};
  AVA_CHECK(database_.write([&](db::Tx& tx) -> Result<void> {
    AVA_TRY(const bool taken, GraphTemplateRepo::name_taken(tx, owner, request.name));
    if (taken)
      return Error(ErrorCode::kConflict, "graph_template.name_taken",
                   fmt::format("you have a template named '{}' already", request.name))
          .at("/name");
    AVA_TRY(const std::int64_t have, GraphTemplateRepo::count(tx, owner));
    if (have >= kMostTemplates)
      return Error(ErrorCode::kConflict, "graph_template.too_many",
                   fmt::format("you have {} templates, which is as many as one may have", have))
          .hint("delete one that you do not need");
    return GraphTemplateRepo::insert(tx, owner, made);
  }));
  return made;
}

namespace {

Error no_template(const GraphTemplateId& id) {
  return Error(ErrorCode::kNotFound, "graph_template.not_found", "you have no template " + id.str());
}

}  // namespace

Result<GraphTemplate> GraphTemplateService::find(const user::Actor& who, const GraphTemplateId& id) {
  AVA_TRY(auto found, database_.read([&](db::Tx& tx) { return GraphTemplateRepo::find(tx, who.user.id.str(), id); }));
  if (!found) return no_template(id);
  return std::move(*found);
}

Result<db::Page<GraphTemplate>> GraphTemplateService::list(const user::Actor& who, const db::PageRequest& page) {
  AVA_TRY(auto rows, database_.read([&](db::Tx& tx) { return GraphTemplateRepo::list(tx, who.user.id.str(), page); }));
  return db::make_page(std::move(rows), page, [](const GraphTemplate& t) { return t.id.str(); });
}

Result<void> GraphTemplateService::remove(const user::Actor& who, const GraphTemplateId& id) {
  AVA_TRY(const int rows,
          database_.write([&](db::Tx& tx) { return GraphTemplateRepo::remove(tx, who.user.id.str(), id); }));
  if (rows == 0) return no_template(id);
  return {};
}

}  // namespace ava::dataset
