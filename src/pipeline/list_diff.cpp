#include "pipeline/list_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/digest.hpp"
#include "pipeline/progress_meter.hpp"

namespace ava::pipeline {

std::span<const schema::EnumName<SameBy>> enum_names(SameBy) {
  static constexpr schema::EnumName<SameBy> kNames[] = {
      {SameBy::kAuto, "auto"}, {SameBy::kUrl, "url"}, {SameBy::kPicture, "picture"}};
  return kNames;
}

void describe(schema::Visitor& v, BoxChanges& x) {
  v.type("BoxChanges");
  v.field("same", x.same);
  v.field("moved", x.moved);
  v.field("class_changed", x.class_changed);
  v.field("added", x.added);
  v.field("removed", x.removed);
}

void describe(schema::Visitor& v, SampleChange& x) {
  v.type("SampleChange");
  v.field("kind", x.kind);
  v.field("key", x.key);
  v.field("index_a", x.index_a);
  v.field("index_b", x.index_b);
  v.field("details", x.details);
}

void describe(schema::Visitor& v, DiffReport& x) {
  v.type("DiffReport");
  v.field("same_by", x.same_by);
  v.field("items_a", x.items_a);
  v.field("items_b", x.items_b);
  v.field("same", x.same);
  v.field("added", x.added);
  v.field("removed", x.removed);
  v.field("changed", x.changed);
  v.field("classes_changed", x.classes_changed);
  v.field("boxes", x.boxes);
  v.field("changes", x.changes);
}

namespace {

constexpr std::size_t kMostWaiting = 100'000;
/// What fractions in float32 lose of a coordinate, and a little for rounding back. Units: pixels.
constexpr double kFractionLoss = 0.02;

/// A sample of A. 24 bytes.
struct Known {
  std::uint64_t key = 0;
  std::uint64_t marks = 0;  ///< digest of what it is labelled with
  std::uint32_t index = 0;
  bool matched = false;
};

/// A sample of B whose marks are not those of its partner; to be compared when A is read again.
struct Waiting {
  std::uint64_t index_b = 0;
  std::string key;
  std::vector<Mark> marks;
};

std::uint64_t first8(const Digest& digest) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

std::uint64_t digest_of(const std::vector<Mark>& marks) {
  std::string text;
  for (const Mark& mark : marks) {
    text += fmt::format("{}\n{}\n", mark.label, mark.cls);
    for (const double edge : mark.box.value_or(std::vector<double>{})) text += fmt::format("{},", edge);
    text += '\n';
  }
  return first8(sha256(text));
}

class Differ {
 public:
  Differ(const DiffOptions& options, const OnProgress& on_progress, const std::stop_token& stop)
      : options_(options), meter_(on_progress), stop_(stop) {}

  Result<DiffReport> run() {
    AVA_TRY(const auto a, Gallery::open(options_.a, options_.sources_a));
    AVA_TRY(const auto b, Gallery::open(options_.b, options_.sources_b));
    AVA_CHECK(settle(*a, *b));
    AVA_CHECK(read_a(*a));
    AVA_CHECK(read_b(*b));
    AVA_CHECK(settle_waiting(true));
    report_.same = report_.items_a - report_.removed - report_.changed;
    return std::move(report_);
  }

 private:
  Result<void> settle(const Gallery& a, const Gallery& b) {
    const bool urls = a.kind() != GalleryKind::kForeign && b.kind() != GalleryKind::kForeign;
    if (options_.same_by == SameBy::kUrl && !urls)
      return Error(ErrorCode::kInvalidArgument, "diff.no_url", "a set that AVA did not make names no urls")
          .hint("compare by picture");
    by_url_ = options_.same_by == SameBy::kUrl || (options_.same_by == SameBy::kAuto && urls);
    report_.same_by = by_url_ ? "url" : "picture";
    by_number_ = !a.has_names() || !b.has_names();
    const bool lists = a.kind() == GalleryKind::kList && b.kind() == GalleryKind::kList;
    tolerance_ = options_.tolerance >= 0 ? options_.tolerance : lists ? 0 : kFractionLoss;
    return {};
  }

