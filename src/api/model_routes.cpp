// Models: list, take in, hand out, delete.

#include "api/object_reply.hpp"
#include "api/routes.hpp"

namespace ava::api {

namespace {

using model::Model;
using model::ModelId;

struct CreateModel {
  std::string name;
  dataset::UploadId upload_id;
};
void describe(schema::Visitor& v, CreateModel& x) {
  v.type("CreateModel");
  v.field("name", x.name, {.min = 2, .max = 200});
  v.field("upload_id", x.upload_id);
}

Result<http::Reply> list_models(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto models, services.models.list({request.query_or("origin", ""), request.query_or("training_id", ""),
                                             request.query_or("search", ""), page}));
  return page_reply(std::move(models));
}

Result<http::Reply> create_model(Services& services, http::Request& request) {
  AVA_TRY(const CreateModel asked, body_of<CreateModel>(request));
  const user::Actor& who = actor_of(request);
  AVA_TRY(const auto upload, services.uploads.find(who, asked.upload_id));
  AVA_TRY(const auto bytes, http::source_of_file(services.uploads.path_of(upload.id)));
  model::NewModel model;
  model.name = asked.name;
  model.owner = {who.user.id.str(), who.user.name};
  AVA_TRY(const Model kept,
          services.models.keep(std::move(model), [&](std::span<char> into) { return bytes->read(into); }));
  return reply(kept, 201);
}

Result<http::Reply> get_model(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<ModelId>("id"));
  AVA_TRY(const Model found, services.models.find(id));
  return reply(found);
}

Result<http::Reply> download(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<ModelId>("id"));
  AVA_TRY(const Model found, services.models.find(id));
  AVA_TRY(const auto storage, services.models.storage_of(found));
  return object_reply(request, storage, found.object_key, found.file_name, found.sha256);
}

Result<http::Reply> remove_model(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<ModelId>("id"));
  AVA_CHECK(services.models.remove(actor_of(request), id));
  return http::Reply::no_content();
}

}  // namespace

void add_model_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/models",
              .name = "listModels",
              .summary = "Models, newest first",
              .tag = "models",
              .query = {{"origin", "public, produced or uploaded"},
                        {"training_id", ""},
                        {"search", "Part of the name"},
                        {"limit", "1 to 500"},
                        {"cursor", ""}},
              .reply_schema = schema_for<PageOf<Model>>(),
              .handle = [&services](http::Request& rq) { return list_models(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/models",
              .name = "createModel",
              .summary = "Keep an uploaded package as a model",
              .tag = "models",
              .body_schema = schema_for<CreateModel>(),
              .reply_schema = schema_for<Model>(),
              .reply_status = 201,
              .handle = idempotent(services, [&services](http::Request& rq) { return create_model(services, rq); })});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/models/{id}",
              .name = "getModel",
              .summary = "One model",
              .tag = "models",
              .reply_schema = schema_for<Model>(),
              .handle = [&services](http::Request& rq) { return get_model(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/models/{id}/file",
              .name = "downloadModel",
              .summary = "The packed file",
              .tag = "models",
              .handle = [&services](http::Request& rq) { return download(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/models/{id}",
              .name = "removeModel",
              .summary = "Delete a model",
              .tag = "models",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_model(services, rq); }});
}

}  // namespace ava::api
