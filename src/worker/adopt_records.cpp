#include "worker/adopt_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "image/codec.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

namespace {

namespace fs = std::filesystem;

constexpr int kPeek = 1000;
constexpr std::uint64_t kMostBad = 10'000;  ///< and nothing good: this is no damage, but another kind of file
constexpr std::uint32_t kMostClasses = 1'000'000;
constexpr std::size_t kPreviewPictures = 120;

Error bad(std::string_view slug, std::string_view detail) { return Error(ErrorCode::kCorrupt, slug, detail); }

/// Keeps every k-th picture; when there are too many, every other of these goes and k doubles.
class Preview {
 public:
  Preview(fs::path folder, std::vector<PreviewItem>& items) : folder_(std::move(folder)), items_(items) {}
  Result<void> offer(std::uint64_t index, const std::string& picture, const format::Labels& labels) {
    if (seen_++ % step_ != 0) return {};
    const auto extension = image::extension_of(image::sniff(picture));
    const std::string name = fmt::format("{:08}.{}", index, extension);
    AVA_CHECK(file::make_dirs(folder_));
    AVA_TRY(auto out, format::OutFile::create(folder_ / name));
    AVA_CHECK(out.write(picture));
    AVA_CHECK(out.close());
    items_.push_back({name, labels});
    return items_.size() > kPreviewPictures ? thin_out() : Result<void>();
  }

 private:
  Result<void> thin_out() {
    std::vector<PreviewItem> kept;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (i % 2 == 0)
        kept.push_back(std::move(items_[i]));
      else
        AVA_CHECK(file::remove_tree(folder_ / items_[i].file));
    }
    items_ = std::move(kept);
    step_ *= 2;
    return {};
  }

  fs::path folder_;
  std::vector<PreviewItem>& items_;
  std::uint64_t seen_ = 0;
  std::uint64_t step_ = 1;
};

class Reading {
 public:
  Reading(const ReadOptions& options, std::vector<std::string> names)
      : options_(options), named_(!names.empty()), found_{.classes = std::move(names)} {
    found_.tally.assign(found_.classes.size(), 0);
  }

  /// What the record is labelled with, in pixels of the picture.
  Result<format::Labels> labels_of(const format::StoredItem& item, const image::Info& info) const {
    format::Labels labels;
    const bool boxes = item.fractions || !item.objects.empty();
    if (boxes != (options_.task == format::Task::kDetection) ||
        (!item.classes.empty() && options_.task != format::Task::kMultiLabel))
      return bad("set.other_task", "the record is labelled in another way than the others");
    if (options_.task == format::Task::kClassification) {
      AVA_TRY(labels.cls, class_of(item.label));
    }
    for (const std::uint32_t cls : item.classes) {
      AVA_TRY(const std::uint32_t known, class_of(cls));
      labels.classes.push_back(known);
    }
    for (format::Object object : item.objects) {
      AVA_TRY(object.cls, class_of(object.cls));
      if (item.fractions) object.box = in_pixels(object.box, info);
      labels.objects.push_back(std::move(object));
    }
    return labels;
  }

  void count(const format::Labels& labels, std::uint64_t bytes) {
    ++found_.good;
    found_.picture_bytes += bytes;
    if (options_.task == format::Task::kClassification) add(labels.cls);
    for (const std::uint32_t cls : labels.classes) add(cls);
    for (const format::Object& object : labels.objects) add(object.cls);
    if (options_.task == format::Task::kDetection && labels.objects.empty()) ++found_.negatives;
  }

  AdoptedRecords& found() { return found_; }

 private:
  Result<std::uint32_t> class_of(std::int64_t index) const {
    const std::uint64_t most = named_ ? found_.classes.size() : kMostClasses;
    if (index >= 0 && static_cast<std::uint64_t>(index) < most) return static_cast<std::uint32_t>(index);
    return bad("set.class_unknown", named_ ? fmt::format("class {}, but labels.csv names {}", index, most)
                                           : fmt::format("the label {} is no class index", index));
  }

  static sample::Box in_pixels(const sample::Box& box, const image::Info& info) {
    return {box.x0 * info.width, box.y0 * info.height, box.x1 * info.width, box.y1 * info.height};
  }

