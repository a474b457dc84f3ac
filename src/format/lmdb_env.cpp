#include "format/lmdb_env.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecordsPerCommit = 1000;
constexpr std::size_t kBytesPerCommit = 32u << 20;
constexpr std::uint64_t kSmallestMap = 16u << 20;
constexpr std::uint64_t kMapStep = 1u << 20;
constexpr std::size_t kLockBytes = 8192;

/// LMDB answers EIO when a write was cut short, which is what the last write before a full disk looks like.
bool is_full(int code, const fs::path& path) {
  constexpr std::uint64_t kNearlyNothing = 1u << 20;
  struct statvfs info {};
  return code == EIO && ::statvfs(path.c_str(), &info) == 0 && info.f_bavail * info.f_frsize < kNearlyNothing;
}

/// LMDB answers errno values and its own negative ones.
Error error_of(int code, std::string_view what, const fs::path& path) {
  if (code > 0) return file::error_of(is_full(code, path) ? ENOSPC : code, what, path);
  const bool damaged = code == MDB_CORRUPTED || code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
                       code == MDB_PAGE_NOTFOUND || code == MDB_NOTFOUND;
  return Error(damaged ? ErrorCode::kCorrupt : ErrorCode::kInternal, damaged ? "lmdb.corrupt" : "lmdb.failed",
               fmt::format("{} '{}': {}", what, path.string(), mdb_strerror(code)));
}

std::uint64_t round_up(std::uint64_t bytes) { return (bytes + kMapStep - 1) / kMapStep * kMapStep; }

MDB_val val_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }
std::string_view view_of(const MDB_val& val) { return {static_cast<const char*>(val.mv_data), val.mv_size}; }

/// Gives the pages of a memory map back while something walks over it: they lie in the page cache anyway, and
/// without this the resident size would grow to that of the store.
class MapTrimmer {
 public:
  explicit MapTrimmer(const fs::path& mapped_file) {
    thread_ = std::jthread([path = mapped_file.string()](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        drop(path);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  }

 private:
  static void drop(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      if (!line.ends_with(path)) continue;
      void* from = nullptr;
      void* to = nullptr;
      if (std::sscanf(line.c_str(), "%p-%p", &from, &to) != 2) continue;
      // A clean shared map of a file: nothing is lost.
      ::madvise(from, static_cast<std::size_t>(static_cast<char*>(to) - static_cast<char*>(from)), MADV_DONTNEED);
    }
  }
  std::jthread thread_;
};

/// Hashes a file while another thread writes it front to back: what was just written is still in the page cache, and
/// the digest is ready soon after the last byte.
class FollowingHash {
 public:
  explicit FollowingHash(int fd) : fd_(fd), thread_([this] { follow(); }) {}
  ~FollowingHash() { complete_ = true; }
  /// Nothing more will be written. Errors: an errno.
  int finish(Digest& digest) {
    complete_ = true;
    thread_.join();
    digest = hash_.finish();
    return failed_;
  }

