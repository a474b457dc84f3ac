#include "storage/storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"

namespace ava::storage {

Result<void> for_each(const Storage& storage, std::string_view prefix,
                      const std::function<Result<void>(const ObjectInfo&)>& visit, const std::stop_token& stop) {
  ListQuery query;
  query.prefix = prefix;
  query.limit = 20000;
  for (;;) {
    AVA_TRY(const Page page, storage.list(query));
    for (const ObjectInfo& item : page.items) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "storage.cancelled", "stopped while listing");
      AVA_CHECK(visit(item));
    }
    if (page.next_cursor.empty()) return {};
    query.cursor = page.next_cursor;
  }
}

Result<void> put(Storage& storage, std::string_view key, std::string_view bytes) {
  AVA_TRY(const auto writer, storage.create(key));
  AVA_CHECK(writer->write(bytes));
  return writer->commit();
}

Result<std::uint64_t> copy(const Storage& from, std::string_view from_key, Storage& to, std::string_view to_key,
                           const std::stop_token& stop) {
  AVA_TRY(const auto reader, from.open(from_key));
  AVA_TRY(const auto writer, to.create(to_key));
  std::string block(1 << 18, '\0');
  std::uint64_t total = 0;
  for (;;) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "storage.cancelled", "stopped while copying");
    AVA_TRY(const std::size_t got, reader->read(block.data(), block.size()));
    if (got == 0) break;
    AVA_CHECK(writer->write(std::string_view(block).substr(0, got)));
    total += got;
  }
  AVA_CHECK(writer->commit());
  return total;
}

bool is_store_failure(const Error& error) {
  constexpr std::array<std::string_view, 9> kSlugs = {
      "storage.unreachable",   "storage.unavailable",  "storage.slow_down",
      "storage.bad_reply",     "storage.bad_keys",     "storage.clock_skew",
      "storage.token_expired", "storage.wrong_region", "storage.bucket_missing"};
  return std::find(kSlugs.begin(), kSlugs.end(), error.slug()) != kSlugs.end();
}

Result<void> check_key(std::string_view key) {
  if (file::is_safe_relative(key)) return {};
  return Error(ErrorCode::kInvalidArgument, "storage.bad_key", fmt::format("'{}' cannot name an object", key))
      .hint("use a relative path without '..', empty parts, backslashes or control characters");
}

}  // namespace ava::storage
