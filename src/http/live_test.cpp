#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "http/live_socket.hpp"
#include "http/raw_testing.hpp"
#include "http/topics.hpp"

namespace ava::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using testing::RawWebSocket;
using ::testing::StartsWith;
using testing::World;

Result<void> echo_back(Request&, const std::shared_ptr<WebSocket>& socket) {
  const std::weak_ptr<WebSocket> weak = socket;
  socket->on_message = [weak](const std::string& text) {
    if (const auto self = weak.lock()) self->send("echo " + text);
  };
  return {};
}

TEST(WebSocket, EchoesInOrder) {
  World world;
  world.socket("/live", echo_back);
  world.serve();
  RawWebSocket client(world.server->port(), "/live");
  EXPECT_THAT(client.head(), StartsWith("HTTP/1.1 101"));
  EXPECT_THAT(client.head(), HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  for (int i = 0; i < 50; ++i) client.send(std::to_string(i));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.receive(), "echo " + std::to_string(i));
}

TEST(WebSocket, IsRefusedLikeAnyOtherRequest) {
  World world;
  world.router.set_before([](Request& request, const Route&) -> Result<void> {
    if (request.query_value("token") != "good") return Error(ErrorCode::kUnauthenticated, "user.not_signed_in");
    return {};
  });
  world.socket("/live", echo_back);
  world.serve();
  RawWebSocket stranger(world.server->port(), "/live");
  EXPECT_THAT(stranger.head(), StartsWith("HTTP/1.1 401"));
  RawWebSocket friendly(world.server->port(), "/live?token=good");
  EXPECT_THAT(friendly.head(), StartsWith("HTTP/1.1 101"));
  ASSERT_OK_AND(const auto plain, world.client().get("/live?token=good"));
  EXPECT_EQ(plain.status, 426);
}

TEST(WebSocket, PingsAndCutsOffTheSilent) {
  World world;
  world.options.ping_interval = 50ms;
  std::promise<void> closed;
  world.socket("/live", [&](Request&, const std::shared_ptr<WebSocket>& socket) -> Result<void> {
    socket->on_close = [&] { closed.set_value(); };
    return {};
  });
  world.serve();
  RawWebSocket client(world.server->port(), "/live");
  const std::string ping = client.raw().receive();
  ASSERT_GE(ping.size(), 2u);
  EXPECT_EQ(static_cast<unsigned char>(ping[0]), 0x89);
  EXPECT_EQ(closed.get_future().wait_for(5s), std::future_status::ready);
}

