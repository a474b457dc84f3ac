#include "pipeline/work_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "storage/all.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;

/// Hidden from listings of the file storage, which leaves out names that begin so.
constexpr std::string_view kWorkPrefix = ".ava-tmp-";
constexpr std::uint64_t kManifestLimit = 64u << 20;
constexpr std::size_t kUploadsInFlight = 8;

Result<void> sync_folders(const fs::path& root) {
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(root, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
    if (entry->is_directory()) AVA_CHECK(file::sync_dir(entry->path()));
  if (failed) return file::error_of(failed.value(), "walk", root);
  return file::sync_dir(root);
}

bool holds_a_file(const fs::path& folder) {
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
    if (entry->is_regular_file(failed)) return true;
  return false;
}

Result<void> put_file(storage::Storage& storage, const std::string& key, const fs::path& path) {
  AVA_TRY(const auto writer, storage.create(key));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  std::vector<char> block(1u << 20);
  Result<void> outcome;
  ssize_t got = 0;
  while (outcome.ok() && (got = ::read(fd, block.data(), block.size())) > 0)
    outcome = writer->write(std::string_view(block.data(), static_cast<std::size_t>(got)));
  const int failed = got < 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return file::error_of(failed, "read", path);
  AVA_CHECK(std::move(outcome));
  return writer->commit();
}

}  // namespace

Result<std::unique_ptr<WorkFolder>> WorkFolder::open(const Target& target, const Sources& sources) {
  std::unique_ptr<WorkFolder> folder(new WorkFolder);
  if (!target.folder.empty()) {
    folder->final_ = fs::absolute(target.folder).lexically_normal();
    if (folder->final_.filename().empty()) folder->final_ = folder->final_.parent_path();
  } else if (!target.bucket.empty()) {
    const auto bucket = sources.buckets.find(target.bucket);
    if (bucket == sources.buckets.end())
      return Error(ErrorCode::kInvalidArgument, "target.bucket_unknown", fmt::format("no bucket '{}'", target.bucket));
    AVA_CHECK(storage::check_key(target.prefix));
    AVA_TRY(folder->storage_, storage::open(bucket->second));
    folder->prefix_ = target.prefix;
    if (const auto local = folder->storage_->local_path(target.prefix)) folder->final_ = *local;
  } else {
    return Error(ErrorCode::kInvalidArgument, "target.missing", "neither a folder nor a bucket is named");
  }
  AVA_CHECK(folder->prepare());
  return folder;
}

Result<void> WorkFolder::prepare() {
  if (final_.empty()) {
    work_ = fs::temp_directory_path() / fmt::format("{}{}", kWorkPrefix, to_hex(sha256(prefix_)).substr(0, 16));
  } else {
    AVA_CHECK(file::make_dirs(final_.parent_path()));
    work_ = final_.parent_path() / fmt::format("{}{}", kWorkPrefix, final_.filename().string());
  }
  AVA_CHECK(file::make_dirs(work_));
  lock_ = ::open(work_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) return file::error_of(errno, "open", work_);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    lock_ = -1;
    return Error(ErrorCode::kConflict, "target.busy", fmt::format("another run is writing to '{}'", work_.string()));
  }
  return wipe();  // what a killed run left: nothing in it was ever visible
}

Result<void> WorkFolder::wipe() {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(work_, failed))
    if (entry.path() != spool()) AVA_CHECK(file::remove_tree(entry.path()));
  if (failed) return file::error_of(failed.value(), "read folder", work_);
  return {};
}

Result<void> WorkFolder::remove_spool() { return file::remove_tree(spool()); }

Result<void> WorkFolder::discard(const Target& target, const Sources& sources) {
  AVA_TRY(const auto folder, open(target, sources));
  return folder->remove_spool();
}

WorkFolder::~WorkFolder() {
  if (lock_ < 0) return;
  if (!published_) (void)(holds_a_file(spool()) ? wipe() : file::remove_tree(work_)).ok();
  ::close(lock_);
}

Result<std::optional<std::string>> WorkFolder::existing(std::string_view name) const {
  auto text = final_.empty() ? storage_->read(fmt::format("{}/{}", prefix_, name), kManifestLimit)
                             : file::read(final_ / name, kManifestLimit);
  if (text.ok()) return std::optional<std::string>(*std::move(text));
  if (text.error().code() == ErrorCode::kNotFound) return std::optional<std::string>{};
  return std::move(text).error();
}

Result<void> WorkFolder::publish(std::string_view last, const std::stop_token& stop) {
  if (final_.empty()) {
    AVA_CHECK(upload(last, stop));
    return remove_spool();
  }
  AVA_CHECK(sync_folders(work_));
  AVA_CHECK(remove_spool());  // not before: until here a kill leaves work to go on with
  if (::rename(work_.c_str(), final_.c_str()) != 0) {
    const int failed = errno;
    if (failed == ENOTEMPTY || failed == EEXIST || failed == ENOTDIR)
      return Error(ErrorCode::kConflict, "target.exists",
                   fmt::format("'{}' exists and is something else", final_.string()))
          .hint("choose another folder, or remove it first");
    return file::error_of(failed, "rename to", final_);
  }
  published_ = true;
  return file::sync_dir(final_.parent_path());
}

Result<void> WorkFolder::upload(std::string_view last, const std::stop_token& stop) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(work_)) {
    std::string name = entry.path().lexically_relative(work_).generic_string();
    if (entry.is_regular_file() && name != last && !name.starts_with(".spool/")) names.push_back(std::move(name));
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Result<void> outcome;
  const auto work = [&] {
    for (std::size_t i = next++; i < names.size(); i = next++) {
      auto sent = stop.stop_requested()
                      ? Result<void>(Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled"))
                      : put_file(*storage_, fmt::format("{}/{}", prefix_, names[i]), work_ / names[i]);
      if (sent.ok()) continue;
      next = names.size();
      const std::lock_guard lock(mutex);
      if (outcome.ok()) outcome = std::move(sent);
    }
  };
  {
    std::vector<std::jthread> threads;  // many small objects cost a round trip each
    for (std::size_t i = 0; i < std::min(kUploadsInFlight, names.size()); ++i) threads.emplace_back(work);
  }
  AVA_CHECK(std::move(outcome));
  return put_file(*storage_, fmt::format("{}/{}", prefix_, last), work_ / last);
}

}  // namespace ava::pipeline
