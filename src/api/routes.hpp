// What every route file uses: who asks, JSON bodies and answers of described structs, pages. No rules, no SQL.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/services.hpp"
#include "db/page.hpp"
#include "http/http.hpp"
#include "http/router.hpp"
#include "schema/json.hpp"
#include "user/user.hpp"

namespace ava::api {

/// Who asks; set by the hook of auth.cpp on every route that is not public.
inline const user::Actor& actor_of(const http::Request& request) {
  return *std::any_cast<user::Actor>(&request.principal);
}

/// A list as the API answers it.
template <class T>
struct PageOf {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
};
template <class T>
void describe(schema::Visitor& v, PageOf<T>& x) {
  v.field("items", x.items);
  v.field("next_cursor", x.next_cursor, {.doc = "Ask again with ?cursor=; absent on the last page"});
}

template <class T>
http::Reply reply(const T& value, int status = 200) {
  return http::Reply::json_text(schema::to_text(value), status);
}
template <class T>
http::Reply page_reply(db::Page<T> page) {
  // `next_cursor` is null on the last page, so that a client can tell it from an answer without pages.
  nlohmann::json json = {{"items", nlohmann::json::array()}, {"next_cursor", nullptr}};
  for (const T& item : page.items) json["items"].push_back(schema::to_json(item));
  if (page.next_cursor) json["next_cursor"] = *page.next_cursor;
  return http::Reply::json(json);
}

/// ?limit= and ?cursor= of a list.
inline Result<db::PageRequest> page_of(const http::Request& request) {
  AVA_TRY(const std::int64_t limit, request.query_int("limit", 50, 1, 500));
  return db::PageRequest{static_cast<int>(limit), request.query_or("cursor", "")};
}
/// JSON body of a route.
template <class T>
Result<T> body_of(const http::Request& request) {
  return schema::from_text<T>(request.body.empty() ? std::string_view("{}") : std::string_view(request.body));
}
/// JSON Schema of T, for the route's description.
template <class T>
http::Route::SchemaOf schema_for() {
  return [](nlohmann::json* components) { return schema::schema_of<T>(components); };
}
/// Fills a buffer from the streamed body of an upload route.
inline auto reader_of(http::Request& request) {
  return [&request](std::span<char> into) -> Result<std::size_t> {
    if (request.upload == nullptr) return std::size_t{0};
    return request.upload->read(into);
  };
}

/// Cookie or bearer token -> Actor; refuses state changes that another site's page sends.
http::Router::Before authenticate(Services& services);
inline constexpr const char* kSessionCookie = "ava_session";

// One file per noun.
void add_info_routes(http::Router& router, Services& services);
void add_session_routes(http::Router& router, Services& services);
void add_user_routes(http::Router& router, Services& services);
void add_token_routes(http::Router& router, Services& services);
void add_bucket_routes(http::Router& router, Services& services);
void add_upload_routes(http::Router& router, Services& services);
void add_dataset_routes(http::Router& router, Services& services);
void add_graph_routes(http::Router& router, Services& services);
void add_sample_routes(http::Router& router, Services& services);
void add_formatted_set_routes(http::Router& router, Services& services);
void add_training_routes(http::Router& router, Services& services);
void add_run_routes(http::Router& router, Services& services);
void add_model_routes(http::Router& router, Services& services);
void add_job_routes(http::Router& router, Services& services);
void add_live_routes(http::Router& router, Services& services);
/// All of them.
void add_all_routes(http::Router& router, Services& services);

/// Wrap the function of a creating route: a repeated Idempotency-Key gets the first answer again.
std::function<Result<http::Reply>(http::Request&)> idempotent(
    Services& services, std::function<Result<http::Reply>(http::Request&)> handle);

/// The OpenAPI 3.1 document of a router.
nlohmann::json openapi_of(const http::Router& router);

}  // namespace ava::api
