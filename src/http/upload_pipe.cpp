#include "http/upload_pipe.hpp"

#include <algorithm>
#include <cstring>

namespace ava::http {

UploadPipe::UploadPipe(std::size_t limit_bytes, std::function<void()> wake_writer)
    : limit_(limit_bytes), wake_writer_(std::move(wake_writer)) {}

Result<std::size_t> UploadPipe::read(std::span<char> into) {
  if (into.empty()) return std::size_t{0};
  std::unique_lock lock(mutex_);
  bool wake = false;
  if (!opened_) {
    opened_ = true;
    wake = std::exchange(writer_waits_, false);
  }
  if (wake) {
    lock.unlock();
    wake_writer_();
    lock.lock();
  }
  changed_.wait(lock, [&] { return at_ < buffer_.size() || ended_ || error_; });
  if (at_ == buffer_.size()) {
    if (error_) return *error_;
    return std::size_t{0};
  }
  const std::size_t count = std::min(into.size(), buffer_.size() - at_);
  std::memcpy(into.data(), buffer_.data() + at_, count);
  at_ += count;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  // Half empty: one wake-up per many reads.
  wake = buffer_.size() - at_ <= limit_ / 2 && std::exchange(writer_waits_, false);
  lock.unlock();
  if (wake) wake_writer_();
  return count;
}

bool UploadPipe::wants_more() {
  const std::lock_guard lock(mutex_);
  const bool wants = opened_ && buffer_.size() - at_ < limit_;
  writer_waits_ = !wants;
  return wants;
}

void UploadPipe::write(std::span<const char> bytes) {
  const std::lock_guard lock(mutex_);
  if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
  changed_.notify_one();
}

void UploadPipe::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_one();
}

void UploadPipe::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!ended_ && !error_) error_ = std::move(error);
  changed_.notify_one();
}

}  // namespace ava::http
