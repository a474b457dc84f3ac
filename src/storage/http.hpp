// Reading by http(s): one pooled libcurl client for pictures of lists, and a read-only Storage over a base URL.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "remote/http_options.hpp"
#include "storage/storage.hpp"

namespace ava::remote {
class TransferPool;
}

namespace ava::storage {

using remote::HttpOptions;

/// GET with reuse of connections. Thread: any.
/// Errors: `object.not_found` (404, 410), `http.denied` (401, 403), `http.status`, `http.timeout`, `http.unreachable`,
/// `http.private_address`, `http.too_many_redirects`, `object.too_large`, `http.bad_url`.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  Result<std::string> get(const std::string& url, std::uint64_t limit_bytes) const;
  /// Stream a body; a connection that breaks in the middle goes on where it was, if the server knows ranges and still
  /// has the same object (else `http.broken_off`).
  Result<std::unique_ptr<Reader>> open(const std::string& url) const;
  /// HEAD: size and time where the server says them.
  Result<ObjectInfo> head(const std::string& url) const;

 private:
  std::shared_ptr<remote::TransferPool> pool_;
};

/// Read-only storage: keys are appended to `base_url`, percent-encoded.
Result<std::shared_ptr<Storage>> open_http(std::string base_url, HttpOptions options = {});

}  // namespace ava::storage
