// Rules of formatted sets: plan a batch, watch it, delete sets that nobody trains with.
#pragma once

#include <filesystem>
#include <string>

#include "base/live.hpp"
#include "base/result.hpp"
#include "dataset/contents.hpp"
#include "dataset/dataset_service.hpp"
#include "dataset/formatted_set.hpp"
#include "dataset/formatted_set_repo.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "job/job_service.hpp"
#include "pipeline/verify.hpp"
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

/// What the verify job needs to know; kept with the job.
struct VerifyPayload {
  std::string batch;
};
void describe(schema::Visitor& v, VerifyPayload& x);

/// A check of the sets of a batch: how far it is, and what it found once it is over.
struct Verification {
  job::Job job;
  std::optional<pipeline::VerifyReport> report;  ///< sets by "<format>/<split>"
};
void describe(schema::Visitor& v, Verification& x);

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
    std::filesystem::path jobs_folder;  ///< one folder per data job below it
  };
  explicit FormatService(Parts parts) : parts_(std::move(parts)) {}

  /// One set per format and split with a share, all of one batch, in state `creating`.
  /// Errors: `dataset.not_found`, `dataset.not_ready`, `format.unknown`, `format.twice`, `format.bad_splits`,
  /// `format.label_needed`, `format.no_such_label`, `resize.bad`, and those of the drivers' options.
  Result<FormatBatch> create(const user::Actor& who, const DatasetId& id, FormatRequest request);
  /// Errors: `formatted_set.not_found`.
  Result<FormattedSet> find(const FormattedSetId& id);
  Result<db::Page<FormattedSet>> list(const SetFilter& filter);
  /// What its batch left out or could not read, also when it failed for that.
  /// Errors: `formatted_set.not_found`, `formatted_set.not_ready`, `dataset.bad_cursor`.
  Result<db::Page<RejectItem>> rejects(const FormattedSetId& id, const db::PageRequest& page);
  /// Read the finished sets of this one's batch back and compare them with their manifests: a job. While one is under
  /// way, that one. Errors: `formatted_set.not_found`, `formatted_set.not_ready`.
  Result<Verification> verify(const user::Actor& who, const FormattedSetId& id);
  /// The latest one of its batch. Errors: `formatted_set.not_found`, `formatted_set.not_verified`.
  Result<Verification> verification(const FormattedSetId& id);
  /// It cannot be brought back. Errors: `formatted_set.not_found`, `formatted_set.in_use` (details: users),
  /// `user.not_owner`.
  Result<void> remove(const user::Actor& who, const FormattedSetId& id);
  /// Remove the objects of deleted sets that a crash left. Returns how many.
  Result<int> purge();

  Result<std::shared_ptr<storage::Storage>> storage_of(const FormattedSet& set);
  /// For job kinds: tell listeners what the sets of a batch look like now.
  void publish_batch(const std::string& batch);
  void publish_removed(const FormattedSetId& id);

 private:
  Parts parts_;
};

/// Errors: as FormatService::create says; fills in the label when the dataset has exactly one.
Result<void> check_request(const Dataset& dataset, FormatRequest& request);
/// The parts of the request as the job is told them.
void take_splits(const FormatRequest& request, pipeline::FormatSpec& spec);

}  // namespace ava::dataset
