#include "worker/adopt_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "format/out_file.hpp"
#include "format/recordio.hpp"
#include "pipeline/foreign_set.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sources.hpp"
#include "storage/all.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr int kDeepest = 4;
constexpr std::string_view kData = ".data";
constexpr std::size_t kLockBytes =
    8192;  ///< zeros: LMDB fills them on first use, and cannot make the file in a container

Result<void> copy_bytes(storage::Reader& from, const fs::path& to, ProgressMeter& meter, const std::stop_token& stop) {
  AVA_CHECK(file::make_dirs(to.parent_path()));
  AVA_TRY(auto out, format::OutFile::create(to));
  std::string block(kBlock, '\0');
  for (;;) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    AVA_TRY(const std::size_t got, from.read(block.data(), block.size()));
    if (got == 0) return out.close();
    AVA_CHECK(out.write(std::string_view(block).substr(0, got)));
    meter.add(got);
  }
}

Result<std::unique_ptr<storage::Reader>> open_source(const std::string& source, const Sources& sources) {
  if (is_url(source)) {
    AVA_TRY(const auto resolver, make_resolver(sources));
    return resolver->open(source);
  }
  const fs::path path = fs::absolute(source);
  AVA_TRY(const auto folder, storage::open_file(path.parent_path(), false));
  return folder->open(path.filename().string());
}

Result<void> fetch_file(const std::string& source, const Sources& sources, const fs::path& to, ProgressMeter& meter,
                        const std::stop_token& stop) {
  AVA_TRY(const auto reader, open_source(source, sources));
  meter.begin("fetch", reader->size_bytes().value_or(0), "bytes");
  return copy_bytes(*reader, to, meter, stop);
}

Result<void> fetch_prefix(const AdoptSpec& spec, const fs::path& folder, ProgressMeter& meter,
                          const std::stop_token& stop) {
  const auto uri = storage::parse_uri(spec.data);
  const auto bucket = uri.ok() ? spec.sources.buckets.find(std::string(uri->bucket)) : spec.sources.buckets.end();
  if (!uri.ok() || uri->kind != storage::UriKind::kBucket || bucket == spec.sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "set.bad_prefix",
                 fmt::format("'{}' is no prefix of a bound bucket", spec.data))
        .hint("write it as qiniu:///<bucket>/<folder>/");
  AVA_TRY(const auto storage, storage::open(bucket->second, {.create_root = false}));
  const std::string prefix(uri->key);
  meter.begin("fetch", 0, "bytes");
  const auto fetch = [&](const storage::ObjectInfo& object) -> Result<void> {
    const std::string name = object.key.substr(prefix.size());
    if (!file::is_safe_relative(name)) return {};
    AVA_TRY(const auto reader, storage->open(object.key));
    return copy_bytes(*reader, folder / name, meter, stop);
  };
  return storage::for_each(*storage, prefix, fetch, stop);
}

Result<void> unpack(const fs::path& archive, const fs::path& folder, ProgressMeter& meter,
                    const std::stop_token& stop) {
  meter.begin("unpack", 0, "items");
  AVA_TRY(const auto to, storage::open_file(folder, true, storage::Durability::kAtSync));
  AVA_TRY(const auto reader, open_source(archive.string(), {}));
  storage::ArchiveVisitor visitor;
  visitor.wanted = [](std::string_view name) {
    return !name.starts_with('.') && name.find("/.") == std::string_view::npos && !name.starts_with("__MACOSX/");
  };
  visitor.entry = [&](storage::ArchiveEntry&&) -> Result<void> {
    meter.add(1);
    return {};
  };
  // A set with a file left out is another set: nothing is skipped here but hidden files.
  visitor.problem = [](const storage::ArchiveProblem& problem) -> Result<void> {
    if (problem.slug == "entry.too_large")
      return Error(ErrorCode::kInvalidArgument, "set.file_too_large",
                   fmt::format("{}: {}", problem.name, problem.detail))
          .hint("send data file and index file as they are, or name their folder in a bucket");
    return Error(ErrorCode::kInvalidArgument, "set.bad_archive", fmt::format("{}: {}", problem.name, problem.detail));
  };
  AVA_CHECK(storage::unpack_archive(*reader, *to, "", visitor, {}, stop));
  AVA_CHECK(storage::sync_all(folder));
  return file::remove_tree(archive);
}

