#include "http/http.hpp"

#include <nlohmann/json.hpp>

#include "base/testing.hpp"
#include "http/client.hpp"
#include "http/problem.hpp"
#include "http/reply_head.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"

namespace ava::http {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Headers, CompareNamesWithoutCaseAndStayOnOneLine) {
  Headers headers;
  headers.add("Set-Cookie", "a=1");
  headers.add("set-cookie", "b=2");
  EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
  EXPECT_EQ(headers.size(), 2u);
  headers.set("Set-Cookie", "c=3\r\nX-Evil: yes");
  EXPECT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers.get("Set-Cookie"), "c=3  X-Evil: yes");
}

TEST(Target, IsDecodedOnce) {
  ASSERT_OK_AND(const auto target, parse_target("/a%20b/%E4%BD%A0?x=1+2&y=%2B&&z&x=3#frag"));
  EXPECT_EQ(target.path, "/a b/你");
  const std::vector<std::pair<std::string, std::string>> expected{{"x", "1 2"}, {"y", "+"}, {"z", ""}, {"x", "3"}};
  EXPECT_EQ(target.query, expected);
  ASSERT_OK_AND(const auto twice, parse_target("/%2541"));
  EXPECT_EQ(twice.path, "/%41");
}

TEST(Target, RefusesWhatCouldClimbOrHide) {
  for (const auto* bad : {"", "a", "http://x/", "/../x", "/a/%2e%2E/b", "/a/.", "/%00", "/%0a", "/%", "/%4", "/%zz",
                          "/%ff", "/a\\b", "/x?y=%ff"})
    EXPECT_ERROR(parse_target(bad), "http.bad_target");
}

Request request_with(std::string_view name, std::string_view value) {
  Request request;
  request.headers.set(name, value);
  return request;
}

TEST(Request, ReadsCookiesAndNumbers) {
  Request request = request_with("Cookie", "other=x; ava_session=abc=; last=1");
  EXPECT_EQ(request.cookie("ava_session"), "abc=");
  EXPECT_EQ(request.cookie("last"), "1");
  EXPECT_EQ(request.cookie("session"), std::nullopt);
  request.query = {{"limit", "50"}, {"bad", "5x"}};
  EXPECT_EQ(*request.query_int("limit", 10, 1, 100), 50);
  EXPECT_EQ(*request.query_int("absent", 10, 1, 100), 10);
  EXPECT_ERROR(request.query_int("bad", 10, 1, 100), "http.bad_query");
  EXPECT_ERROR(request.query_int("limit", 10, 1, 20), "http.bad_query");
  EXPECT_ERROR(request.check_query({"limit"}), "http.bad_query");
  EXPECT_OK(request.check_query({"limit", "bad"}));
}

TEST(Request, KnowsForeignPages) {
  EXPECT_TRUE(Request{}.is_same_origin());
  Request own = request_with("Origin", "http://127.0.0.1:8080");
  own.headers.set("Host", "127.0.0.1:8080");
  EXPECT_TRUE(own.is_same_origin());
  own.headers.set("Host", "127.0.0.1:9090");
  EXPECT_FALSE(own.is_same_origin());
  EXPECT_FALSE(request_with("Origin", "null").is_same_origin());
  EXPECT_FALSE(request_with("Sec-Fetch-Site", "cross-site").is_same_origin());
}

Router small_router() {
  Router router;
  const auto say = [](std::string text) { return [text](Request&) -> Result<Reply> { return Reply::text(text); }; };
  router.add(Route{.method = Method::kGet, .pattern = "/datasets/{id}", .handle = say("one")});
  router.add(Route{.method = Method::kGet, .pattern = "/datasets/mine", .handle = say("mine")});
  router.add(Route{.method = Method::kDelete, .pattern = "/datasets/{id}", .handle = say("deleted")});
  router.add(Route{.method = Method::kGet, .pattern = "/datasets/{id}/samples/{index}", .handle = say("sample")});
  return router;
}

TEST(Router, PrefersLiteralsAndFillsParameters) {
  const Router router = small_router();
  Request request;
  ASSERT_OK_AND(const auto mine, router.find(Method::kGet, "/datasets/mine"));
  EXPECT_EQ(router.call(mine, request)->body, "mine");
  ASSERT_OK_AND(const auto sample, router.find(Method::kHead, "/datasets/ds_1/samples/7"));
  EXPECT_EQ(sample.params, (std::map<std::string, std::string>{{"id", "ds_1"}, {"index", "7"}}));
  EXPECT_EQ(router.routes().size(), 4u);
}

TEST(Router, SaysWhatIsWrong) {
  const Router router = small_router();
  EXPECT_ERROR(router.find(Method::kGet, "/datasets"), "http.no_route");
  EXPECT_ERROR(router.find(Method::kGet, "/datasets//samples/1"), "http.no_route");
  EXPECT_ERROR(router.find(Method::kGet, "/datasets/x/"), "http.no_route");
  const auto wrong = router.find(Method::kPost, "/datasets/x");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().details().at("allow"), "GET, DELETE");
}

