#include <atomic>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "http/raw_testing.hpp"
#include "http/upload_pipe.hpp"

namespace ava::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::World;

/// `size` bytes that repeat a pattern, never in memory at once.
class Pattern : public ByteSource {
 public:
  explicit Pattern(std::uint64_t size, std::optional<std::uint64_t> breaks_at = {})
      : size_(size), breaks_at_(breaks_at) {}
  Result<std::size_t> read(std::span<char> into) override {
    if (breaks_at_ && at_ >= *breaks_at_) return Error(ErrorCode::kUnavailable, "test.broken");
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at_));
    for (std::size_t i = 0; i < count; ++i) into[i] = static_cast<char>((at_ + i) % 251);
    at_ += count;
    return count;
  }

 private:
  const std::uint64_t size_;
  const std::optional<std::uint64_t> breaks_at_;
  std::uint64_t at_ = 0;
};

std::string digest_of(ByteSource& source) {
  Sha256 sha;
  std::string block(64u << 10, '\0');
  while (true) {
    const auto got = source.read(block);
    if (!got.ok()) return got.error().slug();
    if (*got == 0) break;
    sha.update(std::string_view(block).substr(0, *got));
  }
  return to_hex(sha.finish());
}

std::string digest_of_pattern(std::uint64_t size) {
  Pattern pattern(size);
  return digest_of(pattern);
}

// AddressSanitizer keeps freed memory resident for a while. g++ says the first when it is there, clang the second.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kQuarantine = true;
#elif defined(__has_feature)
constexpr bool kQuarantine = __has_feature(address_sanitizer);
#else
constexpr bool kQuarantine = false;
#endif

/// Peak resident memory of this process in bytes, reset by reset_peak().
std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, 6, "VmHWM:") == 0) return std::stoull(line.substr(6)) << 10;
  return 0;
}
void reset_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

Result<Reply> digest_upload(Request& request) { return Reply::text(digest_of(*request.upload)); }

TEST(Upload, ABigBodyStreamsThroughBoundedMemory) {
  constexpr std::uint64_t kSize = 32u << 20;
  World world;
  world.upload("/up", digest_upload);
  world.serve();
  for (const bool announced : {true, false}) {
    Pattern body(kSize);
    ClientRequest request;
    request.method = Method::kPost;
    request.target = "/up";
    request.upload = &body;
    if (announced) request.upload_bytes = kSize;
    reset_peak();
    const std::uint64_t before = peak_bytes();
    Client client = world.client();
    ASSERT_OK_AND(const auto reply, client.send(request));
    EXPECT_EQ(reply.body, digest_of_pattern(kSize));
    if (!kQuarantine) {
      EXPECT_LT(peak_bytes() - before, kSize / 4);
    }
  }
}

