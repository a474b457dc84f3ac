#include "pipeline/quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "image/perceptual_hash.hpp"
#include "pipeline/near.hpp"
#include "pipeline/ordered.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/quality_findings.hpp"
#include "pipeline/sources.hpp"
#include "sample/label_stats.hpp"
#include "sample/url_duplicates.hpp"

namespace ava::pipeline {

namespace {

using sample::Box;
using sample::EntryView;
using sample::LabelType;

constexpr std::uint64_t kPicturesPerBatch = 32;
/// A box may stick out by this much before anybody is told: rounding. Units: pixels.
constexpr double kSlack = 0.5;

/// What the second pass needs of an item. 16 bytes.
struct Place {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t line = 0;
};

struct Doubt {
  std::string_view code;
  std::string text;
};

/// What was found about one picture.
struct Looked {
  std::uint32_t line = 0;
  std::uint64_t hash = 0;
  bool decoded = false;
  std::string bad_slug;  ///< empty: it can be read
  std::string bad_text;
  std::vector<Doubt> doubts;
};

std::string box_text(const Box& box) { return fmt::format("{:g},{:g},{:g},{:g}", box.x0, box.y0, box.x1, box.y1); }

/// The extension of a url's path in lower case, without the dot; empty: none.
std::string extension_of_url(std::string_view url) {
  const std::string name = name_of_url(url);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || name.find('/', dot) != std::string::npos || name.size() - dot > 6) return {};
  std::string extension = name.substr(dot + 1);
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

bool extension_fits(std::string_view extension, image::Kind kind) {
  static const std::set<std::string, std::less<>> kPictures = {"jpg", "jpeg", "jpe", "jfif", "png",
                                                               "gif", "webp", "bmp", "tif",  "tiff"};
  if (!kPictures.contains(extension)) return true;  // says nothing
  if (kind == image::Kind::kJpeg)
    return extension == "jpg" || extension == "jpeg" || extension == "jpe" || extension == "jfif";
  return extension == image::extension_of(kind);
}

class Quality {
 public:
  Quality(const QualityOptions& options, const OnProgress& on_progress, const std::stop_token& stop)
      : options_(options),
        list_options_(list_options(options.sources, options.url_prefix, 1)),
        allowed_(options.classes.begin(), options.classes.end()),
        findings_(options.examples),
        meter_(on_progress),
        stop_(stop) {}

  Result<QualityReport> run() {
    AVA_CHECK(read_list());
    if (options_.pictures) AVA_CHECK(read_pictures());
    findings_.finish(report_);
    return std::move(report_);
  }

 private:
  Result<void> read_list();
  void take(const sample::Reject& reject);
  void look_at_line(const sample::SampleView& view);
  void look_at_entry(const sample::SampleView& view, const sample::LabelView& label, const EntryView& entry);
  void look_at_classes(const sample::LabelStats& stats);
  Result<void> read_pictures();
  Result<Looked> look_at_picture(const ListFile& list, const storage::Resolver& resolver, const Place& place) const;
  void look_at_size(const image::Info& info, const sample::Sample& sample, Looked& looked) const;
  void look_at_boxes(int width, int height, const sample::Sample& sample, Looked& looked) const;
  void find_near(std::vector<std::uint64_t> hashes);

  const QualityOptions& options_;
  sample::ListOptions list_options_;
  std::set<std::string, std::less<>> allowed_;
  Findings findings_;
  ProgressMeter meter_;
  std::stop_token stop_;
  std::deque<Place> places_;  // grows without moving
  QualityReport report_;
};

Result<void> Quality::read_list() {
  AVA_TRY(const ListFile list, ListFile::open(options_.list, options_.sources, {}, stop_));
  AVA_TRY(auto source, sample::source_of_file(list.path().string()));
  meter_.begin("read list", list.size_bytes(), "bytes");
  std::random_device random;
  std::vector<sample::UrlCounter> urls;
  urls.emplace_back(std::uint64_t{random()} << 32 | random());
  sample::StatsCounter stats;
  sample::ListReader reader(std::move(source), list_options_);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop_));
    if (!more) break;
    meter_.add(batch.counts().bytes);
    for (const sample::Reject& reject : batch.rejects()) take(reject);
    for (const sample::SampleView& view : batch.samples()) {
      urls[0].add(view.url, view.line);
      stats.add(view);
      look_at_line(view);
    }
  }
  const sample::ListCounts& counts = reader.counts();
  report_.lines = counts.lines;
  report_.items = counts.items;
  for (const auto& [name, count] : counts.warnings)
    findings_.add_as(Severity::kNote, "tolerated while reading", name, 0, "", count);
  const sample::UrlDuplicates again = sample::UrlCounter::find(urls, 1, options_.examples);
  for (const sample::UrlAgain& one : again.first)
    findings_.add("url.duplicate", one.line, fmt::format("as line {}", one.first_line));
  if (again.lines > again.first.size()) findings_.add("url.duplicate", 0, "", again.lines - again.first.size());
  look_at_classes(stats.finish());
  return {};
}

