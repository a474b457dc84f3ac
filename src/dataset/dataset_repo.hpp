// SQL of datasets, and nothing else. Deleted datasets stay as rows without a name, for the records that refer to them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/dataset.hpp"
#include "db/db.hpp"
#include "db/page.hpp"

namespace ava::dataset {

/// Something that uses a dataset or a set, for the refusal to delete it.
struct UsedBy {
  std::string type;  ///< "formatted_set", "training", "dataset"
  std::string id;
  std::string name;
};

struct DatasetFilter {
  std::string search;  ///< part of the name; empty: all
  db::PageRequest page;
};

/// What an import found.
struct ImportedCounts {
  std::int64_t item_count = 0;
  std::int64_t reject_count = 0;
  std::int64_t byte_count = 0;
  std::vector<LabelRef> labels;
};

/// Errors of all: those of db::Tx. Thread: as the transaction.
class DatasetRepo {
 public:
  static Result<void> insert(db::Tx& tx, const Dataset& dataset);
  /// `with_deleted`: also one that nobody sees any more.
  static Result<std::optional<Dataset>> find(db::Tx& tx, const DatasetId& id, bool with_deleted = false);
  static Result<bool> name_taken(db::Tx& tx, const std::string& name);
  static Result<std::vector<Dataset>> list(db::Tx& tx, const DatasetFilter& filter);
  static Result<int> set_text(db::Tx& tx, const DatasetId& id, const std::string& name, const std::string& description);
  static Result<int> set_lineage(db::Tx& tx, const DatasetId& id, const Lineage& lineage);
  static Result<void> set_job(db::Tx& tx, const DatasetId& id, const std::string& job_id);
  /// creating -> success; 0 rows when it is not creating any more.
  static Result<int> succeed(db::Tx& tx, const DatasetId& id, const ImportedCounts& counts, TimeMs now);
  static Result<int> fail(db::Tx& tx, const DatasetId& id, const std::string& error_json, TimeMs now);
  /// Also the set of a formatted dataset.
  static Result<int> mark_deleted(db::Tx& tx, const DatasetId& id, TimeMs now);
  /// "dataset cats" for each dataset that lies in a bucket, for the refusal to forget it.
  static Result<std::vector<std::string>> in_bucket(db::Tx& tx, const user::BucketId& id);
  /// Deleted datasets whose job is over and whose objects may still lie in the storage.
  static Result<std::vector<Dataset>> to_purge(db::Tx& tx);
  static Result<void> mark_purged(db::Tx& tx, const DatasetId& id, TimeMs now);
  /// Formatted sets that live and were made of it, trainings that were made with one of this dataset's sets, and
  /// datasets that a graph makes or made of it: their rows name its pictures.
  static Result<std::vector<UsedBy>> used_by(db::Tx& tx, const DatasetId& id);
};

}  // namespace ava::dataset
