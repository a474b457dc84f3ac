// What a dataset holds: statistics, the list itself, rejected lines, single samples and their pictures.
#include <charconv>

#include "api/object_reply.hpp"
#include "api/routes.hpp"
#include "dataset/contents.hpp"
#include "image/codec.hpp"
#include "pipeline/import_run.hpp"
#include "storage/resolver.hpp"
#include "worker/adopt_run.hpp"

namespace ava::api {

namespace {

using dataset::Contents;
using dataset::Dataset;

constexpr std::uint64_t kLargestPicture = 64u << 20;

Result<Dataset> dataset_of(Services& services, const http::Request& request) {
  AVA_TRY(const auto id, request.path_id<dataset::DatasetId>("id"));
  AVA_TRY(Dataset found, services.datasets.find(id));
  if (found.state != dataset::DatasetState::kSuccess)
    return Error(ErrorCode::kConflict, "dataset.not_ready", "the dataset is not finished");
  return found;
}

Result<Contents> contents_of(Services& services, const http::Request& request) {
  AVA_TRY(const Dataset found, dataset_of(services, request));
  AVA_TRY(auto storage, services.datasets.storage_of(found));
  const bool has_list = found.kind == dataset::DatasetKind::kSource;
  return Contents(std::move(storage), found.prefix, has_list ? pipeline::kListFile : worker::kPreviewFile);
}

Result<http::Reply> stats(Services& services, http::Request& request) {
  AVA_TRY(const Contents contents, contents_of(services, request));
  AVA_TRY(const auto report, contents.stats());
  return reply(report);
}

Result<http::Reply> set_stats(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<dataset::FormattedSetId>("id"));
  AVA_TRY(const auto set, services.sets.find(id));
  AVA_TRY(const auto storage, services.sets.storage_of(set));
  const auto folder = storage->local_path(set.prefix);
  if (!folder)
    return Error(ErrorCode::kInvalidArgument, "formatted_set.not_local", "the set does not lie on this machine");
  AVA_TRY(const auto report, pipeline::stats_of_set(folder->string()));
  return reply(report);
}

Result<http::Reply> list_file(Services& services, http::Request& request) {
  AVA_TRY(const Dataset found, dataset_of(services, request));
  AVA_CHECK(dataset::check_has_list(found));
  AVA_TRY(auto storage, services.datasets.storage_of(found));
  return object_reply(request, std::move(storage), found.prefix + "/index.lst", found.name + ".jsonlist");
}

Result<http::Reply> rejects(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<dataset::DatasetId>("id"));
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto found, services.datasets.rejects(id, page));
  return page_reply(std::move(found));
}

Result<http::Reply> set_rejects(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<dataset::FormattedSetId>("id"));
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto found, services.sets.rejects(id, page));
  return page_reply(std::move(found));
}

Result<http::Reply> samples(Services& services, http::Request& request) {
  AVA_TRY(const Contents contents, contents_of(services, request));
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto found, contents.samples(page, request.query_or("class", "")));
  for (auto& item : found.items)
    item.picture_url =
        "/api/v1/datasets/" + request.path_param("id") + "/samples/" + std::to_string(item.offset) + "/picture";
  return page_reply(std::move(found));
}

Result<http::Reply> picture(Services& services, http::Request& request) {
  AVA_TRY(const Contents contents, contents_of(services, request));
  std::int64_t offset = 0;
  const std::string& text = request.path_param("offset");
  if (std::from_chars(text.data(), text.data() + text.size(), offset).ptr != text.data() + text.size() || offset < 0)
    return Error(ErrorCode::kInvalidArgument, "dataset.no_sample", "the address of a sample is a number");
  AVA_TRY(const auto sample, contents.sample_at(offset));
  storage::ResolverOptions options;
  AVA_TRY(options.buckets, services.buckets.open_all());
  options.http.deny_private = true;  // the url was written by whoever made the list
  AVA_TRY(const auto resolver, storage::Resolver::make(std::move(options)));
  AVA_TRY(std::string bytes, resolver->fetch(sample.url, kLargestPicture));
  // Only what is a picture is shown, and as what it is: a list could name a page with scripts.
  const image::Kind kind = image::sniff(bytes);
  if (kind != image::Kind::kJpeg && kind != image::Kind::kPng)
    return Error(ErrorCode::kCorrupt, "picture.unsupported", "the sample is no JPEG or PNG picture");
  auto answer = http::Reply::text(std::move(bytes), kind == image::Kind::kJpeg ? "image/jpeg" : "image/png");
  answer.headers.set("Cache-Control", "private, max-age=3600");
  return answer;
}

}  // namespace

void add_sample_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}/stats",
              .name = "getDatasetStats",
              .summary = "Label statistics",
              .tag = "datasets",
              .reply_schema = schema_for<pipeline::StatsReport>(),
              .handle = [&services](http::Request& rq) { return stats(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formatted-sets/{id}/stats",
              .name = "getFormattedSetStats",
              .summary = "Label statistics of a set",
              .tag = "formatted-sets",
              .reply_schema = schema_for<pipeline::StatsReport>(),
              .handle = [&services](http::Request& rq) { return set_stats(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}/list",
              .name = "downloadDatasetList",
              .summary = "The list, one JSON object per line",
              .tag = "datasets",
              .handle = [&services](http::Request& rq) { return list_file(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}/rejects",
              .name = "listRejects",
              .summary = "Lines that did not become samples, and why",
              .tag = "datasets",
              .query = {{"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<dataset::RejectItem>>(),
              .handle = [&services](http::Request& rq) { return rejects(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/formatted-sets/{id}/rejects",
              .name = "listFormattedSetRejects",
              .summary = "What its batch left out or could not read, and why",
              .tag = "formatted-sets",
              .query = {{"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<dataset::RejectItem>>(),
              .handle = [&services](http::Request& rq) { return set_rejects(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}/samples",
              .name = "listSamples",
              .summary = "Samples in list order; of a formatted dataset some, evenly spread",
              .tag = "datasets",
              .query = {{"class", "Only samples that carry this class"}, {"limit", "1 to 500"}, {"cursor", ""}},
              .reply_schema = schema_for<PageOf<dataset::SampleItem>>(),
              .handle = [&services](http::Request& rq) { return samples(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/datasets/{id}/samples/{offset}/picture",
              .name = "getSamplePicture",
              .summary = "The picture of a sample",
              .tag = "datasets",
              .handle = [&services](http::Request& rq) { return picture(services, rq); }});
}

}  // namespace ava::api