/// Told by the first bytes; empty: neither.
std::string container_of(std::string_view head) {
  constexpr std::string_view kRecord("\x0a\x23\xd7\xce", 4);
  constexpr std::string_view kLmdb("\xde\xc0\xef\xbe", 4);
  if (head.starts_with(kRecord)) return "recordio";
  if (head.size() >= 20 && head.substr(16, 4) == kLmdb) return "lmdb";
  return {};
}

Result<std::string> head_of(const fs::path& path) {
  AVA_TRY(const auto reader, open_source(path.string(), {}));
  std::string head(512, '\0');
  AVA_TRY(const std::size_t got, reader->read(head.data(), head.size()));
  head.resize(got);
  return head;
}

/// Folders that hold a set; below a set nobody looks for another.
void find_sets(const fs::path& folder, int depth, std::vector<fs::path>& found, std::optional<Error>& other) {
  auto set = open_foreign(folder);
  if (set.ok()) {
    found.push_back(folder);
    return;
  }
  if (set.error().slug() != "set.unknown") other = set.error();
  if (depth == 0) return;
  std::vector<fs::path> below;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored)) below.push_back(entry.path());
  std::sort(below.begin(), below.end());
  for (const fs::path& path : below) find_sets(path, depth - 1, found, other);
}

std::string format_of(const fs::path& set) {
  const auto opened = open_foreign(set);
  return opened.ok() ? opened->format : "";
}

/// The files of `from` whose ending is `ending`, as `to` below it. Nothing when it lies there already.
Result<void> move_first(const fs::path& set, std::string_view ending, const fs::path& to) {
  std::error_code ignored;
  if (fs::exists(to, ignored)) return {};
  std::vector<fs::path> files;
  for (const fs::path& folder : {set / "cache", set})
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.is_regular_file(ignored) && entry.path().extension() == ending) files.push_back(entry.path());
  if (files.empty()) return {};
  AVA_CHECK(file::make_dirs(to.parent_path()));
  return file::move(*std::min_element(files.begin(), files.end()), to);
}

/// Every offset of the index is the start of a record, and there are as many as records.
bool index_agrees(const std::string& text, const std::vector<std::uint64_t>& offsets) {
  std::vector<std::uint64_t> named;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    std::uint64_t offset = 0;
    if (line.empty() || line == "\r") continue;
    if (tab == std::string::npos ||
        std::from_chars(line.data() + tab + 1, line.data() + line.size(), offset).ec != std::errc())
      return false;
    named.push_back(offset);
  }
  std::sort(named.begin(), named.end());
  return named == offsets;
}

Result<LaidOut> complete_index(const fs::path& cache) {
  AVA_TRY(auto records, format::RecordReader::open(cache / "data.rec"));
  std::vector<std::uint64_t> offsets;
  for (std::string payload;;) {
    const auto more = records.next(payload);
    if (!more.ok() && more.error().code() != ErrorCode::kCorrupt) return more.error();
    if (!more.ok()) continue;
    if (!*more) break;
    offsets.push_back(records.record_offset());
  }
  const auto given = file::read(cache / "data.idx", std::uint64_t{1} << 30);
  if (given.ok() && index_agrees(*given, offsets)) return LaidOut{offsets.size(), false};
  AVA_CHECK(file::remove_tree(cache / "data.idx"));
  AVA_TRY(auto index, format::OutFile::create(cache / "data.idx"));
  for (std::size_t i = 0; i < offsets.size(); ++i) AVA_CHECK(index.write(fmt::format("{}\t{}\n", i, offsets[i])));
  AVA_CHECK(index.close());
  return LaidOut{offsets.size(), true};
}

}  // namespace

