#include "storage/range_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ava::storage {

namespace {

constexpr std::size_t kFirstWindow = 1u << 20;
constexpr std::size_t kWindow = 8u << 20;

class RangeReader : public Reader {
 public:
  RangeReader(FetchRange fetch, std::string name, Range first)
      : fetch_(std::move(fetch)),
        name_(std::move(name)),
        size_(first.total_bytes),
        version_(std::move(first.version)),
        window_(std::move(first.bytes)),
        asked_(window_.size()) {
    fetch_next();
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (taken_ == window_.size() && next_.valid()) {
      AVA_TRY(window_, checked(next_.get()));
      taken_ = 0;
      fetch_next();
    }
    const std::size_t got = std::min(size, window_.size() - taken_);
    std::memcpy(buffer, window_.data() + taken_, got);
    taken_ += got;
    return got;
  }

  Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    if (offset >= size_ || size == 0) return std::size_t{0};
    const std::size_t wanted = std::min<std::uint64_t>(size, size_ - offset);
    AVA_TRY(const std::string bytes, checked(fetch_(offset, wanted)));
    return bytes.copy(buffer, wanted);
  }

  std::optional<std::uint64_t> size_bytes() const override { return size_; }

 private:
  Result<std::string> checked(Result<Range> range) const {
    if (!range.ok()) return std::move(range).error();
    if (range->total_bytes == size_ && range->version == version_ && !range->bytes.empty())
      return std::move(range->bytes);
    return Error(ErrorCode::kConflict, "object.changed", fmt::format("'{}' changed while it was read", name_));
  }
  void fetch_next() {
    if (asked_ >= size_) return;
    const std::size_t wanted = std::min<std::uint64_t>(kWindow, size_ - asked_);
    const auto fetch = [how = fetch_, at = asked_, wanted] { return how(at, wanted); };
    next_ = std::async(std::launch::async, fetch);
    asked_ += wanted;
  }

  FetchRange fetch_;
  std::string name_;
  std::uint64_t size_;
  std::string version_;
  std::string window_;
  std::size_t taken_ = 0;
  std::uint64_t asked_;
  std::future<Result<Range>> next_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_ranges(FetchRange fetch, std::string name) {
  AVA_TRY(Range first, fetch(0, kFirstWindow));
  return std::unique_ptr<Reader>(std::make_unique<RangeReader>(std::move(fetch), std::move(name), std::move(first)));
}

Result<std::uint64_t> total_of_content_range(std::string_view header) {
  const auto slash = header.rfind('/');
  std::uint64_t total = 0;
  if (slash != std::string_view::npos) {
    const std::string_view digits = header.substr(slash + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), total);
    if (parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size()) return total;
  }
  return Error(ErrorCode::kUnavailable, "storage.bad_reply", fmt::format("the range '{}' names no size", header));
}

}  // namespace ava::storage
