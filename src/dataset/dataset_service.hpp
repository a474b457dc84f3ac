// Rules of datasets: create from a list, an archive, a prefix or a ready-made set; copy; look at; delete when nobody
// uses it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/live.hpp"
#include "base/result.hpp"
#include "dataset/contents.hpp"
#include "dataset/dataset.hpp"
#include "dataset/dataset_repo.hpp"
#include "dataset/formatted_set.hpp"
#include "dataset/upload.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "job/job_service.hpp"
#include "user/bucket.hpp"
#include "user/user.hpp"

namespace ava::dataset {

/// Where a new dataset comes from, as the API has it: one of upload_id and uri, by kind.
struct NewSource {
  std::string kind;  ///< "upload", "uri", "prefix"
  std::optional<UploadId> upload_id;
  std::optional<std::string> uri;
  std::optional<UploadId> index_upload_id;  ///< these four: of a formatted dataset only
  std::optional<std::string> index_uri;
  std::optional<UploadId> labels_upload_id;
  std::optional<std::string> labels_uri;
};
void describe(schema::Visitor& v, NewSource& x);

/// What is known of a ready-made set; "auto": told by content.
struct NewSet {
  std::string format = "auto";
  std::string task = "auto";
  Split split = Split::kTrain;
};
void describe(schema::Visitor& v, NewSet& x);

struct CreateDataset {
  std::string name;
  std::optional<std::string> description;
  DatasetKind kind = DatasetKind::kSource;
  NewSource source;
  NewSet set;                     ///< kFormatted
  std::string on_error = "list";  ///< "fail": one bad line fails the import
  std::string url_prefix;         ///< put before relative urls
  std::string as = "auto";        ///< importer of exchange/, e.g. "coco"
  schema::AnyJson options;        ///< of that importer
  std::string label = "class";    ///< name of labels that are made
  bool labels_only = false;       ///< take names as they are written, do not look for the pictures
};
void describe(schema::Visitor& v, CreateDataset& x);

struct CopyDataset {
  std::string name;
  std::optional<std::string> description;
};
void describe(schema::Visitor& v, CopyDataset& x);

struct ChangeDataset {
  std::optional<std::string> name;
  std::optional<std::string> description;
};
void describe(schema::Visitor& v, ChangeDataset& x);

/// What the import job needs to know; kept with the job.
struct ImportPayload {
  std::string dataset_id;
  std::string kind;    ///< pipeline's: auto, prefix, copy
  std::string source;  ///< local path of an upload, or a qiniu uri; copy: the prefix of the original
  std::string from_bucket;
  std::string from_id;  ///< copy: the original
  std::string url_prefix;
  bool fail_on_reject = false;
  std::string as;
  schema::AnyJson options;
  std::string label = "class";
  bool labels_only = false;
};
void describe(schema::Visitor& v, ImportPayload& x);

/// What the job needs to know that takes in a ready-made set. Local paths of uploads, or qiniu uris.
struct AdoptPayload {
  std::string data;
  std::string index;
  std::string labels;
  std::string format;  ///< empty: told by content; likewise below
  std::string task;
  Split split = Split::kTrain;
  std::string label;
  std::string batch;
};
void describe(schema::Visitor& v, AdoptPayload& x);

/// Thread: any. Lifetime: its references outlive it.
class DatasetService {
 public:
  struct Parts {
    db::Database& database;
    user::BucketService& buckets;
    job::JobService& jobs;
    UploadService& uploads;
    const Clock& clock;
    Publish publish;
    std::filesystem::path jobs_folder;  ///< one folder per data job below it
  };
  explicit DatasetService(Parts parts) : parts_(std::move(parts)) {}

  /// The answer is the dataset in state `creating`; its job does the rest.
  /// Errors: `bucket.none_bound`, `name.bad`, `dataset.name_taken`, `dataset.bad_source`, `dataset.source_not_found`,
  /// `upload.not_found`, `bucket.not_found`; kFormatted also `format.unknown`, `dataset.bad_task`.
  Result<Dataset> create(const user::Actor& who, const CreateDataset& request);
  /// Errors: `dataset.not_found`, `dataset.not_ready`, `dataset.has_no_list`, and those of create().
  Result<Dataset> copy(const user::Actor& who, const DatasetId& id, const CopyDataset& request);
  /// Errors: `dataset.not_found`.
  Result<Dataset> find(const DatasetId& id);
  Result<db::Page<Dataset>> list(const DatasetFilter& filter);
  /// Only the owner and admins. The name of a finished dataset is part of its object keys: it stays.
  /// Errors: `dataset.not_found`, `user.not_owner`, `dataset.name_fixed`.
  Result<Dataset> change(const user::Actor& who, const DatasetId& id, const ChangeDataset& request);
  /// Errors: `dataset.not_found`, `user.not_owner`, `dataset.in_use` (details: users as JSON), D-13.
  Result<void> remove(const user::Actor& who, const DatasetId& id);
  /// Remove the objects of deleted datasets that a crash left. Returns how many datasets.
  Result<int> purge();

  /// Lines and pictures that were refused: of a finished dataset, or of an import that failed for them (empty when it
  /// failed before it had found any). Errors: `dataset.not_found`, `dataset.not_ready`, `dataset.bad_cursor`.
  Result<db::Page<RejectItem>> rejects(const DatasetId& id, const db::PageRequest& page);
  /// Where its list, statistics and pictures lie. Errors: those of the bucket.
  Result<std::shared_ptr<storage::Storage>> storage_of(const Dataset& dataset);
  /// For job kinds: tell listeners what a dataset looks like now.
  void publish(const Dataset& dataset);

 private:
  Result<Dataset> start(const user::Actor& who, Dataset dataset, const std::string& job_kind, std::string payload);
  Result<ImportPayload> resolve_source(const user::Actor& who, const CreateDataset& request, DatasetSource& source);
  Result<AdoptPayload> resolve_set(const user::Actor& who, const CreateDataset& request, DatasetSource& source);
  /// The uri again, if there is an object there, or something below it.
  Result<std::string> checked_uri(const std::string& text, bool prefix, std::string_view pointer);

  Parts parts_;
};

/// `dataset.bad_source`.
Error bad_source(std::string_view why, std::string_view pointer);
/// A dataset of the kind kFormatted cannot be copied or formatted (R3.2-05). Errors: `dataset.has_no_list`.
Result<void> check_has_list(const Dataset& dataset);
/// Errors: `user.not_owner` unless `who` owns it or is an admin.
Result<void> check_owner(const user::Actor& who, const schema::Ref& owner);
/// The users of something as JSON text, for the refusal to delete it.
std::string users_json(const std::vector<UsedBy>& users);

}  // namespace ava::dataset
