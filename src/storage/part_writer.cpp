#include "storage/part_writer.hpp"

#include <algorithm>
#include <deque>
#include <future>

namespace ava::storage {

namespace {

class PartWriter : public Writer {
 public:
  explicit PartWriter(std::unique_ptr<PartTarget> target) : target_(std::move(target)) {}
  PartWriter(const PartWriter&) = delete;
  PartWriter& operator=(const PartWriter&) = delete;
  ~PartWriter() override {
    for (auto& part : sending_) part.wait();
    if (begun_ && !committed_) target_->abandon();
  }

  Result<void> write(std::string_view bytes) override {
    total_ += bytes.size();
    while (!bytes.empty()) {
      const std::size_t room = begun_ ? target_->part_bytes(parts_) : target_->whole_bytes();
      if (buffer_.size() >= room) {
        AVA_CHECK(send_parts());
        continue;
      }
      const std::size_t some = std::min(bytes.size(), room - buffer_.size());
      buffer_.append(bytes.substr(0, some));
      bytes.remove_prefix(some);
    }
    return {};
  }

  Result<void> commit() override {
    if (!begun_) {
      AVA_CHECK(target_->put_whole(buffer_));
    } else {
      if (!buffer_.empty()) AVA_CHECK(send(std::move(buffer_)));
      while (!sending_.empty()) AVA_CHECK(take_receipt());
      AVA_CHECK(target_->finish(receipts_, total_));
    }
    committed_ = true;
    buffer_.clear();
    return {};
  }

 private:
  /// Send what fills parts. There is more to come, so the last part is never empty.
  Result<void> send_parts() {
    if (!begun_) {
      AVA_CHECK(target_->begin());
      begun_ = true;
    }
    std::string rest = std::move(buffer_);
    std::size_t at = 0;
    while (rest.size() - at >= target_->part_bytes(parts_)) {
      const std::size_t size = target_->part_bytes(parts_);
      AVA_CHECK(send(rest.substr(at, size)));
      at += size;
    }
    buffer_ = rest.substr(at);
    return {};
  }

  Result<void> send(std::string bytes) {
    if (sending_.size() >= kPartsInFlight) AVA_CHECK(take_receipt());
    const auto put = [target = target_.get(), number = parts_, part = std::move(bytes)] {
      return target->put_part(number, part);
    };
    sending_.push_back(std::async(std::launch::async, put));
    ++parts_;
    return {};
  }

  Result<void> take_receipt() {
    auto receipt = sending_.front().get();
    sending_.pop_front();
    if (!receipt.ok()) return receipt.error();
    receipts_.push_back(*std::move(receipt));
    return {};
  }

  std::unique_ptr<PartTarget> target_;
  std::string buffer_;
  std::deque<std::future<Result<std::string>>> sending_;
  std::vector<std::string> receipts_;
  std::size_t parts_ = 0;
  std::uint64_t total_ = 0;
  bool begun_ = false;
  bool committed_ = false;
};

}  // namespace

std::unique_ptr<Writer> write_parts(std::unique_ptr<PartTarget> target) {
  return std::make_unique<PartWriter>(std::move(target));
}

}  // namespace ava::storage
