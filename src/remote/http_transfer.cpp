#include "remote/http_transfer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <thread>

namespace ava::remote {

namespace {

bool is_private_v4(std::uint32_t ip) {
  const auto in = [ip](std::uint32_t net, int bits) { return (ip >> (32 - bits)) == (net >> (32 - bits)); };
  return in(0x00000000, 8) || in(0x0A000000, 8) || in(0x64400000, 10) || in(0x7F000000, 8) || in(0xA9FE0000, 16) ||
         in(0xAC100000, 12) || in(0xC0000000, 24) || in(0xC0A80000, 16) || in(0xC6120000, 15) || ip >= 0xE0000000;
}

void set_global_state() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  (void)done;
}

}  // namespace

bool is_private_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_private_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return true;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  const unsigned char* b = in.sin6_addr.s6_addr;
  const auto v4_at = [b](int at) {
    return (std::uint32_t{b[at]} << 24) | (std::uint32_t{b[at + 1]} << 16) | (std::uint32_t{b[at + 2]} << 8) |
           b[at + 3];
  };
  if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr) || IN6_IS_ADDR_V4COMPAT(&in.sin6_addr)) return is_private_v4(v4_at(12));
  if (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B) return is_private_v4(v4_at(12));  // NAT64
  if (b[0] == 0x20 && b[1] == 0x02) return is_private_v4(v4_at(2));                                   // 6to4
  return IN6_IS_ADDR_UNSPECIFIED(&in.sin6_addr) || IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) || (b[0] & 0xFE) == 0xFC ||
         (b[0] == 0xFE && (b[1] & 0xC0) >= 0x80) || b[0] == 0xFF;
}

Transfer::Transfer(const HttpOptions& options) : options_(options) {
  set_global_state();
  curl_ = curl_easy_init();
}

Transfer::~Transfer() { curl_easy_cleanup(curl_); }

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.options_.deny_private && is_private_address(address->addr)) {
    transfer.refused_private_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void Transfer::prepare(const std::string& url) {
  curl_easy_reset(curl_);
  refused_private_ = false;
  error_text_[0] = '\0';
  curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl_, CURLOPT_MAXREDIRS, static_cast<long>(options_.max_redirects));
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl_, CURLOPT_USERAGENT, "ava");
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(curl_, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl_, CURLOPT_OPENSOCKETDATA, this);
  // Through a proxy the address check would see the proxy only.
  if (options_.deny_private) curl_easy_setopt(curl_, CURLOPT_PROXY, "");
}

Result<void> Transfer::outcome(CURLcode code, const std::string& url) const {
  if (code == CURLE_OK) return {};
  const auto fail = [&](ErrorCode kind, std::string_view slug, std::string_view why) {
    return Error(kind, slug, fmt::format("'{}': {}", redact_url(url), why));
  };
  if (refused_private_)
    return fail(ErrorCode::kPermissionDenied, "http.private_address", "it points into a private network");
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  const std::string why = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      if (status == 404 || status == 410) return fail(ErrorCode::kNotFound, "object.not_found", why);
      if (status == 401 || status == 403) return fail(ErrorCode::kPermissionDenied, "http.denied", why);
      return fail(status >= 500 || status == 429 ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument, "http.status",
                  why);
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::kDeadlineExceeded, "http.timeout", why);
    case CURLE_TOO_MANY_REDIRECTS:
      return fail(ErrorCode::kInvalidArgument, "http.too_many_redirects", why);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::kInvalidArgument, "http.bad_url", why);
    default:
      return fail(ErrorCode::kUnavailable, "http.unreachable", why);
  }
}

bool Transfer::worth_retrying(CURLcode code) const {
  if (refused_private_) return false;
  long status = 0;
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
      return status == 429 || status >= 500;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return true;
    default:
      return false;
  }
}

std::unique_ptr<Transfer> TransferPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Transfer>(options_);
  auto transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

void TransferPool::give(std::unique_ptr<Transfer> transfer) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < 64) idle_.push_back(std::move(transfer));
}

void back_off(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int full = std::min(100 << std::min(attempt, 6), 5000);
  std::this_thread::sleep_for(std::chrono::milliseconds(full / 2 + static_cast<int>(random() % (full / 2 + 1))));
}

std::string redact_url(std::string_view url) {
  constexpr std::array<std::string_view, 5> kSecret = {"signature", "token", "x-amz-signature", "x-amz-security-token",
                                                       "sig"};
  std::string out;
  const auto begin = url.find("://");
  const auto host = begin == std::string_view::npos ? 0 : begin + 3;
  const auto at = url.substr(0, url.find_first_of("/?#", host)).rfind('@');
  const bool has_user = at != std::string_view::npos && at >= host;
  out = url.substr(0, host);
  if (has_user) out += "***@";
  std::string_view rest = url.substr(has_user ? at + 1 : host);
  const auto question = rest.find('?');
  out += rest.substr(0, question);
  if (question == std::string_view::npos) return out;
  rest.remove_prefix(question);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&', 1), rest.size());
    const auto equals = rest.substr(0, end).find('=');
    std::string name(rest.substr(1, equals == std::string_view::npos ? end - 1 : equals - 1));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool hide =
        equals != std::string_view::npos && std::find(kSecret.begin(), kSecret.end(), name) != kSecret.end();
    out += hide ? std::string(rest.substr(0, equals + 1)) + "***" : std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return out;
}

}  // namespace ava::remote
