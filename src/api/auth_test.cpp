// Who may ask what: cookies, bearer tokens, foreign pages, one-time passwords, and the token of a container.
#include "api/testing.hpp"

namespace ava::api {
namespace {

using http::Method;

class Auth : public ApiWorld {};
AVA_ON_EVERY_DATABASE(Auth);

http::Headers from(const std::string& origin) {
  http::Headers headers;
  headers.set("Host", "ava.example");
  headers.set("Origin", origin);
  return headers;
}

TEST_P(Auth, NobodyGetsInWithoutACredential) {
  for (const http::Route* route : router_.routes()) {
    if (route->is_public || route->is_websocket) continue;
    std::string path = route->pattern;
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
      path.replace(open, path.find('}') - open + 1, "x");
    const Answer answer = ask({}, route->method, path, "{}");
    EXPECT_EQ(answer.status, 401) << route->name;
    EXPECT_EQ(answer.slug(), "user.not_logged_in") << route->name;
  }
}

TEST_P(Auth, WhatIsPublicIsFewAndKnown) {
  std::vector<std::string> names;
  for (const http::Route* route : router_.routes())
    if (route->is_public) names.push_back(route->name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("healthz", "readyz", "getInfo", "getOpenapi", "logIn", "signUp"));
  EXPECT_EQ(get({}, "/healthz").text, "ok\n");
  EXPECT_EQ(get({}, "/readyz").status, 200);
  EXPECT_EQ(get({}, "/api/v1/info").json["engine"]["name"], "fake");
}

TEST_P(Auth, AWrongTokenOrCookieIsNoCredential) {
  EXPECT_EQ(get({"", "ava_0123"}, "/api/v1/datasets").slug(), "user.bad_token");
  EXPECT_EQ(get({"0123", ""}, "/api/v1/datasets").slug(), "user.not_logged_in");
}

TEST_P(Auth, LogsInWithACookieThatScriptsCannotRead) {
  ASSERT_OK_AND(const auto user, users_->sign_up("王小明", "long enough"));
  const std::string login = R"({"name":"王小明","password":"long enough"})";
  EXPECT_EQ(post({}, "/api/v1/session", login).slug(), "user.awaiting_approval");
  ASSERT_OK(users_->update(admin_, user.id, {}, user::State::kActive));
  EXPECT_EQ(post({}, "/api/v1/session", R"({"name":"王小明","password":"wrong one"})").slug(), "user.bad_credentials");
  const Answer in = post({}, "/api/v1/session", login);
  EXPECT_EQ(in.status, 200);
  EXPECT_EQ(in.json["user"]["name"], "王小明");
  const std::string cookie = in.headers.get("Set-Cookie");
  for (const char* part : {"ava_session=", "HttpOnly", "SameSite=Strict", "Path=/"})
    EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
  const Client browser{cookie.substr(12, cookie.find(';') - 12), ""};
  EXPECT_EQ(get(browser, "/api/v1/session").json["user"]["id"], user.id.str());
  EXPECT_EQ(ask(browser, Method::kDelete, "/api/v1/session").status, 204);
  EXPECT_EQ(get(browser, "/api/v1/session").status, 401);
}

TEST_P(Auth, AnotherSitesPageChangesNothingWithACookie) {
  const Client browser = browser_of(anna_);
  const Answer foreign = post(browser, "/api/v1/tokens", R"({"name":"x"})", from("https://evil.example"));
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(foreign.slug(), "user.foreign_origin");
  EXPECT_EQ(post(browser, "/api/v1/tokens", R"({"name":"x"})", from("https://ava.example")).status, 201);
  EXPECT_EQ(post({}, "/api/v1/session", R"({"name":"a","password":"b"})", from("https://evil.example")).slug(),
            "user.foreign_origin");
  EXPECT_EQ(post(as_anna_, "/api/v1/tokens", R"({"name":"y"})", from("https://evil.example")).status, 201)
      << "a bearer token is sent by nobody by accident";
}

TEST_P(Auth, AOneTimePasswordOpensOnlyTheWayToANewOne) {
  ASSERT_OK_AND(const std::string once, users_->reset_password(admin_, bob_.user.id));
  bob_.user.must_change_password = true;
  const Client bob = browser_of(bob_);
  EXPECT_EQ(get(bob, "/api/v1/datasets").slug(), "user.must_change_password");
  EXPECT_EQ(get(bob, "/api/v1/session").json["user"]["must_change_password"], true);
  const std::string change = R"({"old_password":")" + once + R"(","new_password":"my own one"})";
  EXPECT_EQ(post(bob, "/api/v1/session/password", change).status, 204);
  EXPECT_EQ(get(bob, "/api/v1/datasets").status, 200);
}

TEST_P(Auth, AdminsOnlyManageAccounts) {
  EXPECT_EQ(get(as_anna_, "/api/v1/users").slug(), "user.admin_only");
  EXPECT_EQ(get(as_admin_, "/api/v1/users").status, 200);
  const std::string path = "/api/v1/users/" + bob_.user.id.str();
  EXPECT_EQ(ask(as_anna_, Method::kPatch, path, R"({"role":"admin"})").slug(), "user.admin_only");
  EXPECT_EQ(ask(as_admin_, Method::kPatch, path, R"({"state":"disabled"})").json["state"], "disabled");
  EXPECT_EQ(get(as_bob_, "/api/v1/datasets").status, 401) << "a disabled account's tokens are dead";
}

class ContainerToken : public ApiWorld {
 protected:
  void SetUp() override {
    ApiWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    prepare_sets();
    ASSERT_OK_AND(mine_, training("mine"));
    ASSERT_OK_AND(other_, training("other"));
    container_ = token_of(mine_);
    stranger_ = token_of(other_);
  }
  Client token_of(const training::Training& made) {
    auto spec = trainings_->make_spec(made.id, *made.job_id);
    EXPECT_OK(spec);
    return {"", spec.ok() ? spec->env.at("AVA_TOKEN") : ""};
  }
  std::string runs_of(const training::Training& made) const { return "/api/v1/trainings/" + made.id.str() + "/runs"; }

