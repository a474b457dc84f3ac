// The queue: what runs, what waits and why, what failed and why.
#include "api/routes.hpp"

namespace ava::api {

namespace {

Result<http::Reply> list_jobs(Services& services, http::Request& request) {
  job::JobFilter filter;
  AVA_TRY(filter.page, page_of(request));
  filter.kind = request.query_or("kind", "");
  filter.subject_id = request.query_or("subject_id", "");
  if (const auto state = request.query_value("state"); state && !state->empty()) {
    AVA_TRY(filter.state, schema::value_of<job::JobState>(*state));
  }
  AVA_TRY(auto jobs, services.jobs.list(filter));
  return page_reply(std::move(jobs));
}

Result<http::Reply> get_job(Services& services, http::Request& request) {
  AVA_TRY(const auto found, services.jobs.find(request.path_param("id")));
  return reply(found);
}

Result<http::Reply> cancel(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<job::JobId>("id"));
  AVA_TRY(const auto cancelling, services.jobs.cancel(actor_of(request), id));
  return reply(cancelling, 202);
}

}  // namespace

void add_job_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/jobs",
              .name = "listJobs",
              .summary = "Jobs, newest first",
              .tag = "jobs",
              .query = {{"state", ""}, {"kind", ""}, {"subject_id", ""}, {"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<job::Job>>(),
              .handle = [&services](http::Request& rq) { return list_jobs(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/jobs/{id}",
              .name = "getJob",
              .summary = "One job",
              .tag = "jobs",
              .reply_schema = schema_for<job::Job>(),
              .handle = [&services](http::Request& rq) { return get_job(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/jobs/{id}/cancel",
              .name = "cancelJob",
              .summary = "Ask a job to end",
              .tag = "jobs",
              .reply_schema = schema_for<job::Job>(),
              .reply_status = 202,
              .handle = [&services](http::Request& rq) { return cancel(services, rq); }});
}

}  // namespace ava::api
