// Reading by http: what is tried again, what is followed, where limits hold, and what a broken connection costs.
#include "storage/http.hpp"

#include <arpa/inet.h>

#include "base/testing.hpp"
#include "remote/http_transfer.hpp"
#include "remote/testing.hpp"

namespace ava::storage {
namespace {

using remote::testing::Asked;
using remote::testing::reply;
using remote::testing::TinyServer;

remote::HttpOptions quick() {
  remote::HttpOptions options;
  options.connect_timeout = std::chrono::milliseconds(500);
  options.total_timeout = std::chrono::milliseconds(2000);
  return options;
}

std::string all_of(Reader& reader) {
  std::string bytes;
  char block[1000];
  for (;;) {
    const auto got = reader.read(block, sizeof block);
    EXPECT_OK(got);
    if (!got.ok() || *got == 0) return bytes;
    bytes.append(block, *got);
  }
}

TEST(Http, TriesAgainWhatMayPass) {
  for (const int status : {429, 500, 503}) {
    const TinyServer server([&](const Asked&, int n) { return n < 2 ? reply(status, "busy") : reply(200, "cat"); });
    EXPECT_EQ(*HttpClient(quick()).get(server.url("/a.jpg"), 10), "cat");
    EXPECT_EQ(server.asked().size(), 3u);
  }
}

TEST(Http, GivesUpAfterThreeTimes) {
  const TinyServer server([](const Asked&, int) { return reply(503, "busy"); });
  const auto result = HttpClient(quick()).get(server.url("/a.jpg"), 10);
  EXPECT_ERROR(result, "http.status");
  EXPECT_EQ(result.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(server.asked().size(), 3u);
}

TEST(Http, DoesNotRepeatWhatWillNotPass) {
  for (const auto& [status, slug] : {std::pair(404, "object.not_found"), std::pair(410, "object.not_found"),
                                     std::pair(403, "http.denied"), std::pair(400, "http.status")}) {
    const TinyServer server([status = status](const Asked&, int) { return reply(status, "no"); });
    EXPECT_ERROR(HttpClient(quick()).get(server.url("/x"), 10), slug);
    EXPECT_ERROR(HttpClient(quick()).open(server.url("/x")), slug);
    EXPECT_EQ(server.asked().size(), 2u);
  }
}

TEST(Http, FollowsRedirectsUpToALimit) {
  const TinyServer server([](const Asked& asked, int) {
    return asked.line.find("/new") != std::string::npos ? reply(200, "moved") : reply(302, "", "Location: /new\r\n");
  });
  EXPECT_EQ(*HttpClient(quick()).get(server.url("/old"), 10), "moved");
  const TinyServer circle([](const Asked&, int) { return reply(302, "", "Location: /again\r\n"); });
  EXPECT_ERROR(HttpClient(quick()).get(circle.url("/x"), 10), "http.too_many_redirects");
  const TinyServer trick([](const Asked&, int) { return reply(302, "", "Location: file:///etc/passwd\r\n"); });
  EXPECT_ERROR(HttpClient(quick()).get(trick.url("/x"), 10), "http.bad_url");
}

TEST(Http, RefusesPrivateAddressesForUsers) {
  remote::HttpOptions options = quick();
  options.deny_private = true;
  const TinyServer server([](const Asked&, int) { return reply(200, "secret"); });
  EXPECT_ERROR(HttpClient(options).get(server.url("/x"), 10), "http.private_address");
  EXPECT_ERROR(HttpClient(options).open(server.url("/x")), "http.private_address");
  EXPECT_ERROR(HttpClient(options).head("http://localhost:" + server.url().substr(17) + "/x"), "http.private_address");
  EXPECT_TRUE(server.asked().empty());
}

/// A redirect is a new connection, and each connection's address is looked at.
TEST(Http, KnowsPrivateAddresses) {
  const auto is_private = [](const char* text) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1)
      return remote::is_private_address(reinterpret_cast<sockaddr&>(v4));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return remote::is_private_address(reinterpret_cast<sockaddr&>(v6));
  };
  for (const char* text :
       {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"})
    EXPECT_TRUE(is_private(text)) << text;
  for (const char* text : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"})
    EXPECT_FALSE(is_private(text)) << text;
}

TEST(Http, HoldsToTheSizeLimitWhetherOrNotASizeIsSaid) {
  const TinyServer server([](const Asked& asked, int) {
    const std::string body(100, 'x');
    return asked.line.find("/said") != std::string::npos ? reply(200, body) : "HTTP/1.1 200 X\r\n\r\n" + body;
  });
  for (const char* path : {"/said", "/unsaid"}) {
    EXPECT_EQ(HttpClient(quick()).get(server.url(path), 100)->size(), 100u);
    EXPECT_ERROR(HttpClient(quick()).get(server.url(path), 99), "object.too_large");
  }
}

TEST(Http, AServerThatSaysNothingTimesOut) {
  remote::HttpOptions options = quick();
  options.attempts = 1;
  options.total_timeout = std::chrono::milliseconds(200);
  const TinyServer server([](const Asked&, int) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return std::string();
  });
  const auto result = HttpClient(options).get(server.url("/x"), 10);
  EXPECT_ERROR(result, "http.timeout");
  EXPECT_EQ(result.error().code(), ErrorCode::kDeadlineExceeded);
}

TEST(Http, NobodyThereIsUnreachable) {
  remote::HttpOptions options = quick();
  options.attempts = 1;
  EXPECT_ERROR(HttpClient(options).get("http://127.0.0.1:1/x", 10), "http.unreachable");
  EXPECT_ERROR(HttpClient(options).get("gopher://127.0.0.1/x", 10), "http.bad_url");
}

/// Sends the object, or from where it is asked to; the first connections break after `first` bytes.
std::string broken(const Asked& asked, int number, const std::string& object, int breaks, const std::string& etag) {
  const auto range = asked.head.find("Range: bytes=");
  const std::size_t from = range == std::string::npos ? 0 : std::stoul(asked.head.substr(range + 13));
  const std::string rest = object.substr(from);
  const std::string head = "HTTP/1.1 " + std::string(range == std::string::npos ? "200" : "206") +
                           " X\r\nConnection: close\r\nETag: " + etag +
                           "\r\nContent-Length: " + std::to_string(rest.size()) + "\r\n\r\n";
  return head + (number < breaks ? rest.substr(0, rest.size() / 3) : rest);
}

TEST(Http, ABrokenStreamGoesOnWhereItWas) {
  std::string object;
  for (int i = 0; i < 100000; ++i) object += std::to_string(i);
  const TinyServer server([&](const Asked& asked, int n) { return broken(asked, n, object, 4, "\"v1\""); });
  const HttpClient client(quick());
  ASSERT_OK_AND(const auto reader, client.open(server.url("/big")));
  EXPECT_EQ(reader->size_bytes(), object.size());
  EXPECT_TRUE(all_of(*reader) == object);
  EXPECT_EQ(server.asked().size(), 5u);
}

TEST(Http, ABrokenStreamDoesNotMixTwoVersions) {
  const std::string object(300000, 'x');
  const TinyServer server(
      [&](const Asked& asked, int n) { return broken(asked, n, object, 1, n == 0 ? "\"v1\"" : "\"v2\""); });
  const HttpClient client(quick());
  ASSERT_OK_AND(const auto reader, client.open(server.url("/big")));
  std::string block(400000, '\0');
  auto got = reader->read(block.data(), block.size());
  while (got.ok() && *got > 0) got = reader->read(block.data(), block.size());
  EXPECT_ERROR(got, "http.broken_off");
}

TEST(Http, ABrokenStreamIsNoEndWhereRangesAreUnknown) {
  const TinyServer server([](const Asked&, int) {
    return "HTTP/1.1 200 X\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n" + std::string(500, 'x');
  });
  const HttpClient client(quick());
  ASSERT_OK_AND(const auto reader, client.open(server.url("/big")));
  std::string block(1000, '\0');
  auto got = reader->read(block.data(), block.size());
  while (got.ok() && *got > 0) got = reader->read(block.data(), block.size());
  EXPECT_ERROR(got, "http.broken_off");
}

TEST(Http, LooksWithoutReading) {
  const TinyServer server([](const Asked&, int) {
    return std::string(
        "HTTP/1.1 200 X\r\nContent-Length: 1234\r\nLast-Modified: Thu, 01 Jan 1970 00:01:00 GMT\r\n\r\n");
  });
  ASSERT_OK_AND(const auto info, HttpClient(quick()).head(server.url("/x")));
  EXPECT_EQ(info.size_bytes, 1234u);
  EXPECT_EQ(info.modified_ms, 60000);
}

TEST(Http, SecretsOfAnAddressAreNotRepeated) {
  EXPECT_EQ(remote::redact_url("http://u:pw@h/p?x=1"), "http://***@h/p?x=1");
  EXPECT_EQ(remote::redact_url("http://h/p?e=1&token=ak:sig=&z"), "http://h/p?e=1&token=***&z");
  EXPECT_EQ(remote::redact_url("https://h/p?X-Amz-Date=d&X-Amz-Signature=abc"),
            "https://h/p?X-Amz-Date=d&X-Amz-Signature=***");
  EXPECT_EQ(remote::redact_url("https://h/a@b?c"), "https://h/a@b?c");
  const TinyServer server([](const Asked&, int) { return reply(403, "no"); });
  const auto denied = HttpClient(quick()).get(server.url("/x?token=geheim"), 10);
  EXPECT_EQ(denied.error().text().find("geheim"), std::string::npos);
}

}  // namespace
}  // namespace ava::storage
