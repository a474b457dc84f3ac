#include "training/training_service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/log.hpp"
#include "schema/json.hpp"

namespace ava::training {

namespace {

Error not_found(const TrainingId& id) {
  return Error(ErrorCode::kNotFound, "training.not_found", "there is no training " + id.str());
}

bool is_env_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

SetRef ref_of(const dataset::FormattedSet& set) {
  return {set.id.str(), set.format, set.batch, std::string(schema::name_of(set.split)), set.dataset};
}

Result<void> check_ready(const dataset::FormattedSet& set, std::string_view pointer) {
  if (set.state == dataset::FormattedState::kDone) return {};
  return Error(ErrorCode::kConflict, "training.set_not_ready",
               fmt::format("the {} set of '{}' is not finished", set.format, set.dataset.name))
      .at(pointer);
}

}  // namespace

Result<void> TrainingService::check(const CreateTraining& request) const {
  AVA_CHECK(dataset::check_name(request.name));
  for (const auto& [name, value] : request.env) {
    if (!is_env_name(name) || name.starts_with("AVA_") || value.size() > 32'768)
      return Error(ErrorCode::kInvalidArgument, "training.bad_env",
                   fmt::format("'{}' cannot be set as an environment variable", name))
          .hint("use letters, digits and '_'; names that start with AVA_ belong to the platform")
          .at("/env/" + name);
  }
  AVA_TRY(const auto params, schema::parse(request.params.text));
  if (!params.is_object())
    return Error(ErrorCode::kInvalidArgument, "training.bad_params", "the hyper-parameters must be a JSON object")
        .at("/params");
  if (request.resources.gpu_count > 0)
    return Error(ErrorCode::kInvalidArgument, "training.no_gpu", "this server has no engine that offers GPUs")
        .hint("ask for 0 GPUs")
        .at("/resources/gpu_count");
  return {};
}

Result<Training> TrainingService::create(const user::Actor& who, const CreateTraining& request) {
  AVA_CHECK(check(request));
  Training training;
  training.id = TrainingId::make();
  training.name = request.name;
  training.description = request.description.value_or("");
  training.image = request.image;
  training.command = request.command;
  training.env = request.env;
  training.params = request.params;
  training.resources = request.resources;
  training.owner = {who.user.id.str(), who.user.name};
  training.created_at = {parts_.clock.now_ms()};
  AVA_TRY(const auto train_set, parts_.sets.find(request.train_set_id));
  AVA_CHECK(check_ready(train_set, "/train_set_id"));
  training.train_set = ref_of(train_set);
  if (request.val_set_id) {
    AVA_TRY(const auto val_set, parts_.sets.find(*request.val_set_id));
    AVA_CHECK(check_ready(val_set, "/val_set_id"));
    training.val_set = ref_of(val_set);
  }
  if (request.code_upload_id) {
    AVA_TRY(const auto upload_id, dataset::UploadId::parse(*request.code_upload_id));
    AVA_TRY(const auto upload, parts_.uploads.find(who, upload_id));
    auto unpacked = unpack_code(parts_.roots, training.id, parts_.uploads.path_of(upload.id), upload.file_name);
    if (!unpacked.ok()) {
      AVA_CHECK(file::remove_tree(folder_of(parts_.roots, training.id)));
      return std::move(unpacked).error();
    }
    training.has_code = true;
  }
  auto made = parts_.database.write([&](db::Tx& tx) -> Result<void> {
    // Asked again inside: a set may have been deleted meanwhile.
    AVA_TRY(const auto train, dataset::FormattedSetRepo::find(tx, train_set.id));
    if (!train) return Error(ErrorCode::kNotFound, "formatted_set.not_found", "the training set is gone");
    if (request.val_set_id) {
      AVA_TRY(const auto val, dataset::FormattedSetRepo::find(tx, *request.val_set_id));
      if (!val) return Error(ErrorCode::kNotFound, "formatted_set.not_found", "the validation set is gone");
    }
    AVA_CHECK(TrainingRepo::insert(tx, training));
    job::NewJob job{"training", who.user.id.str(), {"training", training.id.str(), training.name}, "{}"};
    job.cpu_cores = training.resources.cpu_cores;
    job.memory_bytes = training.resources.memory_bytes;
    AVA_TRY(const job::Job queued, parts_.jobs.submit(tx, job));
    return TrainingRepo::set_job(tx, training.id, queued.id.str());
  });
  if (!made.ok()) {
    AVA_CHECK(file::remove_tree(folder_of(parts_.roots, training.id)));
    return std::move(made).error();
  }
  parts_.jobs.wake();
  publish(training.id);
  return find(training.id);
}

Result<Training> TrainingService::find(const TrainingId& id) {
  AVA_TRY(auto training, parts_.database.read([&](db::Tx& tx) { return TrainingRepo::find(tx, id); }));
  if (!training) return not_found(id);
  return std::move(*training);
}

Result<db::Page<Training>> TrainingService::list(const TrainingFilter& filter) {
  AVA_TRY(auto rows, parts_.database.read([&](db::Tx& tx) { return TrainingRepo::list(tx, filter); }));
  return db::make_page(std::move(rows), filter.page, [](const Training& t) { return t.id.str(); });
}

Result<Training> TrainingService::stop(const user::Actor& who, const TrainingId& id) {
  AVA_TRY(const Training training, find(id));
  AVA_CHECK(dataset::check_owner(who, training.owner));
  if (!is_over(training.state) && training.job_id) AVA_CHECK(parts_.jobs.cancel(*training.job_id));
  return find(id);
}

Result<void> TrainingService::remove(const user::Actor& who, const TrainingId& id) {
  AVA_TRY(const Training training, find(id));
  AVA_CHECK(dataset::check_owner(who, training.owner));
  if (!is_over(training.state))
    return Error(ErrorCode::kConflict, "training.running", "the training is not over").hint("stop it first");
  AVA_CHECK(
      parts_.database.write([&](db::Tx& tx) { return TrainingRepo::mark_deleted(tx, id, parts_.clock.now_ms()); }));
  remove_curves(id);
  if (auto gone = file::remove_tree(folder_of(parts_.roots, id)); !gone.ok())
    log::warn("training", "files of {}: {}", id.str(), gone.error().text());
  if (parts_.publish) {
    const std::string text = nlohmann::json{{"id", id.str()}}.dump();
    parts_.publish("trainings", "removed", text);
    parts_.publish("training:" + id.str(), "removed", text);
  }
  return {};
}

void TrainingService::remove_curves(const TrainingId& id) {
  db::PageRequest page{500, ""};
  for (bool more = true; more;) {
    auto rows = parts_.database.read([&](db::Tx& tx) { return RunRepo::of_training(tx, id, page); });
    if (!rows.ok()) return log::warn("training", "curves of {}: {}", id.str(), rows.error().text());
    const auto runs_here = db::make_page(*std::move(rows), page, [](const Run& r) { return r.id.str(); });
    for (const Run& run : runs_here.items)
      if (auto gone = parts_.metrics.remove(run.id.str()); !gone.ok())
        log::warn("training", "curves of {}: {}", run.id.str(), gone.error().text());
    more = runs_here.next_cursor.has_value();
    page.cursor = runs_here.next_cursor.value_or("");
  }
}

Result<MountedSet> TrainingService::mounted(const std::string& set_id) {
  MountedSet set;
  AVA_TRY(set.set, parts_.sets.find(dataset::FormattedSetId::trusted(set_id)));
  AVA_TRY(const auto storage, parts_.sets.storage_of(set.set));
  const auto path = storage->local_path(set.set.prefix);
  if (!path)
    return Error(ErrorCode::kInvalidArgument, "training.set_not_local", "the set does not lie on this machine");
  set.folder = *path;
  return set;
}

Result<engine::Spec> TrainingService::make_spec(const TrainingId& id, const std::string& job_id) {
  AVA_TRY(const Training training, find(id));
  WorkspaceInput input;
  input.job_id = job_id;
  input.network = parts_.network;
  AVA_TRY(input.train, mounted(training.train_set.id));
  if (training.val_set) {
    AVA_TRY(MountedSet val, mounted(training.val_set->id));
    input.val = std::move(val);
  }
  AVA_CHECK(parts_.database.write(
      [&](db::Tx& tx) { return TrainingRepo::advance(tx, id, TrainingState::kQueued, TrainingState::kCreating, {}); }));
  AVA_CHECK(prepare_workspace(parts_.roots, training, input));
  AVA_TRY(input.token, container_token(training));
  publish(id);
  return container_spec(parts_.roots, training, input);
}

Result<std::string> TrainingService::container_token(const Training& training) {
  // A container that was started just before a crash is found again by its key, and has the token of that time.
  const auto kept_at = folder_of(parts_.roots, training.id) / "token";
  if (const auto kept = file::read(kept_at, 1024); kept.ok() && parts_.tokens.authenticate(*kept).ok()) return *kept;
  AVA_TRY(const auto token, parts_.database.write([&](db::Tx& tx) -> Result<user::IssuedToken> {
    const user::TokenScope scope{"training", training.id.str()};
    AVA_CHECK(parts_.tokens.remove_scope(tx, scope));
    return parts_.tokens.create_scoped(tx, user::UserId::trusted(training.owner.id), scope, {});
  }));
  AVA_CHECK(file::write_atomic(kept_at, token.secret, 0600));
  return token.secret;
}

Result<void> TrainingService::started(const TrainingId& id, TimeMs when) {
  AVA_TRY(const int rows, parts_.database.write([&](db::Tx& tx) -> Result<int> {
    AVA_CHECK(TrainingRepo::advance(tx, id, TrainingState::kQueued, TrainingState::kCreating, {}));
    return TrainingRepo::advance(tx, id, TrainingState::kCreating, TrainingState::kRunning, when);
  }));
  if (rows > 0) publish(id);
  return {};
}

Result<void> TrainingService::ended(const TrainingId& id, const Ending& ending) {
  const bool failed = ending.state == TrainingState::kFailed;
  const TimeMs now = parts_.clock.now_ms();
  AVA_TRY(const auto runs_then, parts_.database.write([&](db::Tx& tx) -> Result<std::vector<Run>> {
    AVA_CHECK(TrainingRepo::end(tx, id, ending, now));
    // A run that did not say goodbye ended with its container (D-15).
    const std::string why = failed && ending.reason ? ending.reason->detail : "";
    AVA_CHECK(RunRepo::end_all(tx, id, failed ? RunState::kFailed : RunState::kDone, why, now));
    AVA_CHECK(parts_.tokens.remove_scope(tx, {"training", id.str()}));
    return RunRepo::of_training(tx, id, {.limit = 100});
  }));
  AVA_CHECK(file::remove_tree(folder_of(parts_.roots, id) / "token"));
  publish(id);
  for (const Run& run : runs_then) publish_run(run.id);
  return {};
}

void TrainingService::publish_job(const job::Job& job) {
  if (!parts_.publish) return;
  const std::string text = schema::to_text(job);
  parts_.publish("jobs", "changed", text);
  parts_.publish("job:" + job.id.str(), "changed", text);
}

void TrainingService::publish(const TrainingId& id) {
  if (!parts_.publish) return;
  auto training = find(id);
  if (!training.ok()) return;
  const std::string text = schema::to_text(*training);
  parts_.publish("trainings", "changed", text);
  parts_.publish("training:" + id.str(), "changed", text);
}

}  // namespace ava::training
