// Rules of formatted sets: plan a batch, watch it, delete sets that nobody trains with.
#pragma once

#include <string>

#include "base/live.hpp"
#include "base/result.hpp"
#include "dataset/dataset_service.hpp"
#include "dataset/formatted_set.hpp"
#include "dataset/formatted_set_repo.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "job/job_service.hpp"
#include "user/bucket.hpp"
#include "user/user.hpp"

namespace ava::dataset {

/// What the format job needs to know; kept with the job.
struct FormatPayload {
  std::string dataset_id;
  std::string batch;
  FormatRequest request;
};
void describe(schema::Visitor& v, FormatPayload& x);

/// Thread: any. Lifetime: its references outlive it.
class FormatService {
 public:
  struct Parts {
    db::Database& database;
    user::BucketService& buckets;
    job::JobService& jobs;
    DatasetService& datasets;
    const Clock& clock;
    Publish publish;
  };
  explicit FormatService(Parts parts) : parts_(std::move(parts)) {}

  /// One set per format and split with a share, all of one batch, in state `creating`.
  /// Errors: `dataset.not_found`, `dataset.not_ready`, `format.unknown`, `format.twice`, `format.bad_splits`,
  /// `format.label_needed`, `format.no_such_label`, `resize.bad`, and those of the drivers' options.
  Result<FormatBatch> create(const user::Actor& who, const DatasetId& id, FormatRequest request);
  /// Errors: `formatted_set.not_found`.
  Result<FormattedSet> find(const FormattedSetId& id);
  Result<db::Page<FormattedSet>> list(const SetFilter& filter);
  /// It cannot be brought back. Errors: `formatted_set.not_found`, `formatted_set.in_use` (details: users),
  /// `user.not_owner`.
  Result<void> remove(const user::Actor& who, const FormattedSetId& id);
  /// Remove the objects of deleted sets that a crash left. Returns how many.
  Result<int> purge();

  Result<std::shared_ptr<storage::Storage>> storage_of(const FormattedSet& set);
  /// For job kinds: tell listeners what the sets of a batch look like now.
  void publish_batch(const std::string& batch);

 private:
  Parts parts_;
};

/// Errors: as FormatService::create says; fills in the label when the dataset has exactly one classification.
Result<void> check_request(const Dataset& dataset, FormatRequest& request);

}  // namespace ava::dataset
