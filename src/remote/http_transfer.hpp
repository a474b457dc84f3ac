// libcurl handles with our limits on them, and a pool of idle ones; hidden behind the drivers that speak http.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "remote/http_options.hpp"

namespace ava::remote {

/// True for addresses a server must not fetch on behalf of a user: loopback, private, link-local, multicast, this-net.
bool is_private_address(const sockaddr& address);

/// A curl handle prepared with HttpOptions. Thread: one at a time.
class Transfer {
 public:
  explicit Transfer(const HttpOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  CURL* handle() const { return curl_; }
  /// Forget the last transfer, keep connections.
  void prepare(const std::string& url);
  /// What the result of a finished transfer means.
  Result<void> outcome(CURLcode code, const std::string& url) const;
  /// True when trying again may help.
  bool worth_retrying(CURLcode code) const;

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  HttpOptions options_;
  CURL* curl_;
  bool refused_private_ = false;
  char error_text_[CURL_ERROR_SIZE] = {};
};

/// Idle handles, each with its open connections. Thread: any.
class TransferPool {
 public:
  explicit TransferPool(HttpOptions options) : options_(options) {}
  std::unique_ptr<Transfer> take();
  void give(std::unique_ptr<Transfer> transfer);
  const HttpOptions& options() const { return options_; }

 private:
  const HttpOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> idle_;
};

/// Sleep before attempt `attempt` + 2: 100 ms, 200 ms, 400 ms ... each shortened by a random part, so that many workers
/// do not come back together.
void back_off(int attempt);
/// The address without what a log or an error must not hold: a password in it, signatures and tokens of its query.
std::string redact_url(std::string_view url);

}  // namespace ava::remote
