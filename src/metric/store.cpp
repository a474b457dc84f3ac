#include "metric/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/file.hpp"
#include "base/log.hpp"

namespace ava::metric {

namespace fs = std::filesystem;

namespace {

bool is_good_name(std::string_view name) { return !name.empty() && name.size() <= 256 && file::is_utf8(name); }

fs::path numbered(const fs::path& dir, std::uint64_t number, std::string_view suffix) {
  return dir / fmt::format("{:010}{}", number, suffix);
}

/// Numbers of the files `<number><suffix>` in a folder, ascending.
std::vector<std::uint64_t> numbers_in(const fs::path& dir, std::string_view suffix) {
  std::vector<std::uint64_t> numbers;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(dir, none)) {
    if (entry.path().extension() != suffix) continue;
    numbers.push_back(std::strtoull(entry.path().stem().c_str(), nullptr, 10));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool inside(const Point& p, const Query& query) {
  return (!query.from_step || p.step >= *query.from_step) && (!query.to_step || p.step <= *query.to_step);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const fs::path& dir, Options options) {
  auto store = std::unique_ptr<Store>(new Store(dir, options));
  AVA_CHECK(file::make_dirs(dir / "wal"));
  AVA_CHECK(file::make_dirs(dir / "runs"));
  AVA_CHECK(store->recover().context("metric store"));
  return store;
}

Result<void> Store::recover() {
  const auto logs = numbers_in(dir_ / "wal", ".wal");
  for (const std::uint64_t number : logs) {
    const fs::path path = numbered(dir_ / "wal", number, ".wal");
    // A crash while sealing leaves segments of this log for some runs: their points are there already.
    std::set<std::string> sealed;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(dir_ / "runs", none))
      if (fs::exists(numbered(entry.path(), number, ".seg"))) sealed.insert(entry.path().filename().string());
    Result<void> failed;
    AVA_CHECK(Wal::replay(path, [&](Batch batch) {
      if (sealed.contains(batch.run_id) || !failed.ok()) return;
      auto run = load(batch.run_id);
      Appended ignored;
      if (run.ok())
        keep(**run, batch, ignored);
      else
        failed = run.error();
    }));
    AVA_CHECK(std::move(failed));
    number_ = number;
    AVA_CHECK(seal_locked());
    AVA_CHECK(file::remove_tree(path));
  }
  return start_log();
}

Result<void> Store::start_log() {
  AVA_TRY(auto wal, Wal::create(numbered(dir_ / "wal", number_ + 1, ".wal")));
  ++number_;
  wal_ = std::move(wal);
  return {};
}

Result<void> Store::seal_locked() {
  // Two steps, so that a full disk leaves everything as it was: all files under a temporary name, then all renames.
  std::vector<std::pair<Run*, SegmentIndex>> written;
  const auto write_all = [&]() -> Result<void> {
    for (auto& [id, run] : runs_) {
      if (run.tail.series.empty() && run.tail.clients.empty()) continue;
      AVA_CHECK(file::make_dirs(run_dir(id)));
      AVA_TRY(auto segment, write_segment(numbered(run_dir(id), number_, ".new"), run.tail));
      written.emplace_back(&run, std::move(segment));
    }
    return {};
  };
  if (auto all = write_all(); !all.ok()) {
    std::error_code ignored;
    for (const auto& [run, segment] : written) fs::remove(segment.path, ignored);
    return all;
  }
  for (auto& [run, segment] : written) {
    fs::path final_path = segment.path;
    final_path.replace_extension(".seg");
    AVA_CHECK(file::move(segment.path, final_path));
    segment.path = final_path;
    run->segments.push_back(std::move(segment));
    run->tail = {};
  }
  return {};
}

Result<void> Store::seal() {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Wal> old = wal_;
  if (old->bytes() == 0) return {};
  AVA_CHECK(old->wait(old->bytes()));
  AVA_CHECK(seal_locked());
  AVA_CHECK(start_log());
  return file::remove_tree(old->path());
}

Result<Store::Run*> Store::load(const std::string& run_id) {
  if (!file::is_safe_relative(run_id) || run_id.find('/') != std::string::npos)
    return Error(ErrorCode::kInvalidArgument, "metric.bad_run", fmt::format("'{}' is no run", run_id));
  Run& run = runs_[run_id];
  if (run.loaded) return &run;
  for (const std::uint64_t number : numbers_in(run_dir(run_id), ".seg")) {
    AVA_TRY(auto segment, open_segment(numbered(run_dir(run_id), number, ".seg")));
    run.segments.push_back(std::move(segment));
  }
  run.loaded = true;
  return &run;
}

void Store::keep(Run& run, Batch& batch, Appended& appended) const {
  run.tail.clients[batch.client_id] = batch.seq;
  for (NamedPoint& p : batch.points) {
    const bool known = run.tail.series.contains(p.name);
    if (!std::isfinite(p.point.value) || !is_good_name(p.name) ||
        (!known && run.tail.series.size() >= options_.max_series_per_run)) {
      ++appended.rejected;
      continue;
    }
    run.tail.series[std::move(p.name)].push_back(p.point);
    ++appended.accepted;
  }
}

Result<Appended> Store::append(Batch batch) {
  if (batch.points.size() > options_.max_points_per_batch)
    return Error(
        ErrorCode::kInvalidArgument, "metric.batch_too_large",
        fmt::format("a batch may have {} points, this one has {}", options_.max_points_per_batch, batch.points.size()));
  Appended appended;
  std::shared_ptr<Wal> wal;
  std::uint64_t position = 0;
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    AVA_TRY(Run * run, load(batch.run_id));
    std::int64_t last = -1;
    for (const SegmentIndex& segment : run->segments)
      if (const auto at = segment.clients.find(batch.client_id); at != segment.clients.end()) last = at->second;
    if (const auto at = run->tail.clients.find(batch.client_id); at != run->tail.clients.end()) last = at->second;
    wal = wal_;
    if (batch.seq <= last) {
      appended.repeated = true;
      position = wal->bytes();  // the first copy may still be on its way to the disk
    } else {
      AVA_TRY(position, wal->write(batch));
      keep(*run, batch, appended);
      full = wal->bytes() >= options_.wal_bytes;
    }
  }
  AVA_CHECK(wal->wait(position));
  if (full) {
    if (auto sealed = seal(); !sealed.ok()) log::warn("metric", "cannot seal the log: {}", sealed.error().text());
  }
  return appended;
}

Result<Series> Store::read_series(const Run& run, const std::string& name, const Query& query) const {
  std::uint64_t estimate = 0;
  for (const SegmentIndex& segment : run.segments)
    if (const auto at = segment.series.find(name); at != segment.series.end()) estimate += at->second.all.count;
  const bool coarse = estimate > query.max_points * kBucketPoints;

  Series series{name, 0, {}};
  std::vector<Bucket> items;
  const auto take = [&](const std::vector<Point>& points) {
    for (const Point& p : points)
      if (inside(p, query)) items.push_back(bucket_of(p));
  };
  for (const SegmentIndex& segment : run.segments) {
    const auto at = segment.series.find(name);
    if (at == segment.series.end()) continue;
    const Bucket& all = at->second.all;
    if (coarse && inside(all.first, query) && inside(all.last, query)) {
      AVA_TRY(const auto buckets, read_buckets(segment, at->second));
      items.insert(items.end(), buckets.begin(), buckets.end());
    } else {
      AVA_TRY(const auto points, read_points(segment, at->second));
      take(points);
    }
  }
  if (const auto at = run.tail.series.find(name); at != run.tail.series.end()) take(at->second);
  for (const Bucket& item : items) series.total_points += item.count;
  series.points = thin(items, query.max_points);
  return series;
}

Result<std::vector<Series>> Store::read(const std::string& run_id, const Query& query) {
  Run copy;
  {  // segments never change and the tail is small: read the files outside the lock
    const std::lock_guard lock(mutex_);
    AVA_TRY(Run * run, load(run_id));
    copy = *run;
  }
  std::set<std::string> names(query.names.begin(), query.names.end());
  if (names.empty()) {
    for (const SegmentIndex& segment : copy.segments)
      for (const auto& entry : segment.series) names.insert(entry.first);
    for (const auto& entry : copy.tail.series) names.insert(entry.first);
  }
  std::vector<Series> all;
  for (const std::string& name : names) {
    AVA_TRY(auto series, read_series(copy, name, query));
    all.push_back(std::move(series));
  }
  return all;
}

Result<std::vector<Summary>> Store::summary(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  AVA_TRY(Run * run, load(run_id));
  std::map<std::string, Bucket> totals;
  for (const SegmentIndex& segment : run->segments)
    for (const auto& [name, s] : segment.series) merge(totals[name], s.all);
  for (const auto& [name, points] : run->tail.series)
    for (const Point& p : points) merge(totals[name], bucket_of(p));
  std::vector<Summary> all;
  for (const auto& [name, b] : totals) all.push_back({name, b.count, b.last, b.low.value, b.high.value});
  return all;
}

Result<void> Store::remove(const std::string& run_id) {
  AVA_CHECK(seal());  // so that no log brings the run back
  const std::lock_guard lock(mutex_);
  AVA_CHECK(load(run_id));
  runs_.erase(run_id);
  return file::remove_tree(run_dir(run_id));
}

}  // namespace ava::metric
