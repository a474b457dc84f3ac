// The keys and values of an LMDB set through the set's reader, in a store that is LMDB's own; and the walk over the
// pages of a store that proves it unchanged.
#include <lmdb.h>

#include "format/all.hpp"
#include "fuzz.hpp"

namespace ava::fuzz {

namespace {

namespace fs = std::filesystem;

/// A store of one record.
class Store {
 public:
  explicit Store(const fs::path& folder) {
    fs::create_directories(folder);
    require(mdb_env_create(&env_) == 0 && mdb_env_set_mapsize(env_, 4u << 20) == 0, "a store");
    require(mdb_env_open(env_, folder.c_str(), MDB_NOSYNC, 0644) == 0, "an open store", folder.string());
  }
  ~Store() { mdb_env_close(env_); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void put(std::string_view key, std::string_view value) {
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    require(mdb_txn_begin(env_, nullptr, 0, &txn) == 0 && mdb_dbi_open(txn, nullptr, 0, &dbi) == 0, "a transaction");
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{value.size(), const_cast<char*>(value.data())};
    require(mdb_drop(txn, dbi, 0) == 0 && mdb_put(txn, dbi, &k, &v, 0) == 0, "a record");
    require(mdb_txn_commit(txn) == 0, "a commit");
  }

 private:
  MDB_env* env_ = nullptr;
};

void outline(std::string_view bytes) {
  const auto digest = (*must(format::find("lmdb"), "lmdb")).outline_of(as_file(bytes));
  if (!digest.ok()) require(digest.error().code() == ErrorCode::kCorrupt, "damage", digest.error().text());
}

void record(std::string_view bytes) {
  constexpr std::size_t kMostKey = 511;
  const std::string_view key = bytes.substr(0, bytes.find('\n'));
  const std::string_view value = bytes.substr(std::min(bytes.size(), key.size() + 1));
  if (key.empty() || key.size() > kMostKey) return;
  const fs::path folder = scratch() / "set";
  {
    Store store(folder / "cache");
    store.put(key, value);
  }
  auto reader = must((*must(format::find("lmdb"), "lmdb")).open_reader(folder), "a sound store");
  require(reader->count() == 1, "one record");
  format::StoredItem item;
  const auto first = reader->next(item);
  if (!first.ok()) require(first.error().code() == ErrorCode::kCorrupt, "damage", first.error().text());
  require(!must(reader->next(item), "the end"), "no second record");
}

}  // namespace

void one_input(std::string_view bytes) {
  if (choice(bytes, 2) == 0) return record(bytes);
  outline(bytes);
}

}  // namespace ava::fuzz
