#include "format/lmdb_env.hpp"

#include <fmt/format.h>
#include <lmdb.h>
#include <sys/mman.h>

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

/// LMDB answers errno values and its own negative ones.
Error error_of(int code, std::string_view what, const fs::path& path) {
  if (code > 0) return file::error_of(code, what, path);
  const bool damaged = code == MDB_CORRUPTED || code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
                       code == MDB_PAGE_NOTFOUND || code == MDB_NOTFOUND;
  return Error(damaged ? ErrorCode::kCorrupt : ErrorCode::kInternal, damaged ? "lmdb.corrupt" : "lmdb.failed",
               fmt::format("{} '{}': {}", what, path.string(), mdb_strerror(code)));
}

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

}  // namespace

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