TEST(WebSocket, StopSaysGoodbye) {
  World world;
  world.socket("/live", echo_back);
  world.serve();
  RawWebSocket client(world.server->port(), "/live");
  client.send("x");
  EXPECT_EQ(client.receive(), "echo x");
  auto last = std::async(std::launch::async, [&] { return client.receive(); });
  EXPECT_TRUE(world.server->stop(5s));
  EXPECT_EQ(last.get(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1001);
}

TEST(WebSocket, HasALimitForMessagesFromTheClient) {
  World world;
  world.options.socket_message_limit_bytes = 1000;
  world.socket("/live", echo_back);
  world.serve();
  RawWebSocket client(world.server->port(), "/live");
  client.send(std::string(1500, 'x'));
  EXPECT_EQ(client.receive(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1009);
}

TEST(LiveSocket, TheQueueIsBoundedInBytes) {
  int drained = 0;
  LiveSocket socket(10, {[] {}, [] {}, [] {}});
  socket.on_drain = [&] { ++drained; };
  EXPECT_TRUE(socket.send("123456"));
  EXPECT_FALSE(socket.send("123456"));
  EXPECT_EQ(socket.queued_bytes(), 6u);
  EXPECT_EQ(socket.take(), "123456");
  EXPECT_FALSE(socket.send("123456"));  // taken, not yet written
  socket.written(6);
  EXPECT_EQ(drained, 1);
  EXPECT_TRUE(socket.send("123456"));
  socket.close();
  EXPECT_FALSE(socket.send("1"));
}

/// A socket that keeps what it is told, and is as slow as the test wants.
class FakeSocket : public WebSocket {
 public:
  bool send(std::string text) override {
    if (full) return false;
    sent.push_back(json::parse(text));
    return true;
  }
  void close() override { closed = true; }
  void abort() override { aborted = true; }
  std::size_t queued_bytes() const override { return backlog; }

  std::vector<json> sent;
  std::size_t backlog = 0;
  bool full = false;
  bool closed = false;
  bool aborted = false;
};

std::shared_ptr<FakeSocket> subscriber(TopicHub& hub, const std::string& topic) {
  auto socket = std::make_shared<FakeSocket>();
  hub.attach(socket);
  socket->on_message(json{{"op", "subscribe"}, {"topics", {topic}}}.dump());
  socket->sent.clear();
  return socket;
}

TEST(TopicHub, TellsSubscribersAndCountsPerTopic) {
  TopicHub hub;
  const auto ann = subscriber(hub, "datasets");
  const auto bob = subscriber(hub, "jobs");
  EXPECT_TRUE(hub.has_subscribers("datasets"));
  hub.publish("datasets", "changed", R"({"id":"ds_1"})");
  hub.publish("datasets", "removed", R"({"id":"ds_1"})");
  hub.publish("jobs", "changed", R"({"id":"jb_1"})");
  ASSERT_EQ(ann->sent.size(), 2u);
  EXPECT_EQ(ann->sent[0], json::parse(R"({"type":"changed","topic":"datasets","seq":1,"data":{"id":"ds_1"}})"));
  EXPECT_EQ(ann->sent[1]["seq"], 2);
  ASSERT_EQ(bob->sent.size(), 1u);
  EXPECT_EQ(bob->sent[0]["seq"], 1);
  ann->on_message(R"({"op":"unsubscribe","topics":["datasets"]})");
  EXPECT_FALSE(hub.has_subscribers("datasets"));
  ann->on_close();
  EXPECT_EQ(hub.clients(), 1u);
}

TEST(TopicHub, ASlowClientLosesMetricsAndIsTold) {
  TopicHub hub;
  const auto slow = subscriber(hub, "run:rn_1");
  slow->backlog = 1u << 20;
  for (int i = 0; i < 5; ++i) hub.publish("run:rn_1", "metrics", R"({"points":[)" + std::to_string(i) + "]}");
  EXPECT_TRUE(slow->sent.empty());
  slow->backlog = 0;
  slow->on_drain();
  ASSERT_EQ(slow->sent.size(), 1u);
  EXPECT_EQ(slow->sent[0],
            json::parse(R"({"type":"metrics","topic":"run:rn_1","seq":5,"data":{"points":[4],"dropped":4}})"));
  hub.publish("run:rn_1", "metrics", "{}");
  EXPECT_EQ(slow->sent[1]["data"], json::object());
}

TEST(TopicHub, AWaitingMetricIsNotOvertakenByAnEvent) {
  TopicHub hub;
  const auto slow = subscriber(hub, "run:rn_1");
  slow->backlog = 1u << 20;
  hub.publish("run:rn_1", "metrics", "{}");
  hub.publish("run:rn_1", "changed", "{}");
  ASSERT_EQ(slow->sent.size(), 2u);
  EXPECT_EQ(slow->sent[0]["type"], "metrics");
}

TEST(TopicHub, AClientThatMissesAnEventIsCutOff) {
  TopicHub hub;
  const auto slow = subscriber(hub, "datasets");
  slow->full = true;
  hub.publish("datasets", "changed", "{}");
  EXPECT_TRUE(slow->aborted);
}

TEST(TopicHub, AsksWhoMaySubscribe) {
  TopicOptions options;
  options.may_subscribe = [](std::string_view topic, const std::any& who) {
    return topic == "datasets" || std::any_cast<std::string>(&who) != nullptr;
  };
  options.topics_per_client = 2;
  TopicHub hub(options);
  auto socket = std::make_shared<FakeSocket>();
  hub.attach(socket);
  socket->on_message(R"({"op":"subscribe","topics":["datasets","users"]})");
  ASSERT_EQ(socket->sent.size(), 2u);
  EXPECT_EQ(socket->sent[0]["type"], "subscribed");
  EXPECT_EQ(socket->sent[1]["data"]["slug"], "live.topic_not_allowed");
  socket->principal = std::string("root");
  socket->on_message(R"({"op":"subscribe","topics":["users","more"]})");
  EXPECT_EQ(socket->sent.back()["data"]["slug"], "live.too_many_topics");
  for (const auto* bad : {"", "[]", "{}", R"({"op":"jump","topics":[]})", R"({"op":"subscribe","topics":[1]})"}) {
    socket->on_message(bad);
    EXPECT_EQ(socket->sent.back()["data"]["slug"], "live.bad_message") << bad;
  }
}

TEST(TopicHub, ServesRealSocketsAndCutsOffOneThatDoesNotRead) {
  TopicHub hub;
  World world;
  world.options.socket_queue_limit_bytes = 256u << 10;
  world.socket("/live", [&](Request&, const std::shared_ptr<WebSocket>& socket) -> Result<void> {
    hub.attach(socket);
    return {};
  });
  world.serve();
  RawWebSocket good(world.server->port(), "/live");
  RawWebSocket stuck(world.server->port(), "/live", 4096);
  for (RawWebSocket* client : {&good, &stuck}) {
    client->send(R"({"op":"subscribe","topics":["datasets"]})");
    EXPECT_THAT(client->receive().value_or(""), HasSubstr("subscribed"));
  }
  std::atomic<int> heard = 0;
  std::thread reader([&] {
    while (good.receive()) ++heard;
  });
  const std::string data = json{{"name", std::string(30'000, 'x')}}.dump();
  int published = 0;
  for (; published < 2000 && hub.clients() == 2; ++published) {
    hub.publish("datasets", "changed", data);
    while (heard < published - 2) std::this_thread::sleep_for(100us);
  }
  EXPECT_EQ(hub.clients(), 1u) << "the stuck client stays";
  hub.publish("datasets", "changed", data);
  for (int i = 0; i < 500 && heard < published + 1; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(heard, published + 1);
  world.server->stop(1s);
  reader.join();
}

}  // namespace
}  // namespace ava::http
