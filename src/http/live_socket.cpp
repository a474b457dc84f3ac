#include "http/live_socket.hpp"

#include <utility>

namespace ava::http {

LiveSocket::LiveSocket(std::size_t limit_bytes, Hooks hooks) : limit_(limit_bytes), hooks_(std::move(hooks)) {}

bool LiveSocket::send(std::string text) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || ended_ || bytes_ + text.size() > limit_) return false;
    bytes_ += text.size();
    queue_.push_back(std::move(text));
    if (queue_.size() > 1) return true;  // the writer comes back by itself
  }
  hooks_.wake();
  return true;
}

void LiveSocket::close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closing_, true) || ended_) return;
  }
  hooks_.wake();
  hooks_.hurry();
}

void LiveSocket::abort() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (ended_) return;
  }
  hooks_.cut();
}

std::size_t LiveSocket::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::optional<std::string> LiveSocket::take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  std::string text = std::move(queue_.front());
  queue_.pop_front();
  return text;
}

void LiveSocket::written(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    bytes_ -= bytes;
    if (bytes_ != 0) return;
  }
  if (on_drain) on_drain();
}

bool LiveSocket::wants_close() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void LiveSocket::end() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return;
    queue_.clear();
    bytes_ = 0;
  }
  if (on_close) on_close();
  // The callbacks may hold what holds this socket.
  on_message = nullptr;
  on_drain = nullptr;
  on_close = nullptr;
}

}  // namespace ava::http
