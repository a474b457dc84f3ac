// Storage binding, and uploads that wait to be taken.
#include "api/routes.hpp"

namespace ava::api {

namespace {

struct BindBucket {
  std::string name;
  std::string uri;
  bool is_default = false;
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};
void describe(schema::Visitor& v, BindBucket& x) {
  v.type("BindBucket");
  v.field("name", x.name, {.doc = "First part of object URIs: qiniu:///<name>/<key>", .max = 63});
  v.field("uri", x.uri,
          {.doc = "Where it lies: file:///folder, s3://bucket/folder?endpoint=https://host&region=name&style=path, "
                  "qiniu:///bucket/folder?domain=host",
           .max = 2048,
           .example = "file:///srv/ava"});
  v.field("is_default", x.is_default, {.required = false});
  v.field("access_key", x.access_key,
          {.doc = "Of s3 and qiniu; kept in a file of the server, never shown", .required = false, .max = 256});
  v.field("secret_key", x.secret_key, {.required = false, .max = 1024, .format = "password"});
  v.field("session_token", x.session_token,
          {.doc = "Of temporary (STS) keys", .required = false, .max = 8192, .format = "password"});
}

struct BucketObject {
  std::string key;
  std::uint64_t size_bytes = 0;
  bool is_prefix = false;
};
void describe(schema::Visitor& v, BucketObject& x) {
  v.type("BucketObject");
  v.field("key", x.key);
  v.field("size_bytes", x.size_bytes);
  v.field("is_prefix", x.is_prefix);
}

Result<http::Reply> bind(Services& services, http::Request& request) {
  AVA_TRY(const BindBucket asked, body_of<BindBucket>(request));
  AVA_TRY(const auto bucket, services.buckets.add(actor_of(request), asked.name, asked.uri, asked.is_default,
                                                  {asked.access_key, asked.secret_key, asked.session_token}));
  return reply(bucket, 201);
}

Result<http::Reply> list_buckets(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto buckets, services.buckets.list(page));
  return page_reply(std::move(buckets));
}

Result<http::Reply> unbind(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<user::BucketId>("id"));
  AVA_CHECK(services.buckets.remove(actor_of(request), id));
  return http::Reply::no_content();
}

Result<http::Reply> objects(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<user::BucketId>("id"));
  AVA_TRY(const auto bucket, services.buckets.find(id));
  AVA_TRY(const auto storage, services.buckets.open(bucket));
  AVA_TRY(const std::int64_t limit, request.query_int("limit", 100, 1, 1000));
  AVA_TRY(const auto found, storage->list({.prefix = request.query_or("prefix", ""),
                                           .cursor = request.query_or("cursor", ""),
                                           .limit = static_cast<std::size_t>(limit),
                                           .folders = true}));
  db::Page<BucketObject> page;
  for (const auto& object : found.items) page.items.push_back({object.key, object.size_bytes, object.is_prefix});
  if (!found.next_cursor.empty()) page.next_cursor = found.next_cursor;
  return page_reply(std::move(page));
}

Result<http::Reply> upload(Services& services, http::Request& request) {
  const auto name = request.query_or("filename", "");
  AVA_TRY(const auto made,
          services.uploads.create(actor_of(request), name, reader_of(request), services.max_upload_bytes));
  return reply(made, 201);
}

}  // namespace

void add_bucket_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/buckets",
              .name = "listBuckets",
              .summary = "Bound storage spaces",
              .tag = "buckets",
              .reply_schema = schema_for<PageOf<user::Bucket>>(),
              .handle = [&services](http::Request& rq) { return list_buckets(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/buckets",
              .name = "bindBucket",
              .summary = "Bind a storage space after proving that it works",
              .tag = "buckets",
              .body_schema = schema_for<BindBucket>(),
              .reply_schema = schema_for<user::Bucket>(),
              .reply_status = 201,
              .handle = idempotent(services, [&services](http::Request& rq) { return bind(services, rq); })});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/buckets/{id}",
              .name = "unbindBucket",
              .summary = "Forget a storage space; its objects stay",
              .tag = "buckets",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return unbind(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/buckets/{id}/objects",
              .name = "listObjects",
              .summary = "Look into a storage space",
              .tag = "buckets",
              .query = {{"prefix", "Folder to look into"}, {"cursor", ""}, {"limit", "1 to 1000"}},
              .reply_schema = schema_for<PageOf<BucketObject>>(),
              .handle = [&services](http::Request& rq) { return objects(services, rq); }});
}

void add_upload_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/uploads",
              .name = "createUpload",
              .summary = "Stream a file to the server; it is kept for a day until something takes it",
              .tag = "uploads",
              .is_upload = true,
              .query = {{"filename", "Name of the file"}},
              .reply_schema = schema_for<dataset::Upload>(),
              .reply_status = 201,
              .handle = [&services](http::Request& rq) { return upload(services, rq); }});
}

}  // namespace ava::api
