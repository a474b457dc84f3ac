// Source datasets.
#include "api/routes.hpp"
#include "exchange/all.hpp"

namespace ava::api {

namespace {

using dataset::Dataset;
using dataset::DatasetId;

struct ImporterInfo {
  std::string name;
  std::string title;
  std::string description;
  schema::AnyJson options_schema;
};
void describe(schema::Visitor& v, ImporterInfo& x) {
  v.type("ImporterInfo");
  v.field("name", x.name);
  v.field("title", x.title);
  v.field("description", x.description);
  v.field("options_schema", x.options_schema, {.doc = "JSON Schema of the options"});
}
struct ImporterList {
  std::vector<ImporterInfo> items;
};
void describe(schema::Visitor& v, ImporterList& x) {
  v.type("ImporterList");
  v.field("items", x.items);
}

Result<http::Reply> importers(http::Request&) {
  ImporterList list;
  for (const exchange::Importer* one : exchange::importers())
    list.items.push_back({std::string(one->name()),
                          std::string(one->title()),
                          std::string(one->description()),
                          {one->options_schema()}});
  return reply(list);
}

Result<http::Reply> list_datasets(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto datasets, services.datasets.list({request.query_or("search", ""), page}));
  return page_reply(std::move(datasets));
}

Result<http::Reply> create_dataset(Services& services, http::Request& request) {
  AVA_TRY(const auto asked, body_of<dataset::CreateDataset>(request));
  AVA_TRY(const Dataset made, services.datasets.create(actor_of(request), asked));
  return reply(made, 202);
}

Result<http::Reply> get_dataset(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const Dataset found, services.datasets.find(id));
  return reply(found);
}

Result<http::Reply> change_dataset(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::ChangeDataset>(request));
  AVA_TRY(const Dataset changed, services.datasets.change(actor_of(request), id, asked));
  return reply(changed);
}

Result<http::Reply> copy(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::CopyDataset>(request));
  AVA_TRY(const Dataset made, services.datasets.copy(actor_of(request), id, asked));
  return reply(made, 202);
}

Result<http::Reply> remove_dataset(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_CHECK(services.datasets.remove(actor_of(request), id));
  return http::Reply::no_content();
}

}  // namespace

void add_dataset_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/importers",
              .name = "listImporters",
              .summary = "Label formats that datasets are made of, and the options of each",
              .tag = "datasets",
              .reply_schema = schema_for<ImporterList>(),
              .handle = importers});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets",
              .name = "listDatasets",
              .summary = "Datasets, newest first",
              .tag = "datasets",
              .query = {{"search", "Part of the name"}, {"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<Dataset>>(),
              .handle = [&services](http::Request& rq) { return list_datasets(services, rq); }});
  router.add(
      {.method = http::Method::kPost,
       .pattern = "/api/v1/datasets",
       .name = "createDataset",
       .summary = "Create a dataset from a list, an archive, a label file, a folder of pictures or a ready-made set",
       .tag = "datasets",
       .body_schema = schema_for<dataset::CreateDataset>(),
       .reply_schema = schema_for<Dataset>(),
       .reply_status = 202,
       .handle = idempotent(services, [&services](http::Request& rq) { return create_dataset(services, rq); })});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}",
              .name = "getDataset",
              .summary = "One dataset",
              .tag = "datasets",
              .reply_schema = schema_for<Dataset>(),
              .handle = [&services](http::Request& rq) { return get_dataset(services, rq); }});
  router.add({.method = http::Method::kPatch,
              .pattern = "/api/v1/datasets/{id}",
              .name = "changeDataset",
              .summary = "Change the description",
              .tag = "datasets",
              .body_schema = schema_for<dataset::ChangeDataset>(),
              .reply_schema = schema_for<Dataset>(),
              .handle = [&services](http::Request& rq) { return change_dataset(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/datasets/{id}/copy",
              .name = "copyDataset",
              .summary = "Copy a dataset with its pictures",
              .tag = "datasets",
              .body_schema = schema_for<dataset::CopyDataset>(),
              .reply_schema = schema_for<Dataset>(),
              .reply_status = 202,
              .handle = idempotent(services, [&services](http::Request& rq) { return copy(services, rq); })});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/datasets/{id}",
              .name = "removeDataset",
              .summary = "Delete a dataset that nothing uses",
              .tag = "datasets",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_dataset(services, rq); }});
}

}  // namespace ava::api
