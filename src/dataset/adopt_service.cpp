// Datasets of the second kind: a set that another tool wrote, as data file and index file (R3.1-08).
#include <filesystem>

#include "dataset/dataset_service.hpp"
#include "format/all.hpp"

namespace ava::dataset {

Result<void> check_has_list(const Dataset& dataset) {
  if (dataset.kind == DatasetKind::kSource) return {};
  return Error(ErrorCode::kConflict, "dataset.has_no_list",
               "the dataset is a ready-made set: it has no list to be formatted, copied or downloaded")
      .hint("train with it as it is, or import its pictures as a source dataset");
}

namespace {

/// "auto" becomes the empty string, which lets the content decide.
Result<void> check_choices(const NewSet& set) {
  if (set.format != "auto" && !set.format.empty())
    if (auto known = format::find(set.format); !known.ok()) return std::move(known.error()).at("/set/format");
  if (set.task != "auto" && !set.task.empty() && !schema::value_of<format::Task>(set.task).ok())
    return Error(ErrorCode::kInvalidArgument, "dataset.bad_task", "there is no task '" + set.task + "'")
        .hint("auto, classification, multi_label or detection")
        .at("/set/task");
  return {};
}

std::string chosen(const std::string& text) { return text == "auto" ? std::string() : text; }

}  // namespace

Result<AdoptPayload> DatasetService::resolve_set(const user::Actor& who, const CreateDataset& request,
                                                 DatasetSource& source) {
  AVA_CHECK(check_choices(request.set));
  const NewSource& from = request.source;
  AdoptPayload payload;
  payload.format = chosen(request.set.format);
  payload.task = chosen(request.set.task);
  payload.split = request.set.split;
  payload.label = request.label;
  payload.batch = random_hex(8);
  const auto uploaded = [&](const UploadId& id) -> Result<Upload> { return parts_.uploads.find(who, id); };
  const auto side_file = [&](const std::optional<UploadId>& id, const std::optional<std::string>& uri,
                             std::string_view pointer) -> Result<std::string> {
    if (uri && !uri->empty()) return checked_uri(*uri, false, pointer);
    if (!id) return std::string();
    AVA_TRY(const Upload upload, uploaded(*id));
    return parts_.uploads.path_of(upload.id).string();
  };
  AVA_TRY(payload.index, side_file(from.index_upload_id, from.index_uri, "/source/index_uri"));
  AVA_TRY(payload.labels, side_file(from.labels_upload_id, from.labels_uri, "/source/labels_uri"));
  if (from.kind == "upload") {
    if (!from.upload_id) return bad_source("an upload needs its upload_id", "/source/upload_id");
    AVA_TRY(const Upload upload, uploaded(*from.upload_id));
    source = {upload.kind == UploadKind::kArchive ? SourceKind::kArchive : SourceKind::kUpload, upload.id.str(),
              upload.file_name};
    payload.data = parts_.uploads.path_of(upload.id).string();
    return payload;
  }
  if (from.kind != "uri" && from.kind != "prefix") return bad_source("kind is upload, uri or prefix", "/source/kind");
  if (!from.uri) return bad_source("a uri is needed", "/source/uri");
  const bool prefix = from.kind == "prefix";
  // A prefix ends as a folder does: "signs" would also mean "signs-of-may/...".
  AVA_TRY(payload.data,
          checked_uri(prefix && !from.uri->ends_with('/') ? *from.uri + "/" : *from.uri, prefix, "/source/uri"));
  source = {prefix ? SourceKind::kPrefix : SourceKind::kUri, *from.uri, {}};
  return payload;
}

}  // namespace ava::dataset
