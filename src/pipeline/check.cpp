#include "pipeline/check.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <random>

#include "pipeline/gallery.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/sources.hpp"

namespace ava::pipeline {

Result<CheckReport> check_list(const std::string& path, const CheckOptions& options,
                               const std::function<Result<void>(const sample::Reject&)>& on_reject,
                               const OnProgress& on_progress, const std::stop_token& stop) {
  AVA_TRY(auto source, sample::source_of_file(path));
  std::error_code unknown;
  const std::uint64_t size = std::filesystem::file_size(path, unknown);
  ProgressMeter meter(on_progress);
  meter.begin("read list", unknown ? 0 : size, "bytes");
  sample::ListOptions list;
  list.threads = thread_count(options.threads);
  list.allow_relative = options.allow_relative;
  list.allow_local_paths = options.allow_local_paths;
  list.url_prefix = options.url_prefix;
  list.only_hook = true;
  std::vector<sample::StatsCounter> counters(list.threads);
  sample::ListReader::Hook count;
  std::vector<sample::UrlCounter> urls;
  if (options.duplicates) {
    std::random_device random;
    const std::uint64_t seed = std::uint64_t{random()} << 32 | random();
    for (unsigned i = 0; i < list.threads; ++i) urls.emplace_back(seed);
  }
  if (options.statistics || options.duplicates)
    count = [&](unsigned thread, const sample::Batch& batch) {
      if (options.statistics)
        for (const sample::SampleView& view : batch.samples()) counters[thread].add(view);
      if (options.duplicates)
        for (const sample::SampleView& view : batch.samples()) urls[thread].add(view.url, view.line);
    };
  sample::ListReader reader(std::move(source), list, count);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop));
    if (!more) break;
    meter.add(batch.counts().bytes);
    if (on_reject)
      for (const sample::Reject& reject : batch.rejects()) AVA_CHECK(on_reject(reject));
  }
  CheckReport report{.counts = reader.counts()};
  for (std::size_t i = 1; i < counters.size(); ++i) counters[0].merge(counters[i]);
  report.stats = counters[0].finish();
  if (options.duplicates) report.duplicates = sample::UrlCounter::find(urls, list.threads);
  return report;
}

void describe(schema::Visitor& v, ClassTotal& x) {
  v.type("ClassTotal");
  v.field("class", x.cls);
  v.field("count", x.count);
}

void describe(schema::Visitor& v, LabelTotal& x) {
  v.type("LabelTotal");
  v.field("key", x.key);
  v.field("type", x.type);
  v.field("name", x.name);
  v.field("total", x.total);
  v.field("images", x.images);
  v.field("unlabelled", x.unlabelled);
  v.field("count", x.count);
}

void describe(schema::Visitor& v, FaceTotal& x) {
  v.type("FaceTotal");
  v.field("total", x.total);
  v.field("max", x.max);
  v.field("min", x.min);
}

void describe(schema::Visitor& v, StatsReport& x) {
  v.type("LabelStats");
  v.field("file_count", x.file_count);
  v.field("labels", x.labels);
  v.field("face", x.face);
  v.field("total_image_bytes", x.total_image_bytes);
}

StatsReport report_of(const sample::LabelStats& stats) {
  StatsReport report{.file_count = stats.file_count, .total_image_bytes = stats.total_image_bytes};
  for (const sample::LabelCount& label : stats.labels) {
    LabelTotal total{.key = label.key.str(),
                     .type = std::string(sample::name_of(label.key.type)),
                     .name = label.key.name,
                     .total = label.total,
                     .images = label.images,
                     .unlabelled = label.unlabelled};
    for (const sample::ClassCount& cls : label.count) total.count.push_back({cls.cls, cls.count});
    report.labels.push_back(std::move(total));
  }
  report.face = {stats.face.total, stats.face.max, stats.face.min};
  return report;
}

namespace {

constexpr std::uint64_t kMostDamaged = 1000;

/// What a set without a manifest says of itself when it is read from end to end.
Result<StatsReport> count_foreign(const std::string& path) {
  AVA_TRY(const auto gallery, Gallery::open(path, {}));
  StatsReport report;
  LabelTotal total;
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t damaged = 0;
  std::string first_damage;
  bool boxes = false;
  Sight sight;
  for (std::uint64_t read = 0;; ++read) {
    const auto more = gallery->next(sight);
    if (!more.ok() && more.error().code() != ErrorCode::kCorrupt) return more.error();
    if (!more.ok()) {
      if (damaged++ == 0) first_damage = more.error().text();
      if (damaged > kMostDamaged) break;  // this is no damage, but another kind of file
      continue;
    }
    if (!*more) break;
    ++report.file_count;
    report.total_image_bytes += sight.bytes;
    ++(sight.marks.empty() ? total.unlabelled : total.images);
    for (const Mark& mark : sight.marks) {
      ++counts[mark.cls];
      ++total.total;
      boxes = boxes || mark.box.has_value();
    }
  }
  if (damaged > 0)
    return Error(ErrorCode::kCorrupt, "set.damaged",
                 fmt::format("{} records can be read, {} cannot; first: {}", report.file_count, damaged, first_damage));
  total.type = boxes ? "detection" : "classification";
  total.name = gallery->format();
  total.key = total.type + "." + total.name;
  for (const auto& [cls, count] : counts) total.count.push_back({cls, count});
  report.labels.push_back(std::move(total));
  return report;
}

}  // namespace

Result<StatsReport> stats_of_set(const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(folder) / kSetFile, ignored)) return count_foreign(folder);
  AVA_TRY(const SetManifest manifest, read_manifest<SetManifest>(folder + "/" + std::string(kSetFile)));
  StatsReport report{.file_count = manifest.sample_count};
  AVA_TRY(const sample::LabelKey key, sample::LabelKey::parse(manifest.plan.label));
  LabelTotal total{.key = key.str(), .type = std::string(sample::name_of(key.type)), .name = key.name};
  for (const ClassTally& cls : manifest.classes) {
    total.count.push_back({cls.name, cls.count});
    total.total += cls.count;
  }
  total.images = manifest.sample_count - manifest.negatives;
  total.unlabelled = manifest.negatives;
  report.labels.push_back(std::move(total));
  return report;
}

}  // namespace ava::pipeline
