// One signed request after the other to an object store: bounded in number and time, tried again with a fresh signature
// when trying again may help.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "remote/http_options.hpp"

namespace ava::remote {

class TransferPool;

/// What goes over the wire. Lifetime: `body` is a view; its bytes outlive the call.
struct RemoteRequest {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string_view body;
  std::uint64_t limit_bytes = 64u << 20;  ///< of the answer
};

struct RemoteReply {
  long status = 0;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
  std::string_view header(std::string_view name) const;
};

struct RemoteOptions {
  HttpOptions http;
  int in_flight = 16;                          ///< requests at once; further callers wait
  std::chrono::milliseconds deadline{300000};  /// of a call with all its attempts
};

/// Thread: any number at once. Redirects are not followed: a signature holds for one host only.
/// Errors: `storage.unreachable` (no answer, or none in time), `http.private_address`, `object.too_large`. An answer of
/// any status is a reply; 429 and 5xx only after the last attempt.
class RemoteClient {
 public:
  using Make = std::function<RemoteRequest()>;  ///< called for each attempt, so that dates and signatures are fresh
  using Again = bool (*)(const RemoteReply&);   ///< further answers worth another attempt

  explicit RemoteClient(RemoteOptions options, Again again = nullptr);
  ~RemoteClient();
  RemoteClient(const RemoteClient&) = delete;
  RemoteClient& operator=(const RemoteClient&) = delete;
  Result<RemoteReply> send(const Make& make) const;

 private:
  class Turn;
  const RemoteOptions options_;
  const Again again_;
  std::shared_ptr<TransferPool> pool_;
  mutable std::mutex mutex_;
  mutable std::condition_variable free_;
  mutable int busy_ = 0;
};

}  // namespace ava::remote