  /// The next sample with what it is known by in `key`.
  Result<bool> next(Gallery& gallery, Sight& sight, std::string& key) {
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    AVA_TRY(const bool more, gallery.next(sight));
    if (!more) return false;
    if (!by_url_ && sight.sha256.empty()) {
      AVA_TRY(const std::string bytes, gallery.picture(sight));
    }
    key = by_url_ ? sight.url : sight.sha256;
    if (by_number_)
      for (Mark& mark : sight.marks)
        if (mark.index) mark.cls = std::to_string(*mark.index);
    meter_.add(1);
    return true;
  }

  Result<void> read_a(Gallery& a) {
    meter_.begin("read A", 0, "items");
    Sight sight;
    std::string key;
    for (;;) {
      AVA_TRY(const bool more, next(a, sight, key));
      if (!more) break;
      entries_.push_back({first8(sha256(key)), digest_of(sight.marks), static_cast<std::uint32_t>(sight.index), false});
    }
    report_.items_a = entries_.size();
    std::sort(entries_.begin(), entries_.end(),
              [](const Known& x, const Known& y) { return x.key != y.key ? x.key < y.key : x.index < y.index; });
    return {};
  }

  /// The first of A with this key that has no partner yet: matched ones come first.
  Known* partner_of(std::uint64_t key) {
    const auto range = std::equal_range(entries_.begin(), entries_.end(), Known{.key = key},
                                        [](const Known& x, const Known& y) { return x.key < y.key; });
    const auto free = std::partition_point(range.first, range.second, [](const Known& x) { return x.matched; });
    return free == range.second ? nullptr : &*free;
  }

  Result<void> read_b(Gallery& b) {
    meter_.begin("read B", 0, "items");
    Sight sight;
    std::string key;
    for (;;) {
      AVA_TRY(const bool more, next(b, sight, key));
      if (!more) return {};
      ++report_.items_b;
      Known* partner = partner_of(first8(sha256(key)));
      if (partner == nullptr) {
        ++report_.added;
        show({"added", key, 0, sight.index, {}});
        continue;
      }
      partner->matched = true;
      if (partner->marks == digest_of(sight.marks)) continue;
      waiting_.emplace(partner->index, Waiting{sight.index, key, std::move(sight.marks)});
      if (waiting_.size() >= kMostWaiting) AVA_CHECK(settle_waiting(false));
    }
  }

  /// Read A again: compare those that wait, and at the end name those without a partner.
  Result<void> settle_waiting(bool last) {
    std::vector<std::uint32_t> lonely;
    if (last)
      for (const Known& entry : entries_)
        if (!entry.matched) lonely.push_back(entry.index);
    report_.removed += lonely.size();
    if (waiting_.empty() && lonely.empty()) return {};
    std::sort(lonely.begin(), lonely.end());
    AVA_TRY(const auto a, Gallery::open(options_.a, options_.sources_a));
    meter_.begin("compare", 0, "items");
    Sight sight;
    std::string key;
    auto gone = lonely.begin();
    while (!waiting_.empty() || gone != lonely.end()) {
      AVA_TRY(const bool more, next(*a, sight, key));
      if (!more) return Error(ErrorCode::kConflict, "list.changed", fmt::format("'{}' became shorter", options_.a));
      if (gone != lonely.end() && *gone == sight.index) {
        show({"removed", key, sight.index, 0, {}});
        ++gone;
      }
      const auto found = waiting_.find(static_cast<std::uint32_t>(sight.index));
      if (found == waiting_.end()) continue;
      SampleChange change{"changed", found->second.key, sight.index, found->second.index_b, {}};
      if (compare_marks(sight.marks, found->second.marks, options_.iou, tolerance_, report_, change.details)) {
        ++report_.changed;
        show(std::move(change));
      }
      waiting_.erase(found);
    }
    return {};
  }

  void show(SampleChange change) {
    if (report_.changes.size() < options_.show) report_.changes.push_back(std::move(change));
  }

  const DiffOptions& options_;
  ProgressMeter meter_;
  std::stop_token stop_;
  bool by_url_ = true;
  bool by_number_ = false;
  double tolerance_ = 0;
  std::vector<Known> entries_;  // by key, then index
  std::map<std::uint32_t, Waiting> waiting_;
  DiffReport report_;
};

}  // namespace

Result<DiffReport> diff(const DiffOptions& options, const OnProgress& on_progress, const std::stop_token& stop) {
  return Differ(options, on_progress, stop).run();
}

}  // namespace ava::pipeline
