// SQL of models, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "model/model.hpp"

namespace ava::model {

struct ModelFilter {
  std::string origin;  ///< empty: all; likewise below
  std::string training_id;
  std::string search;  ///< part of the name
  db::PageRequest page;
};

/// Errors of all: those of db::Tx. Thread: as the transaction.
class ModelRepo {
 public:
  static Result<void> insert(db::Tx& tx, const Model& model, const std::optional<std::string>& client_key);
  /// The model a run kept with this key, deleted or not.
  static Result<std::optional<ModelId>> by_client_key(db::Tx& tx, const std::string& run_id,
                                                      const std::string& client_key);
  static Result<std::optional<Model>> find(db::Tx& tx, const ModelId& id);
  static Result<std::vector<Model>> list(db::Tx& tx, const ModelFilter& filter);
  static Result<bool> name_taken(db::Tx& tx, const std::string& name);
  /// "model cats" for each model that lies in a bucket, for the refusal to forget it.
  static Result<std::vector<std::string>> in_bucket(db::Tx& tx, const user::BucketId& id);
  /// Deleted models whose file may still lie in the storage.
  static Result<std::vector<Model>> to_purge(db::Tx& tx);
  static Result<void> mark_purged(db::Tx& tx, const ModelId& id, TimeMs now);
  static Result<int> mark_deleted(db::Tx& tx, const ModelId& id, TimeMs now);
};

}  // namespace ava::model