 private:
  void follow() {
    std::vector<char> block(1u << 20);
    off_t at = 0;
    for (;;) {
      const bool last = complete_;  // asked before the read: what follows is the end then
      const ssize_t got = ::pread(fd_, block.data(), block.size(), at);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) failed_ = errno;
      if (got < 0 || (got == 0 && last)) return;
      hash_.update(std::string_view(block.data(), static_cast<std::size_t>(got)));
      at += got;
      if (got == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  int fd_;
  std::atomic<bool> complete_ = false;
  int failed_ = 0;
  Sha256 hash_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace

struct LmdbAppender::State {
  fs::path scratch;
  MDB_env* env = nullptr;
  MDB_dbi dbi = 0;
  std::uint64_t map_bytes = 0;
  std::vector<std::pair<std::string, std::string>> pending;
  std::size_t pending_bytes = 0;
  int growths = 0;

  ~State() {
    if (env != nullptr) mdb_env_close(env);
  }
  int open_database();
  int write_pending();
  Result<void> commit();
  Result<Digest> copy_to(int fd, const fs::path& path);
};

LmdbAppender::LmdbAppender(std::unique_ptr<State> state) : state_(std::move(state)) {}
LmdbAppender::LmdbAppender(LmdbAppender&&) noexcept = default;
LmdbAppender& LmdbAppender::operator=(LmdbAppender&&) noexcept = default;
LmdbAppender::~LmdbAppender() = default;
int LmdbAppender::growths() const { return state_->growths; }

int LmdbAppender::State::open_database() {
  MDB_txn* txn = nullptr;
  if (const int failed = mdb_txn_begin(env, nullptr, 0, &txn); failed != 0) return failed;
  if (const int failed = mdb_dbi_open(txn, nullptr, 0, &dbi); failed != 0) {
    mdb_txn_abort(txn);
    return failed;
  }
  return mdb_txn_commit(txn);
}

Result<LmdbAppender> LmdbAppender::create(const fs::path& scratch, std::uint64_t expected_bytes) {
  AVA_CHECK(file::make_dirs(scratch));
  auto state = std::make_unique<State>();
  state->scratch = scratch;
  state->map_bytes = round_up(std::max(kSmallestMap, expected_bytes));
  if (const int failed = mdb_env_create(&state->env); failed != 0) return error_of(failed, "make store", scratch);
  int failed = mdb_env_set_mapsize(state->env, state->map_bytes);
  // The store is private and copied at the end: no sync and no lock are needed while it grows.
  if (failed == 0) failed = mdb_env_open(state->env, scratch.c_str(), MDB_NOSYNC | MDB_NOLOCK | MDB_NORDAHEAD, 0644);
  if (failed == 0) failed = state->open_database();
  if (failed != 0) return error_of(failed, "open store", scratch);
  return LmdbAppender(std::move(state));
}

Result<void> LmdbAppender::append(std::string key, std::string value) {
  if (key.size() > kLmdbMaxKey)
    return Error(ErrorCode::kInvalidArgument, "lmdb.key_too_long", fmt::format("a key of {} bytes", key.size()));
  state_->pending_bytes += key.size() + value.size();
  state_->pending.emplace_back(std::move(key), std::move(value));
  if (state_->pending.size() < kRecordsPerCommit && state_->pending_bytes < kBytesPerCommit) return {};
  return state_->commit();
}

/// One transaction with all that waits. Returns LMDB's code.
int LmdbAppender::State::write_pending() {
  MDB_txn* txn = nullptr;
  if (const int failed = mdb_txn_begin(env, nullptr, 0, &txn); failed != 0) return failed;
  for (const auto& [key, value] : pending) {
    MDB_val key_val = val_of(key);
    MDB_val value_val = val_of(value);
    if (const int failed = mdb_put(txn, dbi, &key_val, &value_val, MDB_APPEND); failed != 0) {
      mdb_txn_abort(txn);
      return failed;
    }
  }
  return mdb_txn_commit(txn);
}

Result<void> LmdbAppender::State::commit() {
  int failed = write_pending();
  while (failed == MDB_MAP_FULL) {
    ++growths;
    map_bytes = round_up(std::max(map_bytes * 2, map_bytes + 2 * pending_bytes));
    failed = mdb_env_set_mapsize(env, map_bytes);
    if (failed == 0) failed = write_pending();
  }
  if (failed != 0) return error_of(failed, "write to", scratch);
  pending.clear();
  pending_bytes = 0;
  return {};
}

/// The compact copy into an open file. LMDB's copy by name would bypass the page cache, and be read again to hash it.
Result<Digest> LmdbAppender::State::copy_to(int fd, const fs::path& path) {
  const MapTrimmer trimmer(fs::canonical(scratch) / "data.mdb");
  FollowingHash hash(fd);
  const int failed = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
  Digest digest{};
  const int not_hashed = hash.finish(digest);
  if (failed != 0) return error_of(failed, "copy store to", path);
  if (not_hashed != 0) return file::error_of(not_hashed, "read", path);
  if (::fsync(fd) != 0) return file::error_of(errno, "sync", path);
  return digest;
}

Result<Digest> LmdbAppender::finish(const fs::path& folder) {
  AVA_CHECK(state_->commit());
  MDB_envinfo info;
  MDB_stat stat;
  mdb_env_info(state_->env, &info);
  mdb_env_stat(state_->env, &stat);
  // The copy inherits the map size: make it the size of the data, not of the estimate.
  const int failed = mdb_env_set_mapsize(state_->env, round_up((info.me_last_pgno + 1) * stat.ms_psize));
  if (failed != 0) return error_of(failed, "size store", folder);
  const fs::path path = folder / "data.mdb";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "create", path);
  auto digest = state_->copy_to(fd, path);
  if (::close(fd) != 0 && digest.ok()) return file::error_of(errno, "close", path);
  if (!digest.ok()) return digest;
  // LMDB initialises a lock file itself on first use; zeros keep the set the same on every machine.
  AVA_CHECK(file::write_atomic(folder / "lock.mdb", std::string(kLockBytes, '\0')));
  const fs::path scratch = state_->scratch;
  state_.reset();
  AVA_CHECK(file::remove_tree(scratch));
  return digest;
}

struct LmdbCursor::State {
  fs::path folder;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  std::uint64_t count = 0;
  std::unique_ptr<MapTrimmer> trimmer;

  ~State() {
    trimmer.reset();
    if (cursor != nullptr) mdb_cursor_close(cursor);
    if (txn != nullptr) mdb_txn_abort(txn);
    if (env != nullptr) mdb_env_close(env);
  }
};

LmdbCursor::LmdbCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
LmdbCursor::LmdbCursor(LmdbCursor&&) noexcept = default;
LmdbCursor& LmdbCursor::operator=(LmdbCursor&&) noexcept = default;
LmdbCursor::~LmdbCursor() = default;
std::uint64_t LmdbCursor::count() const { return state_->count; }

Result<LmdbCursor> LmdbCursor::open(const fs::path& folder) {
  auto state = std::make_unique<State>();
  state->folder = folder;
  std::error_code missing;
  if (!fs::exists(folder / "data.mdb", missing)) return file::error_of(ENOENT, "open", folder / "data.mdb");
  MDB_dbi dbi = 0;
  int failed = mdb_env_create(&state->env);
  if (failed == 0) failed = mdb_env_open(state->env, folder.c_str(), MDB_RDONLY | MDB_NOLOCK, 0644);
  if (failed == 0) failed = mdb_txn_begin(state->env, nullptr, MDB_RDONLY, &state->txn);
  if (failed == 0) failed = mdb_dbi_open(state->txn, nullptr, 0, &dbi);
  if (failed == 0) failed = mdb_cursor_open(state->txn, dbi, &state->cursor);
  MDB_stat stat{};
  if (failed == 0) failed = mdb_stat(state->txn, dbi, &stat);
  if (failed != 0) return error_of(failed, "open store", folder);
  state->count = stat.ms_entries;
  // A store shorter than its meta page says would end the program with SIGBUS when walked.
  MDB_envinfo info;
  mdb_env_info(state->env, &info);
  if (fs::file_size(folder / "data.mdb", missing) < (info.me_last_pgno + 1) * stat.ms_psize)
    return Error(ErrorCode::kCorrupt, "lmdb.corrupt", fmt::format("'{}' is cut short", (folder / "data.mdb").string()));
  state->trimmer = std::make_unique<MapTrimmer>(fs::canonical(folder) / "data.mdb");
  return LmdbCursor(std::move(state));
}

Result<bool> LmdbCursor::next(std::string_view& key, std::string_view& value) {
  MDB_val key_val;
  MDB_val value_val;
  const int failed = mdb_cursor_get(state_->cursor, &key_val, &value_val, MDB_NEXT);
  if (failed == MDB_NOTFOUND) return false;
  if (failed != 0) return error_of(failed, "read", state_->folder);
  key = view_of(key_val);
  value = view_of(value_val);
  return true;
}

}  // namespace ava::format
