// Samples that must not be in two parts, because a model would be tested on what it learned: the same bytes, nearly the
// same picture, versions of one original, or what a field of the list says belongs together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/out_file.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/near.hpp"

namespace ava::pipeline {

/// What keeps samples together.
struct GroupRules {
  bool source = false;      ///< same `source_url`, or one is the other's
  bool duplicates = false;  ///< same bytes
  bool near = false;        ///< nearly the same picture
  int near_bits = 4;        ///< of 64 (image/perceptual_hash.hpp)
  std::string field;        ///< top-level member of the lines, e.g. "patient"; empty: none

  bool any() const { return source || duplicates || near || !field.empty(); }
  bool reads_pictures() const { return duplicates || near; }
  /// "source", "duplicates", "near", "field:NAME"; "none" alone is no rule. Errors: `group.unknown`,
  /// `group.bad_distance`.
  static Result<GroupRules> parse(const std::vector<std::string>& names, int near_bits);
};

/// What a pass over the pictures found out about one of them.
struct Fingerprint {
  std::uint64_t bytes = 0;  ///< the first 8 of SHA-256
  std::uint64_t shown = 0;  ///< perceptual hash
};

/// Why samples are in one group; the report names all that hold.
enum class GroupReason : std::uint8_t { kSource = 1, kDuplicate = 2, kNear = 4, kField = 8 };

/// Groups of the items of a catalogue. Memory: 4 bytes an item, and 16 more while they are made.
class Groups {
 public:
  /// `prints[i]` belongs to item i; empty when no rule reads pictures. Items that are out (kNoClass) join nothing.
  static Result<Groups> make(const GroupRules& rules, const Catalogue& catalogue, const ListFile& list,
                             const sample::ListOptions& options, std::span<const Fingerprint> prints,
                             const std::stop_token& stop);
  const std::vector<std::uint32_t>& group_of() const { return group_of_; }
  /// `parted` counts the groups whose members the catalogue's given parts put into two.
  GroupSummary summary(const Catalogue& catalogue) const;
  /// One JSON line per group: {"group":1,"reasons":["near"],"lines":[3,9]}; lines of the list. Of one that given parts
  /// cut, "parts":["train","val"], too. The file is closed.
  Result<format::OutFile> write(const std::filesystem::path& path, const Catalogue& catalogue) const;

 private:
  /// By group: bits of the parts its members were given.
  std::vector<std::uint8_t> parts_of(const Catalogue& catalogue) const;

  std::vector<std::uint32_t> group_of_;
  std::vector<std::uint8_t> reasons_;  ///< by group: bits of GroupReason
};

}  // namespace ava::pipeline
