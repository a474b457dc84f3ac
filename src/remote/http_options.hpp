// Limits of every transfer by http(s).
#pragma once

#include <chrono>

namespace ava::remote {

/// Units: as their types say.
struct HttpOptions {
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds total_timeout{60000};  ///< of one attempt of get(); a stream has only the stall limit
  std::chrono::seconds stall_timeout{20};          ///< no byte for so long ends the transfer
  int max_redirects = 5;
  int attempts = 3;  ///< on connect failures, 429 and 5xx, with jittered backoff
  bool deny_private =
      false;  ///< refuse loopback, private, link-local and multicast addresses, after every redirect too
};

}  // namespace ava::remote