  training::Training mine_, other_;
  Client container_, stranger_;
};
AVA_ON_EVERY_DATABASE(ContainerToken);

TEST_P(ContainerToken, ReachesTheRoutesOfTheSdkOnly) {
  for (const http::Route* route : router_.routes()) {
    if (route->is_public || route->is_websocket || route->tag == "sdk") continue;
    std::string path = route->pattern;
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
      path.replace(open, path.find('}') - open + 1, mine_.id.str());
    const Answer answer = ask(container_, route->method, path, "{}");
    EXPECT_EQ(answer.status, 403) << route->name << " " << answer.text;
    EXPECT_EQ(answer.slug(), "user.token_scope") << route->name;
  }
}

TEST_P(ContainerToken, ReportsToItsOwnTrainingOnly) {
  EXPECT_EQ(post(container_, runs_of(other_), "{}").slug(), "user.token_scope");
  const Answer run = post(container_, runs_of(mine_), R"({"params":{"lr":0.1}})");
  ASSERT_EQ(run.status, 201) << run.text;
  const std::string path = "/api/v1/runs/" + run.json["id"].get<std::string>();
  const std::string points = R"({"client_id":"c","seq":1,"points":[{"name":"loss","step":1,"time_ms":5,"value":0.5}]})";
  EXPECT_EQ(post(container_, path + "/metrics", points).json["accepted"], 1);
  EXPECT_EQ(post(stranger_, path + "/metrics", points).slug(), "user.token_scope");
  EXPECT_EQ(ask(stranger_, Method::kPatch, path, R"({"state":"done"})").slug(), "user.token_scope");
  EXPECT_EQ(ask(container_, Method::kPatch, path, R"({"state":"done"})").json["state"], "done");
}

TEST_P(ContainerToken, KeepsModelsOfItsOwnRunsOnly) {
  const Answer run = post(container_, runs_of(mine_), "{}");
  const std::string path = "/api/v1/runs/" + run.json["id"].get<std::string>() + "/models?epoch=2";
  const std::string package = "\x1f\x8b\x08 packed";
  EXPECT_EQ(post(stranger_, path, package).slug(), "user.token_scope");
  EXPECT_EQ(post(as_bob_, path, package).slug(), "user.not_owner");
  http::Headers key;
  key.set("Idempotency-Key", "k1");
  const Answer kept = post(container_, path, package, key);
  ASSERT_EQ(kept.status, 201) << kept.text;
  EXPECT_EQ(kept.json["origin"], "produced");
  EXPECT_EQ(kept.json["owner"]["name"], "安娜");
  EXPECT_EQ(post(container_, path, package, key).json["id"], kept.json["id"]);
  const Answer file = get(as_bob_, "/api/v1/models/" + kept.json["id"].get<std::string>() + "/file");
  EXPECT_EQ(file.text, package);
  EXPECT_NE(file.headers.get("Content-Disposition").find("snapshot-model_epoch_2.model.tar.gz"), std::string::npos);
}

TEST_P(ContainerToken, DiesWithItsTraining) {
  ASSERT_OK(trainings_->ended(mine_.id, {}));
  EXPECT_EQ(post(container_, runs_of(mine_), "{}").status, 401);
}

}  // namespace
}  // namespace ava::api
