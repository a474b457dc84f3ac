// The whole API on the world of training/testing.hpp, asked without a socket: route by route, as a client would.
//   Answer a = ask(anna, http::Method::kPost, "/api/v1/datasets", R"({"name":"cats"})");
#pragma once

#include <memory>
#include <string>

#include "api/routes.hpp"
#include "http/http.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"
#include "job/fake_engine.hpp"
#include "model/model_service.hpp"
#include "schema/json.hpp"
#include "training/testing.hpp"
#include "user/idempotency.hpp"
#include "user/session.hpp"
#include "user/user_service.hpp"

namespace ava::api {

/// What a client shows to say who it is.
struct Client {
  std::string cookie;
  std::string bearer;
};

/// What it gets: a problem's body when the route failed.
struct Answer {
  int status = 0;
  http::Headers headers;
  std::string text;
  nlohmann::json json;

  std::string slug() const { return json.value("slug", ""); }
  std::string pointer() const { return json.value("pointer", ""); }
};

class ApiWorld : public training::TrainingWorld {
 protected:
  void SetUp() override {
    TrainingWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    user::UserOptions cheap;
    cheap.password_cost = {1, 8192};
    users_ = std::make_unique<user::UserService>(db(), clock_, cheap);
    sessions_ = std::make_unique<user::SessionService>(db(), clock_);
    idempotency_ = std::make_unique<user::IdempotencyService>(db(), clock_);
    graph_templates_ = std::make_unique<dataset::GraphTemplateService>(db(), clock_);
    services_.reset(new Services{db(), *users_, *sessions_, *tokens_, *buckets_, *idempotency_, *jobs_, *uploads_,
                                 *datasets_, *sets_, *graph_templates_, *models_, *trainings_, containers_, topics_,
                                 "file:///srv/ava", 1 << 20, false});
    router_.set_before(authenticate(*services_));
    add_all_routes(router_, *services_);
    as_anna_ = client_of(anna_);
    as_bob_ = client_of(bob_);
    as_admin_ = client_of(admin_);
  }
  Client client_of(const user::Actor& who) {
    auto issued = tokens_->create(who, "test", {});
    EXPECT_OK(issued);
    return {"", issued.ok() ? issued->secret : ""};
  }
  /// A browser's session.
  Client browser_of(const user::Actor& who) {
    auto opened = sessions_->open(who.user);
    EXPECT_OK(opened);
    return {opened.ok() ? opened->secret : "", ""};
  }

  Answer ask(const Client& client, http::Method method, const std::string& target, const std::string& body = {},
             const http::Headers& headers = {}) {
    http::Request request;
    request.method = method;
    request.headers = headers;
    request.request_id = "rq_1";
    request.peer = "127.0.0.1:4711";
    if (!client.bearer.empty()) request.headers.set("Authorization", "Bearer " + client.bearer);
    if (!client.cookie.empty()) request.headers.set("Cookie", std::string(kSessionCookie) + "=" + client.cookie);
    auto reply = call(request, target, body);
    if (!reply.ok()) reply = http::problem_reply(reply.error(), request.request_id);
    Answer answer{reply->status, reply->headers, reply->body, {}};
    if (reply->stream) {
      auto all = http::read_all(*reply->stream, 1 << 20);
      EXPECT_OK(all);
      if (all.ok()) answer.text = *std::move(all);
    }
    if (auto json = schema::parse(answer.text); json.ok()) answer.json = *std::move(json);
    return answer;
  }
  Answer get(const Client& client, const std::string& target) { return ask(client, http::Method::kGet, target); }
  Answer post(const Client& client, const std::string& target, const std::string& body,
              const http::Headers& headers = {}) {
    return ask(client, http::Method::kPost, target, body, headers);
  }

  job::FakeEngine containers_;
  http::TopicHub topics_;
  std::unique_ptr<user::UserService> users_;
  std::unique_ptr<user::SessionService> sessions_;
  std::unique_ptr<user::IdempotencyService> idempotency_;
  std::unique_ptr<dataset::GraphTemplateService> graph_templates_;
  std::unique_ptr<Services> services_;
  http::Router router_;
  Client as_anna_, as_bob_, as_admin_;

 private:
  Result<http::Reply> call(http::Request& request, const std::string& target, const std::string& body) {
    AVA_TRY(auto parsed, http::parse_target(target));
    request.path = parsed.path;
    request.query = parsed.query;
    AVA_TRY(const auto match, router_.find(request.method, request.path));
    request.path_params = match.params;
    std::unique_ptr<http::ByteSource> stream;
    if (match.route->is_upload) {
      stream = http::source_of(body);
      request.upload = stream.get();
    } else {
      request.body = body;
    }
    return router_.call(match, request);
  }
};

}  // namespace ava::api
