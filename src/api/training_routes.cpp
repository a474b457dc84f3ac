// Trainings: create, watch, stop, delete, log.
#include "api/routes.hpp"

namespace ava::api {

namespace {

using training::Training;
using training::TrainingId;

Result<http::Reply> list_trainings(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto trainings,
          services.trainings.list({request.query_or("search", ""), request.query_or("state", ""), page}));
  return page_reply(std::move(trainings));
}

Result<http::Reply> create_training(Services& services, http::Request& request) {
  AVA_TRY(const auto asked, body_of<training::CreateTraining>(request));
  AVA_TRY(const Training made, services.trainings.create(actor_of(request), asked));
  return reply(made, 202);
}

Result<http::Reply> get_training(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<TrainingId>("id"));
  AVA_TRY(const Training found, services.trainings.find(id));
  return reply(found);
}

Result<http::Reply> stop(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<TrainingId>("id"));
  AVA_TRY(const Training stopping, services.trainings.stop(actor_of(request), id));
  return reply(stopping, 202);
}

Result<http::Reply> remove_training(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<TrainingId>("id"));
  AVA_CHECK(services.trainings.remove(actor_of(request), id));
  return http::Reply::no_content();
}

Result<http::Reply> log(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<TrainingId>("id"));
  AVA_TRY(const std::int64_t offset, request.query_int("offset", 0, 0, INT64_MAX));
  AVA_TRY(const std::int64_t limit, request.query_int("limit", 65'536, 1, 1 << 20));
  AVA_TRY(const auto text, services.trainings.log(id, offset, limit));
  return reply(text);
}

Result<http::Reply> log_file(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<TrainingId>("id"));
  AVA_TRY(const Training found, services.trainings.find(id));
  return http::Reply::file(request, services.trainings.log_path(id), "text/plain; charset=utf-8", found.name + ".log");
}

}  // namespace

void add_training_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/trainings",
              .name = "listTrainings",
              .summary = "Trainings, newest first",
              .tag = "trainings",
              .query = {{"search", "Part of the name"}, {"state", ""}, {"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<Training>>(),
              .handle = [&services](http::Request& rq) { return list_trainings(services, rq); }});
  router.add(
      {.method = http::Method::kPost,
       .pattern = "/api/v1/trainings",
       .name = "createTraining",
       .summary = "Start a container with data, image, command and limits",
       .tag = "trainings",
       .body_schema = schema_for<training::CreateTraining>(),
       .reply_schema = schema_for<Training>(),
       .reply_status = 202,
       .handle = idempotent(services, [&services](http::Request& rq) { return create_training(services, rq); })});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/trainings/{id}",
              .name = "getTraining",
              .summary = "One training",
              .tag = "trainings",
              .reply_schema = schema_for<Training>(),
              .handle = [&services](http::Request& rq) { return get_training(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/trainings/{id}/stop",
              .name = "stopTraining",
              .summary = "SIGTERM, later SIGKILL",
              .tag = "trainings",
              .reply_schema = schema_for<Training>(),
              .reply_status = 202,
              .handle = [&services](http::Request& rq) { return stop(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/trainings/{id}",
              .name = "removeTraining",
              .summary = "Delete a training that is over, with its runs and curves; models stay",
              .tag = "trainings",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_training(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/trainings/{id}/log",
              .name = "getTrainingLog",
              .summary = "A piece of the container's log",
              .tag = "trainings",
              .query = {{"offset", "First byte"}, {"limit", "At most so many bytes"}},
              .reply_schema = schema_for<training::LogText>(),
              .handle = [&services](http::Request& rq) { return log(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/trainings/{id}/log/file",
              .name = "downloadTrainingLog",
              .summary = "The whole log",
              .tag = "trainings",
              .handle = [&services](http::Request& rq) { return log_file(services, rq); }});
}

}  // namespace ava::api
