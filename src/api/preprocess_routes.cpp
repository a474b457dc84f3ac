#include "api/preprocess_routes.hpp"

#include <memory>

#include "api/routes.hpp"
#include "dataset/preprocess_service.hpp"

namespace ava::api {

namespace {

using dataset::DatasetId;
using dataset::PreprocessService;
using Service = std::shared_ptr<PreprocessService>;

Result<http::Reply> check(const Service& service, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::CheckGraph>(request));
  AVA_TRY(const auto found, service->check(id, asked));
  return reply(found);
}

Result<http::Reply> preview(const Service& service, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::PreviewGraph>(request));
  AVA_TRY(const auto shown, service->preview(id, asked));
  return reply(shown);
}

Result<http::Reply> start(const Service& service, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<DatasetId>("id"));
  AVA_TRY(const auto asked, body_of<dataset::PreprocessDataset>(request));
  AVA_TRY(const auto started, service->start(actor_of(request), id, asked));
  return reply(started, 202);
}

}  // namespace

void add_preprocess_routes(http::Router& router, Services& services) {
  const auto service = std::make_shared<PreprocessService>(
      PreprocessService::Parts{services.database, services.buckets, services.jobs, services.datasets, Clock::system()});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/datasets/{id}/preprocess/check",
              .name = "checkGraph",
              .summary = "What is wrong with a graph, and how many items pass each edge",
              .tag = "graphs",
              .body_schema = schema_for<dataset::CheckGraph>(),
              .reply_schema = schema_for<dataset::CheckedGraph>(),
              .handle = [service](http::Request& rq) { return check(service, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/datasets/{id}/preprocess/preview",
              .name = "previewGraph",
              .summary = "Some pictures before and after a graph, with their labels",
              .tag = "graphs",
              .body_schema = schema_for<dataset::PreviewGraph>(),
              .reply_schema = schema_for<dataset::GraphPreview>(),
              .handle = [service](http::Request& rq) { return preview(service, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/datasets/{id}/preprocess",
              .name = "preprocessDataset",
              .summary = "Make a new dataset through a graph",
              .tag = "graphs",
              .body_schema = schema_for<dataset::PreprocessDataset>(),
              .reply_schema = schema_for<dataset::PreprocessStarted>(),
              .reply_status = 202,
              .handle = idempotent(services, [service](http::Request& rq) { return start(service, rq); })});
}

}  // namespace ava::api
