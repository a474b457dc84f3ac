#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <future>

#include "base/testing.hpp"
#include "net/asio.hpp"
#include "net/endpoint.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace ava::net {
namespace {

using namespace std::chrono_literals;

TEST(Endpoint, ReadsTcpAndUnixAddresses) {
  ASSERT_OK_AND(const auto tcp, Endpoint::parse("127.0.0.1:8080"));
  EXPECT_EQ(tcp.host, "127.0.0.1");
  EXPECT_EQ(tcp.port, 8080);
  ASSERT_OK_AND(const auto v6, Endpoint::parse("[::1]:1"));
  EXPECT_EQ(v6.host, "::1");
  EXPECT_EQ(v6.text(), "[::1]:1");
  ASSERT_OK_AND(const auto local, Endpoint::parse("unix:///run/a.sock"));
  EXPECT_EQ(local.unix_path, "/run/a.sock");
  EXPECT_EQ(local.text(), "unix:/run/a.sock");
}

TEST(Endpoint, RefusesWhatCannotBeBound) {
  for (const auto* text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "example:80", "unix:", "unix:relative"})
    EXPECT_ERROR(Endpoint::parse(text), "net.bad_address");
  EXPECT_ERROR(Endpoint::parse("unix:/" + std::string(120, 'x')), "net.bad_address");
}

TEST(Loop, RunsPostedTasksAndTimers) {
  Loop loop(2);
  std::promise<int> posted;
  loop.post([&] { posted.set_value(7); });
  EXPECT_EQ(posted.get_future().get(), 7);
  std::promise<void> rang;
  const auto timer = loop.after(1ms, [&] { rang.set_value(); });
  EXPECT_EQ(rang.get_future().wait_for(5s), std::future_status::ready);
}

TEST(Loop, ACancelledTimerStaysSilent) {
  std::atomic<bool> rang = false;
  Loop loop(1);
  auto timer = loop.after(20ms, [&] { rang = true; });
  timer.reset();
  std::this_thread::sleep_for(40ms);
  EXPECT_FALSE(rang);
}

/// Connect to a unix socket with plain system calls.
int connect_to(const std::filesystem::path& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  ::close(fd);
  return -1;
}

TEST(Listener, AcceptsOnAUnixSocketAndReplacesADeadOne) {
  const ava::testing::TempDir dir;
  const Endpoint endpoint{{}, 0, dir / "s.sock"};
  Loop loop(1);
  std::promise<std::string> peer;
  std::atomic<bool> seen = false;
  {  // a socket file whose process is gone
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    endpoint.unix_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::close(fd);
  }
  const auto note = [&](const Accepted& got) {
    if (!seen.exchange(true)) peer.set_value(got.peer);
  };
  ASSERT_OK_AND(auto listener, Listener::open(loop, endpoint, note));
  EXPECT_ERROR(Listener::open(loop, endpoint, [](const Accepted&) {}), "net.address_in_use");
  const int fd = connect_to(endpoint.unix_path);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(peer.get_future().get(), "unix");
  ::close(fd);
  listener->close();
  EXPECT_FALSE(std::filesystem::exists(endpoint.unix_path));
}

TEST(Listener, TellsThePortTheSystemPicked) {
  Loop loop(1);
  ASSERT_OK_AND(const auto any, Endpoint::parse("127.0.0.1:0"));
  ASSERT_OK_AND(const auto listener, Listener::open(loop, any, [](const Accepted&) {}));
  EXPECT_NE(listener->endpoint().port, 0);
  EXPECT_ERROR(Listener::open(loop, listener->endpoint(), [](const Accepted&) {}), "net.address_in_use");
}

}  // namespace
}  // namespace ava::net
