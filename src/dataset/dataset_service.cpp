#include "dataset/dataset_service.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "dataset/new_dataset.hpp"
#include "exchange/all.hpp"
#include "schema/json.hpp"
#include "storage/object_uri.hpp"

namespace ava::dataset {

void describe(schema::Visitor& v, NewSource& x) {
  v.type("NewDatasetSource");
  v.field("kind", x.kind, {.doc = "upload, uri or prefix"});
  v.field("upload_id", x.upload_id, {.doc = "kind upload: a list, or an archive of pictures"});
  v.field("uri", x.uri,
          {.doc = "kind uri: a list or archive; kind prefix: a folder of pictures",
           .max = 2048,
           .example = "qiniu:///my-bucket/lists/train.jsonlist"});
  v.field("index_upload_id", x.index_upload_id, {.doc = "Formatted: the index file, e.g. data.idx"});
  v.field("index_uri", x.index_uri, {.doc = "Formatted: likewise, in a bucket", .max = 2048});
  v.field("labels_upload_id", x.labels_upload_id, {.doc = "Formatted: a file of class names, one a line"});
  v.field("labels_uri", x.labels_uri, {.doc = "Formatted: likewise, in a bucket", .max = 2048});
}

void describe(schema::Visitor& v, NewSet& x) {
  v.type("NewSet");
  v.field("format", x.format, {.doc = "One of GET /formats; auto: told by content", .required = false, .max = 40});
  v.field("task", x.task,
          {.doc = "classification, multi_label or detection; auto: told by content", .required = false, .max = 40});
  v.field("split", x.split, {.doc = "What it is for; any set can be trained or validated with", .required = false});
}

void describe(schema::Visitor& v, AdoptPayload& x) {
  v.type("AdoptPayload");
  v.field("data", x.data);
  v.field("index", x.index);
  v.field("labels", x.labels);
  v.field("format", x.format);
  v.field("task", x.task);
  v.field("split", x.split);
  v.field("label", x.label);
  v.field("batch", x.batch);
}

void describe(schema::Visitor& v, CreateDataset& x) {
  v.type("CreateDataset");
  v.field("name", x.name, {.max = 63, .example = "traffic-signs"});
  v.field("description", x.description, {.max = 500});
  v.field("kind", x.kind, {.doc = "source: a list or pictures; formatted: a ready-made set", .required = false});
  v.field("source", x.source);
  v.field("set", x.set, {.doc = "Kind formatted: what is known of it", .required = false});
  v.field("on_error", x.on_error, {.doc = "list: keep the good lines; fail: one bad line fails", .required = false});
  v.field("url_prefix", x.url_prefix, {.doc = "Put before relative urls", .required = false, .max = 1024});
  v.field("as", x.as, {.doc = "An importer of GET /importers; auto: told by content", .required = false, .max = 40});
  v.field("options", x.options, {.doc = "Options of that importer", .required = false});
  v.field("label", x.label, {.doc = "Name of the labels that are made", .required = false, .min = 1, .max = 63});
  v.field("labels_only", x.labels_only, {.doc = "Do not look for the pictures", .required = false});
}

void describe(schema::Visitor& v, CopyDataset& x) {
  v.type("CopyDataset");
  v.field("name", x.name, {.max = 63});
  v.field("description", x.description, {.max = 500});
}

void describe(schema::Visitor& v, ChangeDataset& x) {
  v.type("ChangeDataset");
  v.field("name", x.name, {.max = 63});
  v.field("description", x.description, {.max = 500});
}

void describe(schema::Visitor& v, ImportPayload& x) {
  v.type("ImportPayload");
  v.field("dataset_id", x.dataset_id);
  v.field("kind", x.kind);
  v.field("source", x.source);
  v.field("from_bucket", x.from_bucket);
  v.field("from_id", x.from_id, {.required = false});
  v.field("url_prefix", x.url_prefix);
  v.field("fail_on_reject", x.fail_on_reject);
  v.field("as", x.as, {.required = false});
  v.field("options", x.options, {.required = false});
  v.field("label", x.label, {.required = false});
  v.field("labels_only", x.labels_only, {.required = false});
}

Result<void> check_owner(const user::Actor& who, const schema::Ref& owner) {
  if (who.is_admin() || owner.id == who.user.id.str()) return {};
  return Error(ErrorCode::kPermissionDenied, "user.not_owner", fmt::format("this belongs to {}", owner.name))
      .hint("ask its owner or an administrator");
}

std::string users_json(const std::vector<UsedBy>& users) {
  nlohmann::json list = nlohmann::json::array();
  for (const UsedBy& u : users) list.push_back({{"type", u.type}, {"id", u.id}, {"name", u.name}});
  return list.dump();
}

namespace {

Error no_dataset(const DatasetId& id) {
  return Error(ErrorCode::kNotFound, "dataset.not_found", "there is no dataset " + id.str());
}

}  // namespace

Error bad_source(std::string_view why, std::string_view pointer) {
  return Error(ErrorCode::kInvalidArgument, "dataset.bad_source", why).at(pointer);
}

Result<std::string> DatasetService::checked_uri(const std::string& text, bool prefix, std::string_view pointer) {
  AVA_TRY(const auto uri, storage::parse_uri(text));
  if (uri.kind != storage::UriKind::kBucket)
    return bad_source("the uri must be of the form qiniu:///bucket/key", pointer);
  AVA_TRY(const user::Bucket found_bucket, parts_.buckets.find_by_name(uri.bucket));
  AVA_TRY(const auto bucket, parts_.buckets.open(found_bucket));
  if (prefix) {
    AVA_TRY(const auto page, bucket->list({.prefix = std::string(uri.key), .cursor = {}, .limit = 1}));
    if (page.items.empty())
      return Error(ErrorCode::kNotFound, "dataset.source_not_found", "there is nothing below " + text).at(pointer);
  } else if (auto found = bucket->stat(uri.key); !found.ok()) {
    return Error(ErrorCode::kNotFound, "dataset.source_not_found", text + ": " + found.error().text()).at(pointer);
  }
  return text;
}

Result<ImportPayload> DatasetService::resolve_source(const user::Actor& who, const CreateDataset& request,
                                                     DatasetSource& source) {
  ImportPayload payload;
  payload.kind = "auto";
  payload.url_prefix = request.url_prefix;
  if (request.on_error != "list" && request.on_error != "fail")
    return Error(ErrorCode::kInvalidArgument, "field.choice", "on_error is 'list' or 'fail'").at("/on_error");
  payload.fail_on_reject = request.on_error == "fail";
  const bool named = !request.as.empty() && request.as != "auto";
  if (named) {
    auto importer = exchange::find_importer(request.as);
    if (!importer.ok()) return std::move(importer.error()).at("/as");
  }
  payload.as = request.as;
  payload.options = request.options;
  payload.label = request.label;
  payload.labels_only = request.labels_only;

  const NewSource& from = request.source;
  if (from.kind == "upload") {
    if (!from.upload_id) return bad_source("an upload needs its upload_id", "/source/upload_id");
    AVA_TRY(const Upload upload, parts_.uploads.find(who, *from.upload_id));
    const bool readable = upload.kind == UploadKind::kList || upload.kind == UploadKind::kArchive;
    if (!readable && !(named && upload.kind == UploadKind::kOther))
      return bad_source(fmt::format("'{}' is neither a list nor an archive of pictures", upload.file_name),
                        "/source/upload_id");
    source = {upload.kind == UploadKind::kArchive ? SourceKind::kArchive : SourceKind::kUpload, upload.id.str(),
              upload.file_name};
    payload.source = parts_.uploads.path_of(upload.id).string();
    return payload;
  }
  if (from.kind != "uri" && from.kind != "prefix") return bad_source("kind is upload, uri or prefix", "/source/kind");
  if (!from.uri) return bad_source("a uri is needed", "/source/uri");
  AVA_TRY(payload.source, checked_uri(*from.uri, from.kind == "prefix", "/source/uri"));
  if (from.kind == "prefix") payload.kind = "prefix";
  source = {from.kind == "prefix" ? SourceKind::kPrefix : SourceKind::kUri, *from.uri, {}};
  return payload;
}

Result<Dataset> DatasetService::create(const user::Actor& who, const CreateDataset& request) {
  AVA_CHECK(check_name(request.name));
  AVA_TRY(const user::Bucket bucket, parts_.buckets.default_bucket());
  Dataset dataset;
  dataset.name = request.name;
  dataset.description = request.description.value_or("");
  dataset.bucket_id = bucket.id;
  dataset.id = DatasetId::make();
  dataset.kind = request.kind;
  if (request.kind == DatasetKind::kFormatted) {
    AVA_TRY(const AdoptPayload set, resolve_set(who, request, dataset.source));
    return start(who, std::move(dataset), "dataset.adopt", schema::to_text(set));
  }
  AVA_TRY(ImportPayload payload, resolve_source(who, request, dataset.source));
  payload.dataset_id = dataset.id.str();
  return start(who, std::move(dataset), "dataset.import", schema::to_text(payload));
}

Result<Dataset> DatasetService::copy(const user::Actor& who, const DatasetId& id, const CopyDataset& request) {
  AVA_CHECK(check_name(request.name));
  AVA_TRY(const Dataset original, find(id));
  if (original.state != DatasetState::kSuccess)
    return Error(ErrorCode::kConflict, "dataset.not_ready", "only a finished dataset can be copied");
  AVA_CHECK(check_has_list(original));
  AVA_TRY(const user::Bucket bucket, parts_.buckets.default_bucket());
  AVA_TRY(const user::Bucket from, parts_.buckets.find(original.bucket_id));
  Dataset dataset;
  dataset.id = DatasetId::make();
  dataset.name = request.name;
  dataset.description = request.description.value_or(original.description);
  dataset.bucket_id = bucket.id;
  dataset.source = {SourceKind::kCopy, original.list_uri, original.name};
  dataset.lineage = original.lineage;  // its rows, too, name pictures of those parents
  ImportPayload payload;
  payload.dataset_id = dataset.id.str();
  payload.kind = "copy";
  payload.from_bucket = from.name;
  payload.from_id = original.id.str();
  payload.source = original.prefix;
  return start(who, std::move(dataset), "dataset.copy", schema::to_text(payload));
}

Result<Dataset> DatasetService::start(const user::Actor& who, Dataset dataset, const std::string& job_kind,
                                      std::string payload) {
  AVA_TRY(Dataset made, insert_with_job({parts_.database, parts_.jobs, parts_.clock}, who, std::move(dataset), job_kind,
                                        std::move(payload)));
  parts_.jobs.wake();
  publish(made);
  return made;
}

Result<Dataset> DatasetService::find(const DatasetId& id) {
  AVA_TRY(auto dataset, parts_.database.read([&](db::Tx& tx) { return DatasetRepo::find(tx, id); }));
  if (!dataset) return no_dataset(id);
  return std::move(*dataset);
}

Result<db::Page<Dataset>> DatasetService::list(const DatasetFilter& filter) {
  AVA_TRY(auto rows, parts_.database.read([&](db::Tx& tx) { return DatasetRepo::list(tx, filter); }));
  return db::make_page(std::move(rows), filter.page, [](const Dataset& d) { return d.id.str(); });
}

Result<Dataset> DatasetService::change(const user::Actor& who, const DatasetId& id, const ChangeDataset& request) {
  AVA_TRY(const Dataset now, find(id));
  AVA_CHECK(check_owner(who, now.owner));
  if (request.name && *request.name != now.name)
    return Error(ErrorCode::kConflict, "dataset.name_fixed", "the name is part of the dataset's place in the storage")
        .hint("copy the dataset under the new name")
        .at("/name");
  AVA_CHECK(parts_.database.write([&](db::Tx& tx) {
    return DatasetRepo::set_text(tx, id, now.name, request.description.value_or(now.description));
  }));
  AVA_TRY(Dataset changed, find(id));
  publish(changed);
  return changed;
}

Result<void> DatasetService::remove(const user::Actor& who, const DatasetId& id) {
  AVA_TRY(const Dataset dataset, find(id));
  AVA_CHECK(check_owner(who, dataset.owner));
  AVA_CHECK(parts_.database.write([&](db::Tx& tx) -> Result<void> {
    AVA_TRY(const auto users, DatasetRepo::used_by(tx, id));
    if (!users.empty())
      return Error(ErrorCode::kConflict, "dataset.in_use",
                   fmt::format("'{}' is used by {} formatted sets, trainings and datasets", dataset.name, users.size()))
          .hint("delete those first")
          .detail("users", users_json(users));
    AVA_CHECK(DatasetRepo::mark_deleted(tx, id, parts_.clock.now_ms()));
    return {};
  }));
  if (dataset.job_id && dataset.state == DatasetState::kCreating) {
    if (auto stopped = parts_.jobs.cancel(*dataset.job_id); !stopped.ok())
      log::warn("dataset", "cancel {}: {}", *dataset.job_id, stopped.error().text());
  }
  if (parts_.publish) {
    const std::string gone = nlohmann::json{{"id", id.str()}}.dump();
    parts_.publish("datasets", "removed", gone);
    parts_.publish("dataset:" + id.str(), "removed", gone);
  }
  if (auto purged = purge(); !purged.ok()) log::warn("dataset", "purge: {}", purged.error().text());
  return {};
}

Result<int> DatasetService::purge() {
  AVA_TRY(const auto rows, parts_.database.read([&](db::Tx& tx) { return DatasetRepo::to_purge(tx); }));
  for (const Dataset& dataset : rows) {
    AVA_TRY(const auto bucket, storage_of(dataset));
    AVA_CHECK(bucket->remove_tree(dataset.prefix));
    AVA_CHECK(parts_.database.write(
        [&](db::Tx& tx) { return DatasetRepo::mark_purged(tx, dataset.id, parts_.clock.now_ms()); }));
  }
  return static_cast<int>(rows.size());
}

Result<std::shared_ptr<storage::Storage>> DatasetService::storage_of(const Dataset& dataset) {
  AVA_TRY(const user::Bucket bucket, parts_.buckets.find(dataset.bucket_id));
  return parts_.buckets.open(bucket);
}

void DatasetService::publish(const Dataset& dataset) {
  if (!parts_.publish) return;
  const std::string text = schema::to_text(dataset);
  parts_.publish("datasets", "changed", text);
  parts_.publish("dataset:" + dataset.id.str(), "changed", text);
}

}  // namespace ava::dataset
