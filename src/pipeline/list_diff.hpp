// What differs between two lists, two sets, or one of each: samples added and removed, classes changed, boxes moved.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/gallery.hpp"
#include "pipeline/specs.hpp"

namespace ava::pipeline {

/// What makes two samples the same one. kAuto: the url where both have urls, else the picture's bytes.
enum class SameBy : std::uint8_t { kAuto, kUrl, kPicture };
std::span<const schema::EnumName<SameBy>> enum_names(SameBy);

/// Counts of boxes in samples that are on both sides and differ.
struct BoxChanges {
  std::uint64_t same = 0;
  std::uint64_t moved = 0;          ///< overlap by at least `iou`, same class
  std::uint64_t class_changed = 0;  ///< overlap by at least `iou`, another class
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
};
void describe(schema::Visitor& v, BoxChanges& x);

struct SampleChange {
  std::string kind;  ///< "added", "removed", "changed"
  std::string key;   ///< url, or SHA-256 of the picture
  std::uint64_t index_a = 0;
  std::uint64_t index_b = 0;
  std::vector<std::string> details;  ///< of "changed"
};
void describe(schema::Visitor& v, SampleChange& x);

struct DiffReport {
  std::string same_by;
  std::uint64_t items_a = 0;
  std::uint64_t items_b = 0;
  std::uint64_t same = 0;
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  std::uint64_t classes_changed = 0;  ///< of `changed`: other classes of the whole picture
  BoxChanges boxes;
  std::vector<SampleChange> changes;  ///< the first
  bool equal() const { return added + removed + changed == 0; }
};
void describe(schema::Visitor& v, DiffReport& x);

struct DiffOptions {
  std::string a;
  std::string b;
  Sources sources_a;
  Sources sources_b;
  SameBy same_by = SameBy::kAuto;
  double iou = 0.5;
  std::size_t show = 20;
  /// Edges closer than this are the same. Units: pixels. Negative: 0 for two lists, else what 32-bit fractions lose.
  double tolerance = -1;
};

/// The marks of one sample on both sides. Appends what differs to `details`; true when something does.
bool compare_marks(const std::vector<Mark>& a, const std::vector<Mark>& b, double iou, double tolerance,
                   DiffReport& counts, std::vector<std::string>& details);

/// Samples with the same key are paired in their order. Memory: 24 bytes per sample of A (72 while they grow), and the
/// marks of 100,000 changed samples; where there are more, A is read again for each further 100,000. Errors: those of
/// Gallery; `diff.no_url` when asked for urls that one side has not; `job.cancelled`.
Result<DiffReport> diff(const DiffOptions& options, const OnProgress& on_progress = {},
                        const std::stop_token& stop = {});

}  // namespace ava::pipeline
