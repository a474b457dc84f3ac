#include "http/server.hpp"

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "http/raw_testing.hpp"

namespace ava::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::World;

Result<Reply> echo(Request& request) { return Reply::json({{"path", request.path}, {"body", request.body}}); }

TEST(Server, AnswersAndKeepsTheConnection) {
  World world;
  world.get("/hello/{name}", [](Request& request) -> Result<Reply> {
    return Reply::json({{"hello", request.path_param("name")}, {"x", request.query_or("x", "-")}});
  });
  world.serve();
  Client client = world.client();
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND(const auto reply, client.get("/hello/%E4%BD%A0?x=a%20b"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(json::parse(reply.body), json::parse(R"({"hello":"你","x":"a b"})"));
    EXPECT_EQ(reply.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(reply.headers.get("Content-Security-Policy"), HasSubstr("default-src 'self'"));
    EXPECT_FALSE(reply.headers.get("X-Request-Id").empty());
  }
  EXPECT_EQ(world.server->connections(), 1u);
}

TEST(Server, ErrorsAreProblems) {
  World world;
  world.get("/only-get", echo);
  world.get("/missing", [](Request&) -> Result<Reply> {
    return Error(ErrorCode::kNotFound, "dataset.not_found", "no such dataset").hint("look again").at("/id");
  });
  world.get("/bug", [](Request&) -> Result<Reply> { throw std::runtime_error("secret"); });
  world.serve();
  Client client = world.client();
  ASSERT_OK_AND(const auto nothing, client.get("/nothing"));
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(json::parse(nothing.body)["slug"], "http.no_route");
  EXPECT_EQ(nothing.headers.get("Content-Type"), "application/problem+json");
  ClientRequest wrong;
  wrong.method = Method::kDelete;
  wrong.target = "/only-get";
  ASSERT_OK_AND(const auto not_allowed, client.send(wrong));
  EXPECT_EQ(not_allowed.status, 405);
  EXPECT_EQ(not_allowed.headers.get("Allow"), "GET");
  ASSERT_OK_AND(const auto missing, client.get("/missing"));
  const json body = json::parse(missing.body);
  EXPECT_EQ(body["hint"], "look again");
  EXPECT_EQ(body["pointer"], "/id");
  EXPECT_EQ(body["request_id"], missing.headers.get("X-Request-Id"));
  ASSERT_OK_AND(const auto bug, client.get("/bug"));
  EXPECT_EQ(bug.status, 500);
  EXPECT_THAT(bug.body, Not(HasSubstr("secret")));
}

TEST(Server, TheHookDecidesWhoMay) {
  World world;
  world.router.set_before([](Request& request, const Route& route) -> Result<void> {
    if (!route.is_public && request.headers.get("Authorization") != "Bearer good")
      return Error(ErrorCode::kUnauthenticated, "user.not_signed_in");
    request.principal = std::string("ann");
    return {};
  });
  world.get("/me", [](Request& request) { return Reply::text(std::any_cast<std::string>(request.principal)); });
  world.serve();
  Client client = world.client();
  ASSERT_OK_AND(const auto refused, client.get("/me"));
  EXPECT_EQ(refused.status, 401);
  ClientRequest signed_in;
  signed_in.target = "/me";
  signed_in.headers.set("Authorization", "Bearer good");
  ASSERT_OK_AND(const auto admitted, client.send(signed_in));
  EXPECT_EQ(admitted.body, "ann");
}

TEST(Server, SpeaksOverAUnixSocket) {
  const ava::testing::TempDir dir;
  World world;
  world.options.listen = {"unix:" + (dir / "s.sock").string()};
  world.get("/where", [](Request& request) { return Reply::text(request.over_unix_socket ? "unix" : "tcp"); });
  world.serve();
  EXPECT_EQ(world.server->port(), 0);
  ClientOptions to;
  to.server = world.options.listen[0];
  Client client(to);
  ASSERT_OK_AND(const auto reply, client.get("/where"));
  EXPECT_EQ(reply.body, "unix");
}

TEST(Server, SaysThatAnAddressIsTaken) {
  World world;
  world.serve();
  ServerOptions again;
  again.listen = {"127.0.0.1:" + std::to_string(world.server->port())};
  EXPECT_ERROR(Server::start(again, world.router), "net.address_in_use");
  again.listen = {"nonsense"};
  EXPECT_ERROR(Server::start(again, world.router), "net.bad_address");
}

TEST(Server, BodiesHaveALimit) {
  World world;
  world.post("/small", echo);
  world.serve();
  Client client = world.client();
  ClientRequest request;
  request.method = Method::kPost;
  request.target = "/small";
  request.body = std::string(1000, 'x');
  ASSERT_OK_AND(const auto fits, client.send(request));
  EXPECT_EQ(json::parse(fits.body)["body"], request.body);
  request.body = std::string((1u << 20) + 1, 'x');
  ASSERT_OK_AND(const auto refused, client.send(request));
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(error_of(refused).slug(), "http.body_too_large");
  // Without an announced length it shows while reading.
  auto source = source_of(std::string(2u << 20, 'x'));
  request.body.clear();
  request.upload = source.get();
  ASSERT_OK_AND(const auto chunked, client.send(request));
  EXPECT_EQ(chunked.status, 413);
}

TEST(Server, HeadHasLengthAndNoBody) {
  World world;
  world.get("/text", [](Request&) { return Reply::text("12345"); });
  world.serve();
  const std::string answer = world.raw("HEAD /text HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  World world;
  world.get("/a", [](Request&) {
    std::this_thread::sleep_for(20ms);
    return Reply::text("first");
  });
  world.get("/b", [](Request&) { return Reply::text("second"); });
  world.serve();
  const std::string answer = world.raw(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("first");
  const auto second = answer.find("second");
  ASSERT_NE(first, answer.npos);
  ASSERT_NE(second, answer.npos);
  EXPECT_LT(first, second);
}

TEST(Server, MalformedRequestsEndTheConnectionWithAnAnswer) {
  World world;
  world.get("/a", echo);
  world.serve();
  EXPECT_THAT(world.raw("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(world.raw("GET /a HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400"));  // no Host
  EXPECT_THAT(world.raw("GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(world.raw("BREW /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 501"));
  EXPECT_THAT(world.raw("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(world.raw("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  // Two lengths for one body are how requests are smuggled.
  EXPECT_THAT(
      world.raw("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(world.raw("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
              StartsWith("HTTP/1.1 400"));
}

TEST(Server, RefusesAFloodOfHeaders) {
  World world;
  world.get("/a", echo);
  world.serve();
  std::string request = "GET /a HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 2000; ++i) request += "X-Flood-" + std::to_string(i) + ": yes\r\n";
  EXPECT_THAT(world.raw(request + "\r\n"), StartsWith("HTTP/1.1 431"));
}

TEST(Server, ClosesOnASlowHeader) {
  World world;
  world.options.header_deadline = 60ms;
  world.get("/a", echo);
  world.serve();
  RawSocket socket(world.server->port());
  const auto started = std::chrono::steady_clock::now();
  bool open = true;
  for (int i = 0; i < 50 && open; ++i) {
    open = socket.send(i == 0 ? "GET /a HTTP/1.1\r\n" : "X: y\r\n");
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(socket.receive_all(2s), "");
  EXPECT_LT(std::chrono::steady_clock::now() - started, 3s);
}

TEST(Server, BusyWorkersMean503AtOnce) {
  World world;
  world.options.workers = 1;
  world.options.queued_requests = 1;
  std::promise<void> release;
  auto released = release.get_future().share();
  std::atomic<int> entered = 0;
  world.get("/slow", [&, released](Request&) {
    ++entered;
    released.wait();
    return Reply::text("done");
  });
  world.serve();
  const auto ask = [&] {
    Client client = world.client();
    const auto reply = client.get("/slow");
    if (reply.ok() && reply->status == 503) {
      EXPECT_EQ(reply->headers.get("Retry-After"), "1");
    }
    return reply.ok() ? reply->status : -1;
  };
  std::vector<std::future<int>> answers;
  answers.push_back(std::async(std::launch::async, ask));
  while (entered == 0) std::this_thread::sleep_for(1ms);
  for (int i = 0; i < 4; ++i) answers.push_back(std::async(std::launch::async, ask));
  std::this_thread::sleep_for(150ms);
  release.set_value();
  int done = 0;
  int refused = 0;
  for (auto& answer : answers) {
    const int status = answer.get();
    done += status == 200 ? 1 : 0;
    refused += status == 503 ? 1 : 0;
  }
  EXPECT_EQ(done, 2);  // one runs, one waits
  EXPECT_EQ(refused, 3);
}

TEST(Server, StopsAfterWhatIsInProgress) {
  World world;
  std::promise<void> entered;
  world.get("/slow", [&](Request&) {
    entered.set_value();
    std::this_thread::sleep_for(100ms);
    return Reply::text("finished");
  });
  world.serve();
  Client idle = world.client();
  ASSERT_OK(idle.get("/nothing"));
  const std::uint16_t port = world.server->port();
  auto answer = std::async(std::launch::async, [&] { return world.client().get("/slow"); });
  entered.get_future().wait();
  EXPECT_TRUE(world.server->stop(5s));
  const auto reply = answer.get();
  ASSERT_OK(reply);
  EXPECT_EQ(reply->body, "finished");
  EXPECT_EQ(reply->headers.get("Connection"), "close");
  EXPECT_FALSE(RawSocket(port).connected());
}

TEST(Server, CutsOffWhatDoesNotEnd) {
  World world;
  std::promise<void> entered;
  world.get("/forever", [&](Request& request) {
    entered.set_value();
    while (!request.stop.stop_requested()) std::this_thread::sleep_for(1ms);
    return Reply::text("given up");
  });
  world.serve();
  auto answer = std::async(std::launch::async, [&] { return world.client().get("/forever"); });
  entered.get_future().wait();
  EXPECT_FALSE(world.server->stop(50ms));
  EXPECT_FALSE(answer.get().ok());
}

TEST(Server, HasNoMoreConnectionsThanAllowed) {
  World world;
  world.options.max_connections = 2;
  world.get("/a", echo);
  world.serve();
  Client one = world.client();
  Client two = world.client();
  Client three = world.client();
  EXPECT_OK(one.get("/a"));
  EXPECT_OK(two.get("/a"));
  EXPECT_ERROR(three.get("/a"), "http.broken");
}

}  // namespace
}  // namespace ava::http
