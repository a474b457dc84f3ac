#include "pipeline/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/file.hpp"
#include "format/all.hpp"
#include "pipeline/foreign_set.hpp"
#include "pipeline/merkle.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/sample_record.hpp"
#include "sample/labels_csv.hpp"

namespace ava::pipeline {

void describe(schema::Visitor& v, Problem& x) {
  v.type("VerifyProblem");
  v.field("set", x.set);
  v.field("file", x.file, {.required = false});
  v.field("sample", x.sample, {.required = false});
  v.field("url", x.url, {.required = false});
  v.field("slug", x.slug);
  v.field("detail", x.detail);
}

void describe(schema::Visitor& v, VerifiedSet& x) {
  v.type("VerifiedSet");
  v.field("path", x.path);
  v.field("format", x.format);
  v.field("split", x.split);
  v.field("batch", x.batch);
  v.field("sample_count", x.sample_count);
  v.field("ok", x.ok);
}

void describe(schema::Visitor& v, VerifyReport& x) {
  v.type("VerifyReport");
  v.field("ok", x.ok);
  v.field("root", x.root);
  v.field("sets", x.sets);
  v.field("problems", x.problems);
  v.field("problem_count", x.problem_count);
}

namespace {

namespace fs = std::filesystem;

Result<Digest> digest_of_hex(const std::string& hex) {
  AVA_TRY(const std::string bytes, from_hex(hex));
  Digest digest{};
  if (bytes.size() != digest.size()) return Error(ErrorCode::kCorrupt, "manifest.bad", "a digest of another length");
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

/// What the sets of one split have in common, and the listing all of them must carry.
struct SplitSeen {
  std::string samples_sha256;
  fs::path first_set;
  fs::path samples;
};

struct BatchSeen {
  SetManifest first;
  std::map<std::string, SplitSeen> splits;
};

class Verifier {
 public:
  Verifier(const OnProgress& on_progress, std::stop_token stop) : meter_(on_progress), stop_(std::move(stop)) {}
  Result<void> add_path(const fs::path& path);
  Result<VerifyReport> run();

 private:
  void find_sets(const fs::path& folder, int depth);
  Result<void> verify_set(const fs::path& folder);
  void check_files(const fs::path& folder, const SetManifest& manifest, const format::Format& driver);
  void check_labels(const fs::path& folder, const SetManifest& manifest);
  Result<std::uint64_t> check_samples(const fs::path& folder, const SetManifest& manifest);
  Result<std::uint64_t> check_foreign_samples(const fs::path& folder, const SetManifest& manifest);
  void check_sample(const fs::path& folder, const SampleRecord& record, const format::StoredItem& stored,
                    const format::Traits& traits);
  void remember(const fs::path& folder, const SetManifest& manifest);
  void compare_batches();
  void check_batch_root(const BatchSeen& batch);
  void problem(const fs::path& set, std::string_view slug, std::string_view detail, std::string_view file = {},
               const SampleRecord* record = nullptr);

  ProgressMeter meter_;
  std::stop_token stop_;
  std::vector<fs::path> folders_;
  std::vector<fs::path> batch_files_;
  std::map<std::string, BatchSeen> batches_;
  VerifyReport report_;
};

void Verifier::problem(const fs::path& set, std::string_view slug, std::string_view detail, std::string_view file,
                       const SampleRecord* record) {
  ++report_.problem_count;
  if (report_.problems.size() >= kMostProblems) return;
  Problem found{
      .set = set.string(), .file = std::string(file), .slug = std::string(slug), .detail = std::string(detail)};
  if (record != nullptr) {
    found.sample = record->id;
    found.url = record->url;
  }
  report_.problems.push_back(std::move(found));
}

void Verifier::find_sets(const fs::path& folder, int depth) {
  std::error_code ignored;
  if (fs::exists(folder / kSetFile, ignored)) {
    folders_.push_back(folder);
    return;
  }
  if (fs::exists(folder / kBatchFile, ignored)) batch_files_.push_back(folder / kBatchFile);
  if (depth == 0) return;
  std::set<fs::path> below;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && !entry.path().filename().string().starts_with('.')) below.insert(entry.path());
  for (const fs::path& path : below) find_sets(path, depth - 1);
}

Result<void> Verifier::add_path(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return file::error_of(ENOENT, "open", path);
  const std::size_t before = folders_.size();
  find_sets(path, 3);
  if (folders_.size() == before)
    return Error(ErrorCode::kInvalidArgument, "verify.nothing", fmt::format("'{}' holds no set", path.string()))
        .hint("name the folder of a batch, or of a set with its ava-batch.json");
  return {};
}

void Verifier::check_files(const fs::path& folder, const SetManifest& manifest, const format::Format& driver) {
  for (const FileRecord& record : manifest.files) {
    if (!file::is_safe_relative(record.path)) {
      problem(folder, "manifest.bad", "a file name that leaves the set", record.path);
      continue;
    }
    const fs::path path = folder / record.path;
    const auto digest = record.outline_sha256 ? driver.outline_of(path) : sha256_of_file(path.string());
    if (!digest.ok())
      problem(folder, digest.error().slug(), digest.error().message(), record.path);
    else if (to_hex(*digest) != (record.outline_sha256 ? record.outline_sha256 : record.sha256))
      problem(folder, "file.digest_differs", "the bytes are not those the manifest names", record.path);
  }
}

void Verifier::check_labels(const fs::path& folder, const SetManifest& manifest) {
  const auto text = file::read(folder / "labels.csv");
  if (!text.ok()) return;  // check_files has said so
  const auto names = sample::read_labels_csv(*text);
  bool same = names.ok() && names->size() == manifest.classes.size();
  for (std::size_t i = 0; same && i < manifest.classes.size(); ++i) same = (*names)[i] == manifest.classes[i].name;
  if (!same) problem(folder, "labels.differ", "labels.csv names other classes than the manifest", "labels.csv");
}

void Verifier::check_sample(const fs::path& folder, const SampleRecord& record, const format::StoredItem& stored,
                            const format::Traits& traits) {
  const std::string differs = difference(record, stored, traits);
  if (!differs.empty()) problem(folder, "sample.label_differs", differs, {}, &record);
  const std::string expected = stored.is_planes ? record.planes.value_or("") : record.sha256;
  if (to_hex(sha256(stored.bytes)) != expected)
    problem(folder, "sample.bytes_differ", "the picture is not the one the manifest names", {}, &record);
}

/// Walk set and listing side by side. Returns how many samples were read back.
Result<std::uint64_t> Verifier::check_samples(const fs::path& folder, const SetManifest& manifest) {
  if (manifest.foreign) return check_foreign_samples(folder, manifest);
  AVA_TRY(const format::Format* driver, format::find(manifest.format));
  AVA_TRY(const auto reader, driver->open_reader(folder));
  if (reader->count() != manifest.sample_count)
    problem(folder, "set.count_differs",
            fmt::format("{} samples instead of {}", reader->count(), manifest.sample_count));
  std::ifstream listing(folder / kSamplesFile, std::ios::binary);
  MerkleTree tree;
  std::uint64_t read_back = 0;
  std::uint64_t listed = 0;
  format::StoredItem stored;
  bool have = false;  // `stored` waits for its line
  bool more = true;
  for (std::string line; std::getline(listing, line); ++listed, meter_.add(1)) {
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    const auto record = schema::from_text<SampleRecord>(line);
    if (!record.ok() || record->index != listed || record->split != manifest.split) {
      problem(folder, "manifest.bad", fmt::format("line {} of the listing is bad", listed + 1), kSamplesFile);
      return read_back;
    }
    const auto digest = digest_of_hex(record->sha256);
    if (digest.ok()) tree.add(leaf_of(*record, *digest));
    while (!have && more) {
      auto next = reader->next(stored);
      if (!next.ok()) {
        // A damaged record may stand for several; the listing says which ones are missing.
        const SampleRecord* which = stored.index == listed ? &*record : nullptr;
        problem(folder, next.error().slug(), next.error().message(), {}, which);
        if (stored.index >= reader->count()) more = false;
        if (stored.index == listed) break;
        continue;
      }
      more = have = *next;
    }
    if (!have || stored.index > listed) {
      if (have || !more) problem(folder, "sample.missing", "the set does not hold this sample", {}, &*record);
      continue;
    }
    have = false;
    ++read_back;
    check_sample(folder, *record, stored, driver->traits());
  }
  if (listed != manifest.sample_count)
    problem(folder, "set.count_differs",
            fmt::format("{} samples are listed instead of {}", listed, manifest.sample_count));
  if (to_hex(tree.root()) != manifest.split_root)
    problem(folder, "set.root_differs", "the listing does not give the root the manifest names", kSamplesFile);
  return read_back;
}

/// As check_samples(), for files that another tool wrote: records that were bad when they came are not listed, and the
/// numbers of those that are have gaps.
Result<std::uint64_t> Verifier::check_foreign_samples(const fs::path& folder, const SetManifest& manifest) {
  AVA_TRY(const auto reader, open_listed(folder, manifest));
  AVA_TRY(const format::Format* driver, format::find(manifest.format));
  std::ifstream listing(folder / kSamplesFile, std::ios::binary);
  MerkleTree tree;
  std::uint64_t read_back = 0;
  std::uint64_t listed = 0;
  format::StoredItem stored;
  bool have = false;  // `stored` is a sample
  bool more = true;
  const auto stands_at = [&](std::uint64_t index) { return read_back + listed > 0 && stored.index >= index; };
  for (std::string line; std::getline(listing, line); ++listed, meter_.add(1)) {
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    const auto record = schema::from_text<SampleRecord>(line);
    const auto digest = record.ok() ? digest_of_hex(record->sha256) : Result<Digest>(record.error());
    if (!digest.ok() || record->split != manifest.split) {
      problem(folder, "manifest.bad", fmt::format("line {} of the listing is bad", listed + 1), kSamplesFile);
      return read_back;
    }
    tree.add(leaf_of(*record, *digest));
    while (more && !stands_at(record->index)) {
      const auto next = reader->next(stored);
      have = next.ok() && *next;
      more = !next.ok() || *next;
      if (!next.ok() && stored.index == record->index)
        problem(folder, next.error().slug(), next.error().message(), {}, &*record);
      if (stored.index >= record->index) break;
    }
    if (have && stored.index == record->index) {
      check_sample(folder, *record, stored, driver->traits());
      ++read_back;
    } else if (!more || stored.index > record->index) {
      problem(folder, "sample.missing", "the set does not hold this sample", {}, &*record);
    }
  }
  if (listed != manifest.sample_count)
    problem(folder, "set.count_differs",
            fmt::format("{} samples are listed instead of {}", listed, manifest.sample_count));
  if (to_hex(tree.root()) != manifest.split_root)
    problem(folder, "set.root_differs", "the listing does not give the root the manifest names", kSamplesFile);
  return read_back;
}

void Verifier::remember(const fs::path& folder, const SetManifest& manifest) {
  auto [batch, first_of_batch] = batches_.try_emplace(manifest.batch, BatchSeen{.first = manifest});
  std::string samples;
  for (const FileRecord& record : manifest.files)
    if (record.path == kSamplesFile) samples = record.sha256.value_or("");
  auto& splits = batch->second.splits;
  const auto [split, first] = splits.try_emplace(manifest.split, SplitSeen{samples, folder, folder / kSamplesFile});
  if (!first && split->second.samples_sha256 != samples)
    problem(folder, "batch.sets_differ",
            fmt::format("holds other samples than '{}'", split->second.first_set.string()));
  const SetManifest& other = batch->second.first;
  const bool same_classes =
      std::equal(other.classes.begin(), other.classes.end(), manifest.classes.begin(), manifest.classes.end(),
                 [](const auto& a, const auto& b) { return a.name == b.name; });
  if (!first_of_batch && (other.batch_root != manifest.batch_root || !same_classes))
    problem(folder, "batch.sets_differ", "names another root or other classes than the other sets of its batch");
}

Result<void> Verifier::verify_set(const fs::path& folder) {
  const std::uint64_t before = report_.problem_count;
  VerifiedSet set{.path = folder.string()};
  const auto manifest = read_manifest<SetManifest>((folder / kSetFile).string());
  if (!manifest.ok()) {
    problem(folder, manifest.error().slug(), manifest.error().message(), kSetFile);
    report_.sets.push_back(std::move(set));
    return {};
  }
  set.format = manifest->format;
  set.split = manifest->split;
  set.batch = manifest->batch;
  meter_.begin(fmt::format("verify {}/{}", manifest->format, manifest->split), manifest->sample_count, "items");
  const auto driver = format::find(manifest->format);
  if (driver.ok()) check_files(folder, *manifest, **driver);
  check_labels(folder, *manifest);
  const auto read_back = check_samples(folder, *manifest);
  if (!read_back.ok() && read_back.error().code() == ErrorCode::kCancelled) return read_back.error();
  if (!read_back.ok()) problem(folder, read_back.error().slug(), read_back.error().message());
  if (read_back.ok()) set.sample_count = *read_back;
  remember(folder, *manifest);
  set.ok = report_.problem_count == before;
  report_.sets.push_back(std::move(set));
  return {};
}

/// With every part of a batch at hand, its root can be recomputed.
void Verifier::check_batch_root(const BatchSeen& batch) {
  MerkleTree tree;
  const PlanRecord& plan = batch.first.plan;
  for (const char* split : {"train", "val", "test"}) {
    const auto share = plan.splits.find(split);
    const auto count = plan.counts.find(split);
    if ((share == plan.splits.end() || share->second <= 0) && (count == plan.counts.end() || count->second == 0))
      continue;
    const auto seen = batch.splits.find(split);
    if (seen == batch.splits.end()) return;
    std::ifstream listing(seen->second.samples, std::ios::binary);
    for (std::string line; std::getline(listing, line);) {
      const auto record = schema::from_text<SampleRecord>(line);
      const auto digest = record.ok() ? digest_of_hex(record->sha256) : Result<Digest>(record.error());
      if (!digest.ok()) return;  // reported with its set
      tree.add(leaf_of(*record, *digest));
    }
  }
  report_.root = to_hex(tree.root());
  if (report_.root != batch.first.batch_root)
    problem(batch.splits.begin()->second.first_set, "batch.root_differs",
            "the samples do not give the root of the batch");
}

void Verifier::compare_batches() {
  for (const auto& [name, batch] : batches_) check_batch_root(batch);
  for (const fs::path& path : batch_files_) {
    const auto manifest = read_manifest<BatchManifest>(path.string());
    if (!manifest.ok()) {
      problem(path.parent_path(), manifest.error().slug(), manifest.error().message(), kBatchFile);
      continue;
    }
    for (const FileRecord& record : manifest->files) {
      const auto digest = sha256_of_file((path.parent_path() / record.path).string());
      if (!file::is_safe_relative(record.path) || !digest.ok() || to_hex(*digest) != record.sha256)
        problem(path.parent_path(), "file.digest_differs", "missing, or not the bytes batch.json names", record.path);
    }
    const auto seen = batches_.find(manifest->batch);
    if (seen != batches_.end() && seen->second.first.batch_root != manifest->root)
      problem(path.parent_path(), "batch.root_differs", "batch.json names another root than its sets", kBatchFile);
  }
}

Result<VerifyReport> Verifier::run() {
  for (const fs::path& folder : folders_) AVA_CHECK(verify_set(folder));
  compare_batches();
  report_.ok = report_.problem_count == 0;
  return std::move(report_);
}

}  // namespace

Result<VerifyReport> verify(const std::vector<fs::path>& paths, const OnProgress& on_progress,
                            const std::stop_token& stop) {
  Verifier verifier(on_progress, stop);
  for (const fs::path& path : paths) AVA_CHECK(verifier.add_path(path));
  return verifier.run();
}

}  // namespace ava::pipeline
