// A Reader over ranges of a remote object: the next window is fetched while the caller reads this one.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "storage/storage.hpp"

namespace ava::storage {

/// A part of an object, and what the answer said about the whole.
struct Range {
  std::string bytes;  ///< fewer than asked for at the end of the object
  std::uint64_t total_bytes = 0;
  std::string version;  ///< etag or hash; empty: not known
};
/// Thread: called from two at once. Lifetime: keeps what it needs alive.
using FetchRange = std::function<Result<Range>(std::uint64_t offset, std::size_t size)>;

/// Errors: those of the fetch, and `object.changed` when a window is of another version than the first one.
Result<std::unique_ptr<Reader>> open_ranges(FetchRange fetch, std::string name);

/// Parse "bytes 0-9/1234" of a Content-Range header. Errors: `storage.bad_reply`.
Result<std::uint64_t> total_of_content_range(std::string_view header);

}  // namespace ava::storage