  void add(std::uint32_t cls) {
    while (found_.classes.size() <= cls) found_.classes.push_back(std::to_string(found_.classes.size()));
    found_.tally.resize(found_.classes.size(), 0);
    ++found_.tally[cls];
  }

  const ReadOptions& options_;
  bool named_;
  AdoptedRecords found_;
};

/// Planes have no size of their own, so boxes on them have no place.
Result<image::Info> look_at(const format::StoredItem& item, format::Task task) {
  if (!item.is_planes) return image::verify_structure(item.bytes);
  if (task == format::Task::kDetection) return bad("set.no_size", "boxes on decoded pixels: their size is not known");
  if (item.bytes.empty()) return bad("picture.empty", "no pixels");
  return image::Info{};
}

SampleRecord record_of(const format::StoredItem& item, const image::Info& info, const ReadOptions& options,
                       const Digest& digest) {
  SampleRecord record{.id = fmt::format("{}/{}", options.split, item.index),
                      .split = options.split,
                      .index = item.index,
                      .sha256 = to_hex(digest),
                      .bytes = item.bytes.size(),
                      .width = info.width,
                      .height = info.height,
                      .url = {},
                      .line = item.index + 1};
  if (item.is_planes) record.planes = record.sha256;
  return record;
}

sample::Reject reject_of(const Error& error, std::uint64_t index) {
  sample::Reject reject;
  reject.line = index + 1;
  reject.slug = error.slug();
  reject.detail = error.message();
  reject.hint = error.hint();
  return reject;
}

}  // namespace

Result<format::Task> task_of_set(const fs::path& set) {
  AVA_TRY(ForeignSet opened, open_foreign(set));
  format::StoredItem item;
  for (int i = 0; i < kPeek; ++i) {
    const auto more = opened.reader->next(item);
    if (!more.ok()) continue;
    if (!*more) break;
    if (item.fractions || !item.objects.empty()) return format::Task::kDetection;
    if (!item.classes.empty()) return format::Task::kMultiLabel;
  }
  return format::Task::kClassification;
}

Result<AdoptedRecords> read_adopted(ForeignSet& set, const ReadOptions& options, Rejects& rejects,
                                    std::vector<PreviewItem>& preview, ProgressMeter& meter,
                                    const std::stop_token& stop) {
  Reading reading(options, set.classes);
  AdoptedRecords& found = reading.found();
  Preview pictures(options.preview, preview);
  MerkleTree tree;
  AVA_TRY(auto listing, format::OutFile::create(options.listing));
  meter.begin("read records", std::max(options.records, set.reader->count()), "items");
  format::StoredItem item;
  for (std::string line;; meter.add(1)) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    const auto more = set.reader->next(item);
    if (!more.ok() && more.error().code() != ErrorCode::kCorrupt) return more.error();
    if (more.ok() && !*more) break;
    ++found.records;
    const auto info = more.ok() ? look_at(item, options.task) : Result<image::Info>(more.error());
    auto labels = info.ok() ? reading.labels_of(item, *info) : Result<format::Labels>(info.error());
    if (!labels.ok()) {
      AVA_CHECK(rejects.add(reject_of(labels.error(), item.index)));
      if (++found.bad >= kMostBad && found.good == 0)
        return Error(ErrorCode::kInvalidArgument, "set.not_a_set",
                     fmt::format("the first {} records are no samples; first: {}", found.bad, rejects.summary()));
      continue;
    }
    reading.count(*labels, item.bytes.size());
    const Digest digest = sha256(item.bytes);
    SampleRecord record = record_of(item, *info, options, digest);
    set_labels(record, options.task, *labels, found.classes);
    tree.add(leaf_of(record, digest));
    line.clear();
    append_line(line, record);
    AVA_CHECK(listing.write(line));
    if (!item.is_planes) AVA_CHECK(pictures.offer(item.index, item.bytes, *labels));
  }
  AVA_CHECK(listing.close());
  found.tally.resize(found.classes.size(), 0);
  found.root = tree.root();
  found.listing = {.path = std::string(kSamplesFile),
                   .bytes = listing.offset(),
                   .sha256 = to_hex(listing.digest()),
                   .outline_sha256 = {}};
  return std::move(found);
}

}  // namespace ava::worker
