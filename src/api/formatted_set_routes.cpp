// Formatted sets and the formats there are.
#include "api/routes.hpp"
#include "format/all.hpp"

namespace ava::api {

namespace {

using dataset::FormattedSet;
using dataset::FormattedSetId;

struct FormatInfo {
  std::string name;
  std::string title;
  std::string description;
  bool classification = true;
  bool multi_label = false;
  bool detection = false;
  schema::AnyJson options_schema;
};
void describe(schema::Visitor& v, FormatInfo& x) {
  v.type("FormatInfo");
  v.field("name", x.name);
  v.field("title", x.title);
  v.field("description", x.description);
  v.field("classification", x.classification, {.doc = "Can hold one class of a picture"});
  v.field("multi_label", x.multi_label, {.doc = "Can hold several classes of a picture"});
  v.field("detection", x.detection, {.doc = "Can hold boxes"});
  v.field("options_schema", x.options_schema);
}
struct FormatList {
  std::vector<FormatInfo> items;
};
void describe(schema::Visitor& v, FormatList& x) {
  v.type("FormatList");
  v.field("items", x.items);
}

Result<http::Reply> formats(http::Request&) {
  FormatList list;
  for (const format::Format* f : format::all())
    list.items.push_back({std::string(f->name()),
                          std::string(f->title()),
                          std::string(f->description()),
                          f->traits().classification,
                          f->traits().multi_label,
                          f->traits().detection,
                          {f->options_schema()}});
  return reply(list);
}

Result<http::Reply> create_formatted_set(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<dataset::DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::FormatRequest>(request));
  AVA_TRY(const auto batch, services.sets.create(actor_of(request), id, asked));
  return reply(batch, 202);
}

Result<http::Reply> list_formatted_sets(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto sets, services.sets.list({request.query_or("dataset_id", ""), request.query_or("state", ""),
                                         request.query_or("split", ""), page}));
  return page_reply(std::move(sets));
}

Result<http::Reply> get_formatted_set(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<FormattedSetId>("id"));
  AVA_TRY(const FormattedSet found, services.sets.find(id));
  return reply(found);
}

Result<http::Reply> remove_formatted_set(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<FormattedSetId>("id"));
  AVA_CHECK(services.sets.remove(actor_of(request), id));
  return http::Reply::no_content();
}

Result<http::Reply> verify(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<FormattedSetId>("id"));
  AVA_TRY(const auto started, services.sets.verify(actor_of(request), id));
  return reply(started, 202);
}

Result<http::Reply> verification(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<FormattedSetId>("id"));
  AVA_TRY(const auto found, services.sets.verification(id));
  return reply(found);
}

void add_verify_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/formatted-sets/{id}/verify",
              .name = "verifyFormattedSet",
              .summary = "Read the sets of its batch back and compare them with their manifests",
              .tag = "formatted-sets",
              .reply_schema = schema_for<dataset::Verification>(),
              .reply_status = 202,
              .handle = [&services](http::Request& rq) { return verify(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formatted-sets/{id}/verify",
              .name = "getVerification",
              .summary = "The latest verification of its batch",
              .tag = "formatted-sets",
              .reply_schema = schema_for<dataset::Verification>(),
              .handle = [&services](http::Request& rq) { return verification(services, rq); }});
}

}  // namespace

void add_formatted_set_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formats",
              .name = "listFormats",
              .summary = "Training formats and the options of each",
              .tag = "formatted-sets",
              .reply_schema = schema_for<FormatList>(),
              .handle = formats});
  router.add(
      {.method = http::Method::kPost,
       .pattern = "/api/v1/datasets/{id}/formatted-sets",
       .name = "formatDataset",
       .summary = "Make sets in several formats from one batch",
       .tag = "formatted-sets",
       .body_schema = schema_for<dataset::FormatRequest>(),
       .reply_schema = schema_for<dataset::FormatBatch>(),
       .reply_status = 202,
       .handle = idempotent(services, [&services](http::Request& rq) { return create_formatted_set(services, rq); })});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formatted-sets",
              .name = "listFormattedSets",
              .summary = "Formatted sets, newest first",
              .tag = "formatted-sets",
              .query = {{"dataset_id", ""},
                        {"state", "creating, done or failed"},
                        {"split", "train, val or test"},
                        {"limit", "1 to 500"},
                        {"cursor", ""}},
              .reply_schema = schema_for<PageOf<FormattedSet>>(),
              .handle = [&services](http::Request& rq) { return list_formatted_sets(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formatted-sets/{id}",
              .name = "getFormattedSet",
              .summary = "One formatted set",
              .tag = "formatted-sets",
              .reply_schema = schema_for<FormattedSet>(),
              .handle = [&services](http::Request& rq) { return get_formatted_set(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/formatted-sets/{id}",
              .name = "removeFormattedSet",
              .summary = "Delete a set that no running training uses",
              .tag = "formatted-sets",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_formatted_set(services, rq); }});
  add_verify_routes(router, services);
}

}  // namespace ava::api
