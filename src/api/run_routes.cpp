// Runs: what the SDK reports (with the container's token), and the curves a page shows.
#include "api/routes.hpp"

namespace ava::api {

namespace {

using training::Run;
using training::RunId;

struct MetricPoint {
  std::string name;
  std::int64_t step = 0;
  std::int64_t time_ms = 0;
  double value = 0;
  std::optional<std::int64_t> epoch;
};
void describe(schema::Visitor& v, MetricPoint& x) {
  v.type("MetricPoint");
  v.field("name", x.name, {.max = 256});
  v.field("step", x.step);
  v.field("time_ms", x.time_ms);
  v.field("value", x.value);
  v.field("epoch", x.epoch);
}

struct AppendMetrics {
  std::string client_id;
  std::int64_t seq = 0;
  std::vector<MetricPoint> points;
};
void describe(schema::Visitor& v, AppendMetrics& x) {
  v.type("AppendMetrics");
  v.field("client_id", x.client_id, {.doc = "One per process that reports", .min = 1, .max = 128});
  v.field("seq", x.seq, {.doc = "Grows by one; a repeat is acknowledged, not stored twice", .min = 0});
  v.field("points", x.points, {.max = 20'000});
}

struct Appended {
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
};
void describe(schema::Visitor& v, Appended& x) {
  v.type("Appended");
  v.field("accepted", x.accepted);
  v.field("rejected", x.rejected);
}

struct CurveSeries {
  std::string name;
  std::uint64_t total_points = 0;
  std::vector<std::vector<double>> points;
};
void describe(schema::Visitor& v, CurveSeries& x) {
  v.type("CurveSeries");
  v.field("name", x.name);
  v.field("total_points", x.total_points);
  v.field("points", x.points, {.doc = "[step, time in ms, value]"});
}
struct Curves {
  std::vector<CurveSeries> series;
};
void describe(schema::Visitor& v, Curves& x) {
  v.type("Curves");
  v.field("series", x.series);
}

Result<http::Reply> list_runs(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<training::TrainingId>("id"));
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto runs, services.trainings.runs(id, page));
  return page_reply(std::move(runs));
}

Result<http::Reply> create_run(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<training::TrainingId>("id"));
  AVA_TRY(auto asked, body_of<training::CreateRun>(request));
  // Kept with the run itself: unlike a stored answer, it also holds when the server dies between the two.
  if (const std::string* key = request.headers.find("Idempotency-Key")) asked.client_key = *key;
  AVA_TRY(const Run made, services.trainings.create_run(actor_of(request), id, asked));
  return reply(made, 201);
}

Result<http::Reply> get_run(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<RunId>("id"));
  AVA_TRY(const Run found, services.trainings.find_run(id));
  return reply(found);
}

Result<http::Reply> change_run(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<RunId>("id"));
  AVA_TRY(const auto asked, body_of<training::ChangeRun>(request));
  AVA_TRY(const Run changed, services.trainings.change_run(actor_of(request), id, asked));
  return reply(changed);
}

Result<http::Reply> append(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<RunId>("id"));
  AVA_TRY(const auto asked, body_of<AppendMetrics>(request));
  metric::Batch batch{id.str(), asked.client_id, asked.seq, {}};
  for (const MetricPoint& p : asked.points) batch.points.push_back({p.name, {p.step, p.time_ms, p.value}});
  std::optional<std::int64_t> epoch;
  for (const MetricPoint& p : asked.points)
    if (p.epoch && (!epoch || *p.epoch > *epoch)) epoch = p.epoch;
  AVA_TRY(const auto done, services.trainings.append(actor_of(request), id, std::move(batch), epoch));
  return reply(Appended{done.accepted, done.rejected});
}