/// What the reader of lists refuses: lines, and boxes without area or with numbers that are none.
void Quality::take(const sample::Reject& reject) {
  const std::string& text = reject.detail.empty() ? reject.url : reject.detail;
  if (reject.slug == "bbox_empty") return findings_.add("box.degenerate", reject.line, text);
  findings_.add_as(Severity::kError, reject.annotation ? "entries that cannot be read" : "lines that are no items",
                   reject.slug, reject.line, text);
}

void Quality::look_at_line(const sample::SampleView& view) {
  places_.push_back({view.offset, static_cast<std::uint32_t>(view.raw.size()), static_cast<std::uint32_t>(view.line)});
  if (view.invalid) findings_.add("item.marked_invalid", view.line, std::string(view.url));
  bool labelled = false;
  for (const sample::LabelView& label : view.labels)
    for (const EntryView& entry : label.data) {
      labelled = true;
      look_at_entry(view, label, entry);
    }
  if (!labelled) findings_.add("item.unlabelled", view.line, std::string(view.url));
}

void Quality::look_at_entry(const sample::SampleView& view, const sample::LabelView& label, const EntryView& entry) {
  if (label.type != LabelType::kFace) {
    if (entry.cls.empty())
      findings_.add("class.missing", view.line, std::string(view.url));
    else if (!allowed_.empty() && !allowed_.contains(entry.cls))
      findings_.add("class.undefined", view.line, std::string(entry.cls));
  }
  if (label.type == LabelType::kClassification || entry.points.size() < 2) return;
  const Box box = sample::hull_of(entry.points);
  if (box.x0 < -kSlack || box.y0 < -kSlack) findings_.add("box.negative", view.line, box_text(box));
}

void Quality::look_at_classes(const sample::LabelStats& stats) {
  for (const sample::LabelCount& label : stats.labels) {
    const sample::ClassCount* least = nullptr;
    const sample::ClassCount* most = nullptr;
    for (const sample::ClassCount& cls : label.count) {
      if (least == nullptr || cls.count < least->count) least = &cls;
      if (most == nullptr || cls.count > most->count) most = &cls;
      const double share =
          static_cast<double>(cls.count) / static_cast<double>(std::max<std::uint64_t>(label.total, 1));
      if (cls.count < options_.rare_count || share < options_.rare_share)
        findings_.add("class.rare", 0,
                      fmt::format("{}: '{}' has {} of {} ({:.2g} %)", label.key.str(), cls.cls, cls.count, label.total,
                                  100 * share));
    }
    if (least == nullptr || least->count == 0) continue;
    const double ratio = static_cast<double>(most->count) / static_cast<double>(least->count);
    if (ratio > options_.imbalance)
      findings_.add("class.imbalance", 0,
                    fmt::format("{}: {} '{}' for {} '{}', {:.3g} times", label.key.str(), most->count, most->cls,
                                least->count, least->cls, ratio));
  }
}

void Quality::look_at_size(const image::Info& info, const sample::Sample& sample, Looked& looked) const {
  const int longer = std::max(info.width, info.height);
  const int shorter = std::max(1, std::min(info.width, info.height));
  const std::string size = fmt::format("{} x {}", info.width, info.height);
  if (shorter < options_.tiny) looked.doubts.push_back({"picture.tiny", size});
  if (longer > options_.huge) looked.doubts.push_back({"picture.huge", size});
  if (longer > options_.aspect * shorter) looked.doubts.push_back({"picture.aspect", size});
  if (info.orientation != 1)
    looked.doubts.push_back({"picture.rotated", fmt::format("orientation {}: {}", info.orientation, sample.url)});
  const std::string extension = extension_of_url(sample.url);
  if (!extension_fits(extension, info.kind))
    looked.doubts.push_back(
        {"picture.extension", fmt::format("is {}: {}", image::extension_of(info.kind), sample.url)});
}

