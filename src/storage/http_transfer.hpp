// One libcurl handle with our limits on it; hidden from everyone but http.cpp.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "storage/http.hpp"

namespace ava::storage {

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

}  // namespace ava::storage