Result<http::Reply> curves(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<RunId>("id"));
  AVA_TRY(const std::int64_t max_points, request.query_int("max_points", 1000, 4, 100'000));
  metric::Query query{{}, static_cast<std::size_t>(max_points), {}, {}};
  std::string names = request.query_or("names", "");
  while (!names.empty()) {
    const std::size_t comma = names.find(',');
    query.names.push_back(names.substr(0, comma));
    names = comma == std::string::npos ? "" : names.substr(comma + 1);
  }
  for (const auto& [name, field] : {std::pair{"from_step", &query.from_step}, std::pair{"to_step", &query.to_step}}) {
    if (!request.query_value(name)) continue;
    AVA_TRY(*field, request.query_int(name, 0, INT64_MIN, INT64_MAX));
  }
  AVA_TRY(const auto found, services.trainings.curves(id, query));
  Curves answer;
  for (const metric::Series& s : found) {
    CurveSeries series{s.name, s.total_points, {}};
    for (const metric::Point& p : s.points)
      series.points.push_back({static_cast<double>(p.step), static_cast<double>(p.time_ms), p.value});
    answer.series.push_back(std::move(series));
  }
  return reply(answer);
}

Result<http::Reply> save_model(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<RunId>("id"));
  AVA_TRY(const std::int64_t epoch, request.query_int("epoch", -1, -1, INT64_MAX));
  training::SaveModel asked{request.query_or("name", ""), {}, {}};
  if (epoch >= 0) asked.epoch = epoch;
  if (const std::string* key = request.headers.find("Idempotency-Key")) asked.client_key = *key;
  AVA_TRY(const auto kept, services.trainings.save_model(actor_of(request), id, asked, reader_of(request)));
  return reply(kept, 201);
}

/// What the SDK in a container calls; a training's token reaches these and no others.
void add_report_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/trainings/{id}/runs",
              .name = "createRun",
              .summary = "A process in the container starts to report",
              .tag = "sdk",
              .body_schema = schema_for<training::CreateRun>(),
              .reply_schema = schema_for<Run>(),
              .reply_status = 201,
              .handle = [&services](http::Request& rq) { return create_run(services, rq); }});
  router.add({.method = http::Method::kPatch,
              .pattern = "/api/v1/runs/{id}",
              .name = "changeRun",
              .summary = "State, epoch or error of a run",
              .tag = "sdk",
              .body_schema = schema_for<training::ChangeRun>(),
              .reply_schema = schema_for<Run>(),
              .handle = [&services](http::Request& rq) { return change_run(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/runs/{id}/metrics",
              .name = "appendMetrics",
              .summary = "Append points; on return they are on the disk",
              .tag = "sdk",
              .body_limit_bytes = 8u << 20,
              .body_schema = schema_for<AppendMetrics>(),
              .reply_schema = schema_for<Appended>(),
              .handle = [&services](http::Request& rq) { return append(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/runs/{id}/models",
              .name = "saveModel",
              .summary = "Keep a snapshot as a model",
              .tag = "sdk",
              .is_upload = true,
              .query = {{"name", ""}, {"epoch", ""}},
              .reply_schema = schema_for<model::Model>(),
              .reply_status = 201,
              .handle = [&services](http::Request& rq) { return save_model(services, rq); }});
}

}  // namespace

void add_run_routes(http::Router& router, Services& services) {
  add_report_routes(router, services);
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/trainings/{id}/runs",
              .name = "listRuns",
              .summary = "Runs of a training, newest first",
              .tag = "runs",
              .query = {{"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<Run>>(),
              .handle = [&services](http::Request& rq) { return list_runs(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/runs/{id}",
              .name = "getRun",
              .summary = "One run",
              .tag = "runs",
              .reply_schema = schema_for<Run>(),
              .handle = [&services](http::Request& rq) { return get_run(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/runs/{id}/metrics",
              .name = "getMetrics",
              .summary = "Curves, thinned to max_points; minima and maxima are kept",
              .tag = "runs",
              .query = {{"names", "Comma-separated; all when absent"},
                        {"max_points", "Per curve"},
                        {"from_step", ""},
                        {"to_step", ""}},
              .reply_schema = schema_for<Curves>(),
              .handle = [&services](http::Request& rq) { return curves(services, rq); }});
}

}  // namespace ava::api