void Quality::look_at_boxes(int width, int height, const sample::Sample& sample, Looked& looked) const {
  for (const sample::Label& label : sample.labels) {
    if (label.type == LabelType::kClassification) continue;
    for (const sample::Entry& entry : label.data) {
      if (entry.points.size() < 2) continue;
      const Box box = sample::hull_of(entry.points);
      const std::string text = fmt::format("{} of {} x {}", box_text(box), width, height);
      if (box.x0 >= width || box.y0 >= height || box.x1 <= 0 || box.y1 <= 0)
        looked.doubts.push_back({"box.outside", text});
      else if (box.x1 > width + kSlack || box.y1 > height + kSlack || box.x0 < -kSlack || box.y0 < -kSlack)
        looked.doubts.push_back({"box.sticks_out", text});
    }
  }
}

/// A picture that cannot be read is an answer; an Error is what ends the work.
Result<Looked> Quality::look_at_picture(const ListFile& list, const storage::Resolver& resolver,
                                        const Place& place) const {
  Looked looked{.line = place.line};
  AVA_TRY(const std::string line, list.read_at(place.offset, place.bytes));
  AVA_TRY(const sample::Sample sample, sample::parse_sample(line, list_options_));
  const auto bad = [&](const Error& error) {
    looked.bad_slug = error.slug();
    looked.bad_text = fmt::format("{}: {}", sample.url, error.message());
    return std::move(looked);
  };
  const auto bytes = resolver.fetch(sample.url, options_.max_bytes);
  if (!bytes.ok() && (storage::is_store_failure(bytes.error()) || bytes.error().code() == ErrorCode::kCancelled))
    return bytes.error();
  if (!bytes.ok()) return bad(bytes.error());
  const auto info = image::verify_decode(*bytes);
  if (!info.ok()) return bad(info.error());
  looked.decoded = true;
  look_at_size(*info, sample, looked);
  look_at_boxes(info->width, info->height, sample, looked);
  if (options_.near_bits < 0) return looked;
  const auto hash = image::perceptual_hash(*bytes);
  if (!hash.ok()) return bad(hash.error());
  looked.hash = *hash;
  return looked;
}

Result<void> Quality::read_pictures() {
  AVA_TRY(const ListFile list, ListFile::open(options_.list, options_.sources, {}, stop_));
  AVA_TRY(const auto resolver, make_resolver(options_.sources));
  std::vector<std::uint64_t> hashes(options_.near_bits < 0 ? 0 : places_.size());
  meter_.begin("read pictures", places_.size(), "items");
  Ordered<std::vector<Looked>> ordered((places_.size() + kPicturesPerBatch - 1) / kPicturesPerBatch,
                                       thread_count(options_.threads));
  const auto produce = [&](std::uint64_t batch, const std::stop_token& cancelled) -> Result<std::vector<Looked>> {
    std::vector<Looked> made;
    const std::uint64_t to = std::min<std::uint64_t>((batch + 1) * kPicturesPerBatch, places_.size());
    for (std::uint64_t i = batch * kPicturesPerBatch; i < to && !cancelled.stop_requested(); ++i) {
      AVA_TRY(Looked one, look_at_picture(list, *resolver, places_[i]));
      made.push_back(std::move(one));
    }
    return made;
  };
  std::size_t at = 0;
  const auto consume = [&](std::vector<Looked> made) -> Result<void> {
    for (Looked& one : made) {
      if (!one.bad_slug.empty())
        findings_.add_as(Severity::kError, "pictures that cannot be read", one.bad_slug, one.line, one.bad_text);
      for (Doubt& doubt : one.doubts) findings_.add(doubt.code, one.line, std::move(doubt.text));
      report_.pictures += one.decoded ? 1 : 0;
      if (at < hashes.size()) hashes[at++] = one.hash;
    }
    meter_.add(made.size());
    return {};
  };
  AVA_CHECK(ordered.run(produce, consume, stop_));
  if (options_.near_bits >= 0) find_near(std::move(hashes));
  return {};
}

/// Each picture is told once, with the earliest one of its family.
void Quality::find_near(std::vector<std::uint64_t> hashes) {
  std::vector<std::uint32_t> lines;
  lines.reserve(places_.size());
  for (const Place& place : places_) lines.push_back(place.line);
  places_ = {};
  meter_.finish("look for near duplicates");
  DisjointSets sets(static_cast<std::uint32_t>(lines.size()));
  each_near(hashes, options_.near_bits, [&](std::uint32_t a, std::uint32_t b, int) { sets.unite(a, b); });
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const std::uint32_t first = sets.find(i);
    if (first != i)
      findings_.add("picture.near_duplicate", lines[i],
                    fmt::format("looks like line {} ({} of 64 bits differ)", lines[first],
                                image::distance(hashes[i], hashes[first])));
  }
}

}  // namespace

Result<QualityReport> check_quality(const QualityOptions& options, const OnProgress& on_progress,
                                    const std::stop_token& stop) {
  return Quality(options, on_progress, stop).run();
}

}  // namespace ava::pipeline
