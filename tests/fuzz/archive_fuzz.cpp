// Uploaded zip and tar files: names that stay inside, counts that close, limits that hold.
#include "storage/archive.hpp"

#include "base/file.hpp"
#include "fuzz.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  constexpr storage::ArchiveLimits kLimits{
      .max_entries = 100, .max_total_bytes = 1u << 20, .max_entry_bytes = 1u << 16};
  std::uint64_t unpacked = 0;
  storage::ArchiveVisitor visitor;
  visitor.entry = [&](storage::ArchiveEntry&& entry) -> Result<void> {
    require(file::is_safe_relative(entry.name), "a name inside", entry.name);
    require(entry.bytes.size() <= kLimits.max_entry_bytes, "an entry below its limit", entry.name);
    unpacked += entry.bytes.size();
    return {};
  };
  visitor.problem = [](const storage::ArchiveProblem& problem) -> Result<void> {
    require(!problem.slug.empty(), "a reason");
    return {};
  };
  const auto from = reader_of(bytes);
  const auto counts = storage::walk_archive(*from, visitor, kLimits);
  require(unpacked <= kLimits.max_total_bytes, "an archive below its limit");
  if (!counts.ok()) return require_plain(counts.error());
  require(counts->entries == counts->taken + counts->skipped + counts->problems, "counts that close");
  require(counts->unpacked_bytes >= unpacked, "bytes that are counted");
}
