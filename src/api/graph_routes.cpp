// What graphs are made of: the operations on pictures, and the graphs a person kept.
#include "api/preprocess_routes.hpp"
#include "api/routes.hpp"
#include "augment/all.hpp"

namespace ava::api {

namespace {

using dataset::GraphTemplate;
using dataset::GraphTemplateId;

struct ParameterInfo {
  std::string name;
  std::string doc;
  std::string unit;
  std::string kind;
  double min = 0;
  double max = 0;
  double low = 0;
  double high = 0;
  std::vector<std::string> choices;
};
void describe(schema::Visitor& v, ParameterInfo& x) {
  v.type("OperationParameter");
  v.field("name", x.name);
  v.field("doc", x.doc);
  v.field("unit", x.unit, {.doc = "Empty: none"});
  v.field("kind", x.kind, {.doc = "number, integer or choice"});
  v.field("min", x.min, {.doc = "The smallest value anybody may give"});
  v.field("max", x.max);
  v.field("low", x.low, {.doc = "The range that is drawn from when nothing is given"});
  v.field("high", x.high);
  v.field("choices", x.choices, {.doc = "Kind choice; the first is taken when nothing is given"});
}

struct OperationInfo {
  std::string name;
  std::string title;
  std::string family;
  std::string doc;
  std::string labels;
  std::vector<ParameterInfo> parameters;
  bool has_members = false;
  bool needs_boxes = false;
  bool needs_others = false;
};
void describe(schema::Visitor& v, OperationInfo& x) {
  v.type("OperationInfo");
  v.field("name", x.name);
  v.field("title", x.title);
  v.field("family", x.family, {.doc = "geometric, photometric, erasing, several (pictures) or set (of operations)"});
  v.field("doc", x.doc);
  v.field("labels", x.labels, {.doc = "What happens to boxes, landmarks and classes"});
  v.field("parameters", x.parameters);
  v.field("has_members", x.has_members, {.doc = "Holds other operations"});
  v.field("needs_boxes", x.needs_boxes, {.doc = "Does nothing to a picture without boxes"});
  v.field("needs_others", x.needs_others, {.doc = "Takes parts of other pictures of the dataset"});
}

struct OperationList {
  std::vector<OperationInfo> items;
};
void describe(schema::Visitor& v, OperationList& x) {
  v.type("OperationList");
  v.field("items", x.items);
}

std::string kind_of(augment::ParameterKind kind) {
  switch (kind) {
    case augment::ParameterKind::kNumber:
      return "number";
    case augment::ParameterKind::kInteger:
      return "integer";
    case augment::ParameterKind::kChoice:
    case augment::ParameterKind::kText:
      break;
  }
  return "choice";
}

OperationInfo info_of(const augment::Description& op) {
  OperationInfo info{std::string(op.name), std::string(op.title),  std::string(augment::name_of(op.family)),
                     std::string(op.doc),  std::string(op.labels), {},
                     op.has_members,       op.needs_boxes,         op.needs_others};
  for (const augment::Parameter& p : op.parameters) {
    // What only drawn steps have is nobody's to set.
    if (p.drawn_only || p.kind == augment::ParameterKind::kText) continue;
    info.parameters.push_back({std::string(p.name),
                               std::string(p.doc),
                               std::string(p.unit),
                               kind_of(p.kind),
                               p.min,
                               p.max,
                               p.low,
                               p.high,
                               {p.choices.begin(), p.choices.end()}});
  }
  return info;
}

Result<http::Reply> operations(http::Request&) {
  OperationList list;
  for (const augment::Op* op : augment::all()) list.items.push_back(info_of(op->description()));
  return reply(list);
}

Result<http::Reply> list_graphs(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto found, services.graph_templates.list(actor_of(request), page));
  return page_reply(std::move(found));
}

Result<http::Reply> create_graph(Services& services, http::Request& request) {
  AVA_TRY(const auto asked, body_of<dataset::NewGraphTemplate>(request));
  AVA_TRY(const GraphTemplate made, services.graph_templates.create(actor_of(request), asked));
  return reply(made, 201);
}

Result<http::Reply> get_graph(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<GraphTemplateId>("id"));
  AVA_TRY(const GraphTemplate found, services.graph_templates.find(actor_of(request), id));
  return reply(found);
}

Result<http::Reply> remove_graph(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<GraphTemplateId>("id"));
  AVA_CHECK(services.graph_templates.remove(actor_of(request), id));
  return http::Reply::no_content();
}

}  // namespace

void add_graph_routes(http::Router& router, Services& services) {
  add_preprocess_routes(router, services);
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/operations",
              .name = "listOperations",
              .summary = "Operations on pictures that graphs are made of, and the parameters of each",
              .tag = "graphs",
              .reply_schema = schema_for<OperationList>(),
              .handle = operations});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/graph-templates",
              .name = "listGraphTemplates",
              .summary = "Graphs you keep to use again, newest first",
              .tag = "graphs",
              .query = {{"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<GraphTemplate>>(),
              .handle = [&services](http::Request& rq) { return list_graphs(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/graph-templates",
              .name = "createGraphTemplate",
              .summary = "Keep a graph",
              .tag = "graphs",
              .body_schema = schema_for<dataset::NewGraphTemplate>(),
              .reply_schema = schema_for<GraphTemplate>(),
              .reply_status = 201,
              .handle = idempotent(services, [&services](http::Request& rq) { return create_graph(services, rq); })});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/graph-templates/{id}",
              .name = "getGraphTemplate",
              .summary = "One of your graphs",
              .tag = "graphs",
              .reply_schema = schema_for<GraphTemplate>(),
              .handle = [&services](http::Request& rq) { return get_graph(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/graph-templates/{id}",
              .name = "removeGraphTemplate",
              .summary = "Delete one of your graphs",
              .tag = "graphs",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_graph(services, rq); }});
}

}  // namespace ava::api
