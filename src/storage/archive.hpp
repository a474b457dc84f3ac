// Walks zip, tar and tar.gz archives as a stream and unpacks them into a storage. What comes in an archive is hostile
// until proven otherwise: no path tricks, no links, no devices, no bombs.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

struct ArchiveLimits {
  std::uint64_t max_entries = 10'000'000;
  std::uint64_t max_total_bytes = std::uint64_t{1} << 40;
  std::uint64_t max_entry_bytes = 256u << 20;
  double max_ratio = 250;  ///< unpacked : packed, judged once 64 MiB are unpacked
};

/// An entry left out, and why. Slugs: `entry.unsafe_name`, `entry.is_link`, `entry.is_special`, `entry.too_large`,
/// `entry.encrypted`, `entry.duplicate`.
struct ArchiveProblem {
  std::string name;
  std::string slug;
  std::string detail;
};

/// Names are UTF-8 (a zip's other names are taken as GB18030); folders are not entries.
struct ArchiveEntry {
  std::string name;
  std::string bytes;
};

struct ArchiveVisitor {
  /// False: do not unpack this one.
  std::function<bool(std::string_view name)> wanted = [](std::string_view) { return true; };
  std::function<Result<void>(ArchiveEntry&&)> entry;
  std::function<Result<void>(const ArchiveProblem&)> problem;
};

struct ArchiveCounts {
  std::uint64_t entries = 0;  ///< regular files and what was refused: entries = taken + skipped + problems
  std::uint64_t taken = 0;
  std::uint64_t skipped = 0;  ///< not wanted
  std::uint64_t problems = 0;
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t packed_bytes = 0;
};

/// True when the first bytes (512 suffice) are of an archive that walk_archive() reads.
bool is_archive(std::string_view head);
/// Errors: `archive.not_an_archive`, `archive.corrupt`, `archive.truncated`, `archive.bomb`,
/// `archive.too_many_entries`, `archive.cancelled`, and those of the reader and the visitor.
Result<ArchiveCounts> walk_archive(Reader& from, const ArchiveVisitor& visitor, const ArchiveLimits& limits = {},
                                   const std::stop_token& stop = {});
/// Unpack below `prefix` ("" or ending in '/'); names that come twice are listed as `entry.duplicate`.
Result<ArchiveCounts> unpack_archive(Reader& from, Storage& to, std::string_view prefix, const ArchiveVisitor& visitor,
                                     const ArchiveLimits& limits = {}, const std::stop_token& stop = {});

}  // namespace ava::storage
