#include "worker/copy_run.hpp"

#include <fmt/format.h>

#include "format/out_file.hpp"
#include "pipeline/answer.hpp"
#include "pipeline/import_run.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/work_folder.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"
#include "storage/all.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

namespace {

constexpr std::string_view kCopyFile = "copy.json";

/// Rewrite the urls of the list that begin with `from`.
Result<std::uint64_t> copy_list(const storage::Storage& storage, const std::string& key, const std::string& from,
                                const std::string& to, const std::filesystem::path& list, const std::stop_token& stop) {
  AVA_TRY(std::shared_ptr<storage::Reader> reader, storage.open(key));
  AVA_TRY(auto out, format::OutFile::create(list));
  const sample::ListOptions options{.allow_relative = true, .allow_local_paths = true};
  const auto source = [reader](char* buffer, std::size_t size) { return reader->read(buffer, size); };
  sample::ListReader lines(source, options);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, lines.next(batch, stop));
    if (!more) break;
    std::string text;
    for (const sample::SampleView& view : batch.samples()) {
      AVA_TRY(sample::Sample parsed, sample::parse_sample(view.raw, options));
      if (parsed.url.starts_with(from)) parsed.url = to + parsed.url.substr(from.size());
      if (parsed.source_url.starts_with(from)) parsed.source_url = to + parsed.source_url.substr(from.size());
      sample::append_line(text, parsed);
    }
    AVA_CHECK(out.write(text));
  }
  AVA_CHECK(out.close());
  return out.offset();
}

}  // namespace

Result<CopyResult> run_copy(const CopySpec& spec, const OnProgress& on_progress, const std::stop_token& stop) {
  const std::string spec_sha256 = sha256_of_spec(spec);
  const auto bucket = spec.sources.buckets.find(spec.from_bucket);
  if (bucket == spec.sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "target.bucket_unknown", fmt::format("no bucket '{}'", spec.from_bucket));
  AVA_TRY(const auto from, storage::open(bucket->second, {.create_root = false}));
  AVA_TRY(const auto folder, WorkFolder::open(spec.target, spec.sources));
  AVA_TRY(const auto before, answered_before<CopyResult>(*folder, kCopyFile, spec_sha256, "copy"));
  if (before) return *before;
  AVA_TRY(const auto work, storage::open_file(folder->path(), true, storage::Durability::kAtSync));
  const std::string prefix = spec.from_prefix + "/";
  const std::string list_uri = list_uri_of(spec.target);
  const std::string to_base = list_uri.substr(0, list_uri.size() - kListFile.size());
  CopyResult result{.list_uri = list_uri, .object_count = 1};
  ProgressMeter meter(on_progress);
  meter.begin("copy", 0, "items");
  auto list_bytes = copy_list(*from, prefix + std::string(kListFile), storage::bucket_uri(spec.from_bucket, prefix),
                              to_base, folder->path() / kListFile, stop);
  if (!list_bytes.ok() && list_bytes.error().slug() == "object.not_found")
    return Error(ErrorCode::kNotFound, "copy.no_list", fmt::format("no list below '{}'", spec.from_prefix));
  AVA_TRY(result.byte_count, std::move(list_bytes));
  const auto visit = [&](const storage::ObjectInfo& object) -> Result<void> {
    const std::string name = object.key.substr(prefix.size());
    if (name != kStatsFile && name != kRejectsFile && !name.starts_with("pictures/")) return {};
    AVA_TRY(const std::uint64_t bytes, storage::copy(*from, object.key, *work, name, stop));
    result.byte_count += bytes;
    ++result.object_count;
    meter.add(1);
    return {};
  };
  AVA_CHECK(storage::for_each(*from, prefix, visit, stop));
  meter.finish("publish");
  AVA_CHECK(storage::sync_all(folder->path()));
  AVA_CHECK(put_answer(*folder, kCopyFile, spec_sha256, result));
  AVA_CHECK(folder->publish(kListFile, stop));
  return result;
}

}  // namespace ava::worker
