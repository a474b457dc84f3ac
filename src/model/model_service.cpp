#include "model/model_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace ava::model {

namespace {

constexpr int kNameTries = 1000;

Result<void> check_model_name(const std::string& name) {
  if (name.size() < 2 || name.size() > 200 || !file::is_safe_relative(name) || name.find('/') != std::string::npos ||
      name.front() == '.')
    return Error(ErrorCode::kInvalidArgument, "model.bad_name", fmt::format("'{}' cannot be the name of a model", name))
        .hint("use 2 to 200 bytes of letters of any script, digits, '-', '_', '.' or ':'")
        .at("/name");
  return {};
}

bool is_package(std::string_view head) {
  return head.starts_with("PK\x03\x04") || head.starts_with("\x1f\x8b") ||
         (head.size() > 262 && head.substr(257, 5) == "ustar");
}

/// "<name>.model.tar.gz" as the original called its downloads (U5-06): ':' is no character for a file name.
std::string download_name(std::string name, std::string_view head) {
  std::replace(name.begin(), name.end(), ':', '_');
  return name + (head.starts_with("PK") ? ".model.zip" : head.starts_with("\x1f\x8b") ? ".model.tar.gz" : ".model.tar");
}

}  // namespace

Result<std::string> ModelService::free_name(db::Tx& tx, const NewModel& model) {
  AVA_CHECK(check_model_name(model.name));
  for (int i = 1; i < kNameTries; ++i) {
    const std::string name = i == 1 ? model.name : fmt::format("{}-{}", model.name, i);
    AVA_TRY(const bool taken, ModelRepo::name_taken(tx, name));
    if (!taken) return name;
    if (model.origin != ModelOrigin::kProduced) break;
  }
  return Error(ErrorCode::kConflict, "model.name_taken", fmt::format("there is a model named '{}' already", model.name))
      .at("/name");
}

Result<void> ModelService::receive(Model& model, const user::Bucket& bucket, const ByteReader& read) {
  AVA_TRY(const auto storage, parts_.buckets.open(bucket));
  AVA_TRY(const auto writer, storage->create(model.object_key));
  Sha256 hash;
  std::string head;
  std::vector<char> buffer(256 << 10);
  for (;;) {
    AVA_TRY(const std::size_t got, read(buffer));
    if (got == 0) break;
    const std::string_view piece(buffer.data(), got);
    if (head.size() < 512) head += piece.substr(0, 512 - head.size());
    model.size_bytes += static_cast<std::int64_t>(got);
    if (static_cast<std::uint64_t>(model.size_bytes) > parts_.limit_bytes)
      return Error(ErrorCode::kInvalidArgument, "model.too_large",
                   fmt::format("a model may have {} bytes", parts_.limit_bytes));
    hash.update(piece);
    AVA_CHECK(writer->write(piece));
  }
  if (model.size_bytes == 0) return Error(ErrorCode::kInvalidArgument, "model.empty", "the model has no bytes");
  if (!is_package(head))
    return Error(ErrorCode::kInvalidArgument, "model.no_package", "a model is one packed file: tar, tar.gz or zip");
  model.sha256 = to_hex(hash.finish());
  model.file_name = download_name(model.name, head);
  return writer->commit();
}

Result<Model> ModelService::keep(NewModel request, const ByteReader& read) {
  if (request.run_id && request.client_key) {
    AVA_TRY(const auto kept, parts_.database.read([&](db::Tx& tx) {
      return ModelRepo::by_client_key(tx, *request.run_id, *request.client_key);
    }));
    if (kept) return find(*kept);
  }
  AVA_TRY(const user::Bucket bucket, parts_.buckets.default_bucket());
  Model model;
  AVA_TRY(model.name, parts_.database.read([&](db::Tx& tx) { return free_name(tx, request); }));
  model.id = ModelId::make();
  model.origin = request.origin;
  model.training = request.training;
  model.run_id = request.run_id;
  model.epoch = request.epoch;
  model.metrics = request.metrics;
  model.owner = request.owner;
  model.created_at = {parts_.clock.now_ms()};
  model.bucket_id = bucket.id;
  // The id keeps two models that come in at once under one name apart until each has its row.
  model.object_key = fmt::format("ava/default/models/{}/{}/model", model.name, model.id.str());
  AVA_CHECK(receive(model, bucket, read));
  auto kept_id = record(model, request);
  if (!kept_id.ok() || *kept_id != model.id) {
    AVA_TRY(const auto storage, parts_.buckets.open(bucket));
    AVA_CHECK(storage->remove(model.object_key));
    AVA_CHECK(kept_id);
    return find(*kept_id);
  }
  AVA_TRY(Model kept, find(model.id));
  if (parts_.publish) parts_.publish("models", "changed", schema::to_text(kept));
  return kept;
}

Result<ModelId> ModelService::record(const Model& model, const NewModel& request) {
  return parts_.database.write([&](db::Tx& tx) -> Result<ModelId> {
    // Asked again inside: the same upload, or another one of this name, may have come in meanwhile.
    if (request.run_id && request.client_key) {
      AVA_TRY(const auto first, ModelRepo::by_client_key(tx, *request.run_id, *request.client_key));
      if (first) return *first;
    }
    Model row = model;
    AVA_TRY(row.name, free_name(tx, request));
    AVA_CHECK(ModelRepo::insert(tx, row, request.client_key));
    return row.id;
  });
}

Result<Model> ModelService::find(const ModelId& id) {
  AVA_TRY(auto model, parts_.database.read([&](db::Tx& tx) { return ModelRepo::find(tx, id); }));
  if (!model) return Error(ErrorCode::kNotFound, "model.not_found", "there is no model " + id.str());
  return std::move(*model);
}

Result<db::Page<Model>> ModelService::list(const ModelFilter& filter) {
  AVA_TRY(auto rows, parts_.database.read([&](db::Tx& tx) { return ModelRepo::list(tx, filter); }));
  return db::make_page(std::move(rows), filter.page, [](const Model& m) { return m.id.str(); });
}

Result<void> ModelService::remove(const user::Actor& who, const ModelId& id) {
  AVA_TRY(const Model model, find(id));
  if (!who.is_admin() && model.owner.id != who.user.id.str())
    return Error(ErrorCode::kPermissionDenied, "user.not_owner", fmt::format("this belongs to {}", model.owner.name));
  AVA_CHECK(parts_.database.write([&](db::Tx& tx) { return ModelRepo::mark_deleted(tx, id, parts_.clock.now_ms()); }));
  if (parts_.publish) parts_.publish("models", "removed", fmt::format(R"({{"id":"{}"}})", id.str()));
  if (auto purged = purge(); !purged.ok()) log::warn("model", "purge: {}", purged.error().text());
  return {};
}

Result<int> ModelService::purge() {
  AVA_TRY(const auto rows, parts_.database.read([&](db::Tx& tx) { return ModelRepo::to_purge(tx); }));
  for (const Model& model : rows) {
    AVA_TRY(const auto storage, storage_of(model));
    AVA_CHECK(storage->remove(model.object_key));
    AVA_CHECK(
        parts_.database.write([&](db::Tx& tx) { return ModelRepo::mark_purged(tx, model.id, parts_.clock.now_ms()); }));
  }
  return static_cast<int>(rows.size());
}

Result<std::shared_ptr<storage::Storage>> ModelService::storage_of(const Model& model) {
  AVA_TRY(const user::Bucket bucket, parts_.buckets.find(model.bucket_id));
  return parts_.buckets.open(bucket);
}

}  // namespace ava::model