TEST(Problem, CarriesWhatAPersonAndAProgramNeed) {
  const Error error = Error(ErrorCode::kConflict, "dataset.in_use", "used by 1 training")
                          .hint("delete the training first")
                          .detail("users", R"([{"type":"training","id":"tr_1"}])")
                          .detail("count", "1");
  const Reply reply = problem_reply(error, "rq1");
  EXPECT_EQ(reply.status, 409);
  const json body = json::parse(reply.body);
  EXPECT_EQ(body["context"]["users"][0]["type"], "training");
  EXPECT_EQ(body["context"]["count"], "1");
  EXPECT_EQ(body["title"], "Conflict");
  EXPECT_EQ(body["request_id"], "rq1");
}

TEST(Problem, ComesBackAsTheSameErrorInAClient) {
  const Error error =
      Error(ErrorCode::kNotFound, "dataset.not_found", "no such dataset").at("/id").detail("id", "ds_1");
  const Reply sent = problem_reply(error, "rq1");
  const Error back = error_of(ClientReply{sent.status, {}, sent.body});
  EXPECT_EQ(back.code(), error.code());
  EXPECT_EQ(back.slug(), error.slug());
  EXPECT_EQ(back.message(), error.message());
  EXPECT_EQ(back.pointer(), "/id");
  EXPECT_EQ(back.details().at("id"), "ds_1");
  EXPECT_EQ(error_of(ClientReply{500, {}, R"({"message":"no such image"})"}).message(), "no such image");
  EXPECT_EQ(error_of(ClientReply{502, {}, "<html>"}).slug(), "http.status");
}

TEST(Client, SaysWhyThereIsNoAnswer) {
  ClientOptions options;
  options.server = "http://127.0.0.1:1";
  EXPECT_ERROR(Client(options).get("/"), "http.unreachable");
  options.server = "unix:/nowhere/at/all.sock";
  EXPECT_ERROR(Client(options).get("/"), "http.unreachable");
  options.server = "gopher://x";
  EXPECT_ERROR(Client(options).get("/"), "http.bad_address");
}

constexpr std::array<unsigned char, 4> kBytes{'p', 'a', 'g', 'e'};
const std::array<Asset, 2> kAssets{{{"/index.html", "text/html", kBytes, "e1", false},
                                    {"/assets/app-1a2b.js", "text/javascript", kBytes, "e2", true}}};

Request ask(std::string path, std::string_view accept = "*/*") {
  Request request;
  request.path = std::move(path);
  request.headers.set("Accept", accept);
  request.headers.set("Accept-Encoding", "gzip, br");
  return request;
}

TEST(StaticFiles, PagesOfTheApplicationAreIndexHtml) {
  const auto serve = static_files(kAssets);
  for (const auto* path : {"/", "/datasets/ds_1"}) {
    Request request = ask(path, "text/html,*/*");
    auto reply = serve(request);
    ASSERT_OK(reply);
    EXPECT_EQ(reply->headers.get("Content-Type"), "text/html");
    EXPECT_EQ(reply->headers.get("Cache-Control"), "no-cache");
    EXPECT_EQ(*read_all(*reply->stream, 100), "page");
  }
  Request missing = ask("/assets/gone.js");
  EXPECT_ERROR(serve(missing), "http.no_route");
}

TEST(StaticFiles, HashedNamesAreCachedForGood) {
  const auto serve = static_files(kAssets);
  Request request = ask("/assets/app-1a2b.js");
  auto reply = serve(request);
  ASSERT_OK(reply);
  EXPECT_THAT(reply->headers.get("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(reply->headers.get("Content-Encoding"), "gzip");
  request.headers.set("If-None-Match", reply->headers.get("ETag"));
  EXPECT_EQ(serve(request)->status, 304);
  request.headers.remove("Accept-Encoding");
  EXPECT_ERROR(serve(request), "http.needs_gzip");
}

TEST(StaticFiles, SaysThatTheUiWasNotBuilt) {
  const auto serve = static_files({});
  Request request = ask("/");
  EXPECT_THAT(serve(request)->body, HasSubstr("without the web interface"));
}

TEST(ReplyHead, KeepsWhatTheHandlerSaid) {
  Reply reply = Reply::text("x");
  reply.headers.set("Content-Security-Policy", "sandbox");
  const std::string head = reply_head(reply, {.keep_alive = false, .length = 1});
  EXPECT_THAT(head, HasSubstr("Content-Security-Policy: sandbox\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("default-src")));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(head, HasSubstr("Connection: close\r\n\r\n"));
}

}  // namespace
}  // namespace ava::http