TEST(Upload, ASlowReaderHoldsTheSenderBack) {
  World world;
  world.options.stream_buffer_bytes = 64u << 10;
  std::promise<void> go;
  world.upload("/up", [&](Request& request) {
    std::array<char, 1> first{};
    EXPECT_OK(request.upload->read(first));
    go.get_future().wait();
    return Reply::text(digest_of(*request.upload).empty() ? "" : "read");
  });
  world.serve();
  RawSocket socket(world.server->port());
  constexpr std::size_t kSize = 64u << 20;
  std::atomic<std::size_t> sent = 0;
  auto sender = std::async(std::launch::async, [&] {
    socket.send("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    const std::string block(1u << 20, 'x');
    while (sent < kSize && socket.send(block)) sent += block.size();
  });
  std::this_thread::sleep_for(200ms);
  EXPECT_LT(sent.load(), kSize / 2);  // the system's socket buffers and ours
  go.set_value();
  sender.get();
  EXPECT_THAT(socket.receive_until("read"), StartsWith("HTTP/1.1 200"));
}

TEST(Upload, ASlowSenderArrivesAndAStalledOneIsCutOff) {
  World world;
  world.options.stall_deadline = 150ms;
  std::promise<std::string> outcome;
  world.upload("/up", [&](Request& request) {
    const auto text = read_all(*request.upload, 1000);
    outcome.set_value(text.ok() ? *text : text.error().slug());
    return Reply::text("ok");
  });
  world.serve();
  RawSocket socket(world.server->port());
  socket.send("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  for (const char c : std::string("slow!")) {
    std::this_thread::sleep_for(50ms);
    socket.send(std::string(1, c));
  }
  EXPECT_EQ(outcome.get_future().get(), "slow!");
  EXPECT_THAT(socket.receive_until("ok"), HasSubstr("200 OK"));

  outcome = {};
  socket.send("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(outcome.get_future().get(), "http.upload_broken");
}

TEST(Upload, ALostClientFailsTheReader) {
  World world;
  std::promise<std::string> outcome;
  world.upload("/up", [&](Request& request) {
    outcome.set_value(digest_of(*request.upload));
    return Reply::text("ok");
  });
  world.serve();
  {
    RawSocket socket(world.server->port());
    socket.send("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nab");
  }
  EXPECT_EQ(outcome.get_future().get(), "http.upload_broken");
}

TEST(Upload, RefusingByTheHeaderReadsNoBody) {
  World world;
  world.upload("/up", [](Request&) -> Result<Reply> { return Error(ErrorCode::kPermissionDenied, "test.refused"); });
  world.serve();
  RawSocket socket(world.server->port());
  socket.send("POST /up HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
  const std::string answer = socket.receive_until("test.refused");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  // A client that sends anyway still gets to read the answer.
  Pattern body(20u << 20);
  ClientRequest request;
  request.method = Method::kPost;
  request.target = "/up";
  request.upload = &body;
  Client client = world.client();
  ASSERT_OK_AND(const auto reply, client.send(request));
  EXPECT_EQ(reply.status, 403);
}

TEST(Upload, ContinueIsSentWhenTheHandlerReads) {
  World world;
  world.upload("/up", digest_upload);
  world.serve();
  RawSocket socket(world.server->port());
  socket.send("POST /up HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(socket.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue\r\n"));
  socket.send("ab");
  EXPECT_THAT(socket.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST(Upload, HasALimitWithAndWithoutAnnouncedLength) {
  World world;
  world.options.upload_limit_bytes = 1000;
  world.upload("/up", [](Request& request) -> Result<Reply> {
    AVA_TRY(const std::string text, read_all(*request.upload, 1u << 20));
    return Reply::text(text);
  });
  world.serve();
  for (const bool announced : {true, false}) {
    Pattern body(5000);
    ClientRequest request;
    request.method = Method::kPost;
    request.target = "/up";
    request.upload = &body;
    if (announced) request.upload_bytes = 5000;
    Client client = world.client();
    EXPECT_ERROR(client.expect(request), "http.body_too_large");
  }
}

TEST(Download, AStreamOfUnknownLengthIsChunked) {
  World world;
  world.get("/stream", [](Request&) -> Result<Reply> {
    Reply reply;
    reply.stream = std::make_unique<Pattern>(3'000'000);
    return reply;
  });
  world.serve();
  Client client = world.client();
  Sha256 sha;
  ClientRequest request;
  request.target = "/stream";
  request.download = [&](std::span<const char> bytes) -> Result<void> {
    sha.update(std::string_view(bytes.data(), bytes.size()));
    return {};
  };
  ASSERT_OK_AND(const auto reply, client.send(request));
  EXPECT_EQ(reply.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_EQ(to_hex(sha.finish()), digest_of_pattern(3'000'000));
  ASSERT_OK(client.get("/stream"));
  EXPECT_EQ(world.server->connections(), 1u);
  // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
  const std::string old = world.raw("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.size() - old.find("\r\n\r\n") - 4, 3'000'000u);
}

TEST(Download, ABrokenSourceBreaksTheConnection) {
  World world;
  world.get("/stream", [](Request&) -> Result<Reply> {
    Reply reply;
    reply.stream = std::make_unique<Pattern>(3'000'000, 1'000'000);
    return reply;
  });
  world.serve();
  EXPECT_ERROR(world.client().get("/stream"), "http.broken");
}

TEST(Download, FilesComeWholeInPartOrNotAtAll) {
  const ava::testing::TempDir dir;
  std::ofstream(dir / "m.bin") << "0123456789";
  World world;
  world.get("/file", [&](Request& request) {
    return Reply::file(request, dir / "m.bin", "application/octet-stream", "模型 1.bin");
  });
  world.serve();
  Client client = world.client();
  ClientRequest request;
  request.target = "/file";
  ASSERT_OK_AND(const auto whole, client.send(request));
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(whole.headers.get("Content-Disposition"),
            "attachment; filename=\"__ 1.bin\"; filename*=UTF-8''%E6%A8%A1%E5%9E%8B%201.bin");
  request.headers.set("Range", "bytes=2-4");
  ASSERT_OK_AND(const auto part, client.send(request));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 2-4/10");
  request.headers.set("Range", "bytes=-3");
  ASSERT_OK_AND(const auto suffix, client.send(request));
  EXPECT_EQ(suffix.body, "789");
  request.headers.set("Range", "bytes=10-");
  ASSERT_OK_AND(const auto outside, client.send(request));
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.headers.get("Content-Range"), "bytes */10");
  request.headers.set("If-Range", "\"other\"");
  ASSERT_OK_AND(const auto changed, client.send(request));
  EXPECT_EQ(changed.status, 200);
  ClientRequest cached;
  cached.target = "/file";
  cached.headers.set("If-None-Match", whole.headers.get("ETag"));
  ASSERT_OK_AND(const auto same, client.send(cached));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
}

TEST(Download, AClientThatDoesNotReadIsCutOff) {
  std::atomic<int> status = 0;
  World world;
  world.options.stall_deadline = 100ms;
  world.options.on_finished = [&](const Request&, int code, std::uint64_t, std::chrono::microseconds) {
    status = code;
  };
  world.get("/stream", [](Request&) -> Result<Reply> {
    Reply reply;
    reply.stream = std::make_unique<Pattern>(1ull << 40);
    return reply;
  });
  world.serve();
  RawSocket socket(world.server->port(), 4096);
  socket.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 500 && status == 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(status.load(), 200);  // said before the body broke off
  for (int i = 0; i < 500 && world.server->connections() > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(world.server->connections(), 0u);
}

TEST(UploadPipe, GivesEverythingThenTheEndOrTheError) {
  int woken = 0;
  UploadPipe pipe(4, [&] { ++woken; });
  EXPECT_FALSE(pipe.wants_more());  // nobody reads yet
  std::thread writer([&] {
    while (!pipe.wants_more()) std::this_thread::sleep_for(1ms);
    pipe.write(std::string_view("abcdef"));
    pipe.fail(Error(ErrorCode::kUnavailable, "test.broken"));
  });
  std::array<char, 4> block{};
  EXPECT_EQ(*pipe.read(block), 4u);
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(*pipe.read(block), 2u);
  EXPECT_ERROR(pipe.read(block), "test.broken");
  writer.join();
}

}  // namespace
}  // namespace ava::http