Result<void> gather_set(const AdoptSpec& spec, const fs::path& folder, ProgressMeter& meter,
                        const std::stop_token& stop) {
  AVA_CHECK(file::make_dirs(folder));
  if (spec.data.ends_with('/')) return fetch_prefix(spec, folder, meter, stop);
  const fs::path data = folder / kData;
  AVA_CHECK(fetch_file(spec.data, spec.sources, data, meter, stop));
  AVA_TRY(const std::string head, head_of(data));
  const std::string container = container_of(head);
  if (container == "recordio" || container == "lmdb") {
    AVA_CHECK(file::move(data, folder / (container == "recordio" ? "data.rec" : "data.mdb")));
    // The lock file of LMDB carries no data (D-08).
    if (!spec.index.empty() && container == "recordio")
      AVA_CHECK(fetch_file(spec.index, spec.sources, folder / "data.idx", meter, stop));
  } else if (storage::is_archive(head)) {
    AVA_CHECK(unpack(data, folder, meter, stop));
  } else {
    return Error(ErrorCode::kInvalidArgument, "set.unknown", "the data file is no RecordIO, no LMDB and no archive")
        .hint("send data.rec, data.mdb, or a tar or zip of the set's folder");
  }
  if (spec.labels.empty()) return {};
  AVA_CHECK(file::remove_tree(folder / "labels.csv"));
  return fetch_file(spec.labels, spec.sources, folder / "labels.csv", meter, stop);
}

Result<fs::path> find_set(const fs::path& folder, const std::string& format, const std::string& split) {
  std::vector<fs::path> found;
  std::optional<Error> other;
  find_sets(folder, kDeepest, found, other);
  if (found.empty() && other) return *other;
  if (found.empty())
    return Error(ErrorCode::kInvalidArgument, "set.unknown", "there is no set of a format AVA reads")
        .hint(
            "a folder with data.rec or data.mdb, in it or below cache/, or a set of any format of 'ava data formats'");
  if (found.size() > 1) {
    const auto of_split = [&](const fs::path& path) { return path.filename() != split; };
    std::vector<fs::path> parts = found;
    parts.erase(std::remove_if(parts.begin(), parts.end(), of_split), parts.end());
    if (!format.empty()) {
      const auto another = [&](const fs::path& path) { return format_of(path) != format; };
      parts.erase(std::remove_if(parts.begin(), parts.end(), another), parts.end());
    }
    if (parts.size() != 1) {
      std::vector<std::string> names;
      for (const fs::path& path : found) names.push_back(path.lexically_relative(folder).generic_string());
      return Error(ErrorCode::kInvalidArgument, "set.several",
                   fmt::format("there are several sets: {}", fmt::join(names, ", ")))
          .hint("send one of them, or name the format and the split");
    }
    found = parts;
  }
  const std::string have = format_of(found.front());
  if (!format.empty() && have != format)
    return Error(ErrorCode::kInvalidArgument, "set.other_format", fmt::format("it is {}, not {}", have, format))
        .hint("leave the format open, and it is told by the content");
  return found.front();
}

Result<LaidOut> lay_out_set(const fs::path& set, const std::string& format) {
  for (const std::string_view name : {kSetFile, kSamplesFile}) AVA_CHECK(file::remove_tree(set / name));
  if (format == "lmdb") {
    // Before data.mdb is moved: a lock file has the same ending.
    AVA_CHECK(file::make_dirs(set / "cache"));
    for (const char* name : {"lock.mdb", "cache/lock.mdb"}) AVA_CHECK(file::remove_tree(set / name));
    AVA_CHECK(move_first(set, ".mdb", set / "cache/data.mdb"));
    AVA_CHECK(file::write_atomic(set / "cache" / kLockFile, std::string(kLockBytes, '\0')));
    return LaidOut{};
  }
  if (format != "recordio") return LaidOut{};
  AVA_CHECK(move_first(set, ".rec", set / "cache/data.rec"));
  AVA_CHECK(move_first(set, ".idx", set / "cache/data.idx"));
  return complete_index(set / "cache");
}

}  // namespace ava::worker
