// What a client may know before it logs in, health for a watcher, and the API's own description.
#include "api/routes.hpp"

namespace ava::api {

namespace {

struct EngineInfo {
  std::string kind = "container";
  bool available = false;
  std::string name;
  std::string detail;
};
void describe(schema::Visitor& v, EngineInfo& x) {
  v.type("EngineInfo");
  v.field("kind", x.kind);
  v.field("available", x.available);
  v.field("name", x.name);
  v.field("detail", x.detail);
}

struct Info {
  std::string version = AVA_VERSION;
  std::string name = "AVA";
  bool sign_up = true;
  std::vector<std::string> languages = {"zh-CN", "en"};
  std::string suggested_bucket_uri;
  EngineInfo engine;
  std::uint64_t max_upload_bytes = 0;
};
void describe(schema::Visitor& v, Info& x) {
  v.type("Info");
  v.field("version", x.version);
  v.field("name", x.name);
  v.field("sign_up", x.sign_up);
  v.field("languages", x.languages);
  v.field("suggested_bucket_uri", x.suggested_bucket_uri);
  v.field("engine", x.engine);
  v.field("max_upload_bytes", x.max_upload_bytes);
}

struct ImageList {
  struct Image {
    std::string name;
    std::string id;
    std::uint64_t size_bytes = 0;
    schema::Time created_at;
  };
  std::vector<Image> items;
};
void describe(schema::Visitor& v, ImageList::Image& x) {
  v.type("ContainerImage");
  v.field("name", x.name);
  v.field("id", x.id);
  v.field("size_bytes", x.size_bytes);
  v.field("created_at", x.created_at);
}
void describe(schema::Visitor& v, ImageList& x) {
  v.type("ContainerImageList");
  v.field("items", x.items);
}

Result<http::Reply> info(Services& services, http::Request&) {
  Info info;
  info.suggested_bucket_uri = services.suggested_bucket_uri;
  info.max_upload_bytes = services.max_upload_bytes;
  AVA_TRY(const auto engine, services.containers.probe());
  info.engine = {"container", engine.available, engine.name + (engine.version.empty() ? "" : " " + engine.version),
                 engine.available ? engine.warning : engine.detail};
  return reply(info);
}

Result<http::Reply> images(Services& services, http::Request&) {
  AVA_TRY(const auto found, services.containers.images());
  ImageList list;
  for (const auto& image : found) list.items.push_back({image.name, image.id, image.size_bytes, {image.created_ms}});
  return reply(list);
}

}  // namespace

void add_info_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/healthz",
              .name = "healthz",
              .summary = "Is the process alive",
              .tag = "info",
              .is_public = true,
              .handle = [](http::Request&) -> Result<http::Reply> { return http::Reply::text("ok\n"); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/readyz",
              .name = "readyz",
              .summary = "Can requests be answered: the database is there",
              .tag = "info",
              .is_public = true,
              .handle = [&services](http::Request&) -> Result<http::Reply> {
                AVA_CHECK(services.database.ping());
                return http::Reply::text("ready\n");
              }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/info",
              .name = "getInfo",
              .summary = "Version, limits and the container engine",
              .tag = "info",
              .is_public = true,
              .reply_schema = schema_for<Info>(),
              .handle = [&services](http::Request& rq) { return info(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/images",
              .name = "listImages",
              .summary = "Container images on this machine",
              .tag = "images",
              .reply_schema = schema_for<ImageList>(),
              .handle = [&services](http::Request& rq) { return images(services, rq); }});
  router.add(
      {.method = http::Method::kGet,
       .pattern = "/api/v1/openapi.json",
       .name = "getOpenapi",
       .summary = "This description",
       .tag = "info",
       .is_public = true,
       .handle = [&router](http::Request&) -> Result<http::Reply> { return http::Reply::json(openapi_of(router)); }});
}

}  // namespace ava::api
