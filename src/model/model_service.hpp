// Rules of models: keep what a training made, take in an upload, hand out, delete.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/live.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "model/model.hpp"
#include "model/model_repo.hpp"
#include "storage/storage.hpp"
#include "user/bucket.hpp"
#include "user/user.hpp"

namespace ava::model {

/// Fills the front of a buffer; 0 at the end.
using ByteReader = std::function<Result<std::size_t>(std::span<char>)>;

/// A model about to be kept; size, digest and place are found while its bytes come in.
struct NewModel {
  std::string name;
  ModelOrigin origin = ModelOrigin::kUploaded;
  std::string file_name;
  std::optional<schema::Ref> training;
  std::optional<std::string> run_id;
  std::optional<std::string> client_key;  ///< a repeat of (run, key) answers the model kept first
  std::optional<std::int64_t> epoch;
  std::map<std::string, double> metrics;
  schema::Ref owner;
};

/// Thread: any. Lifetime: its references outlive it.
class ModelService {
 public:
  struct Parts {
    db::Database& database;
    user::BucketService& buckets;
    const Clock& clock;
    Publish publish;
    std::uint64_t limit_bytes = 64ull << 30;
  };
  explicit ModelService(Parts parts) : parts_(std::move(parts)) {}

  /// Stream the file into the storage, then make the row: a model is never half there. A produced model whose name is
  /// taken gets "-2", "-3", ... behind it. Errors: `bucket.none_bound`, `model.bad_name`, `model.name_taken`,
  /// `model.no_package` (an upload that is neither tar, tar.gz nor zip), `model.too_large`, `model.empty`, those of
  /// `read` and the storage.
  Result<Model> keep(NewModel model, const ByteReader& read);
  /// Errors: `model.not_found`.
  Result<Model> find(const ModelId& id);
  Result<db::Page<Model>> list(const ModelFilter& filter);
  /// Errors: `model.not_found`, `user.not_owner`.
  Result<void> remove(const user::Actor& who, const ModelId& id);
  /// Remove the files of deleted models that a crash left. Returns how many.
  Result<int> purge();
  Result<std::shared_ptr<storage::Storage>> storage_of(const Model& model);

 private:
  Result<std::string> free_name(db::Tx& tx, const NewModel& model);
  /// Make the row, under a name that is free now; the id of an earlier model when this is a repeat.
  Result<ModelId> record(const Model& model, const NewModel& request);
  Result<void> receive(Model& model, const user::Bucket& bucket, const ByteReader& read);

  Parts parts_;
};

}  // namespace ava::model
