// The bounded pipe between a connection (which must not block) and a handler that reads a streamed body (which may).
// Internal to http/.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "http/http.hpp"

namespace ava::http {

/// Thread: one reader thread, one writer at a time. Holds at most limit_bytes plus one block of the writer.
class UploadPipe : public ByteSource {
 public:
  /// `wake_writer` is called, from the reader's thread, when wants_more() has become true after it was false.
  UploadPipe(std::size_t limit_bytes, std::function<void()> wake_writer);

  /// Waits for bytes. Errors: what the writer failed with.
  Result<std::size_t> read(std::span<char> into) override;

  /// Writer: somebody reads, and there is room. Before the first read() it is false: a handler that refuses a request
  /// by its header costs no byte of its body.
  bool wants_more();
  void write(std::span<const char> bytes);
  void end();
  void fail(Error error);

 private:
  const std::size_t limit_;
  const std::function<void()> wake_writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool opened_ = false;
  bool writer_waits_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace ava::http
