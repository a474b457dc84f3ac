// The part of TrainingService that is about runs and logs.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"
#include "schema/json.hpp"
#include "training/training_service.hpp"

namespace ava::training {

namespace {

Error no_run(const RunId& id) { return Error(ErrorCode::kNotFound, "run.not_found", "there is no run " + id.str()); }

/// Bytes [offset, offset + limit) of a file and its size; a missing file is empty.
Result<std::pair<std::string, std::int64_t>> read_range(const std::filesystem::path& path, std::int64_t offset,
                                                        std::int64_t limit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::pair<std::string, std::int64_t>{};
  if (fd < 0) return file::error_of(errno, "open", path);
  struct stat info {};
  std::string text(static_cast<std::size_t>(limit), '\0');
  const bool known = ::fstat(fd, &info) == 0;
  const ssize_t got = known ? ::pread(fd, text.data(), text.size(), offset) : -1;
  const int failed = errno;
  ::close(fd);
  if (got < 0) return file::error_of(failed, "read", path);
  text.resize(static_cast<std::size_t>(got));
  return std::pair(std::move(text), static_cast<std::int64_t>(info.st_size));
}

/// Drop the beginning of a character whose end is not there yet.
void cut_at_character(std::string& text) {
  std::size_t back = 0;
  while (back < 3 && back < text.size() && (static_cast<unsigned char>(text[text.size() - 1 - back]) & 0xC0) == 0x80)
    ++back;
  if (back >= text.size()) return;
  const auto lead = static_cast<unsigned char>(text[text.size() - 1 - back]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length > back + 1) text.resize(text.size() - 1 - back);
}

}  // namespace

void describe(schema::Visitor& v, LogText& x) {
  v.type("LogText");
  v.field("text", x.text);
  v.field("offset", x.offset);
  v.field("next_offset", x.next_offset);
  v.field("eof", x.eof);
}

void describe(schema::Visitor& v, CreateRun& x) {
  v.type("CreateRun");
  v.field("name", x.name, {.max = 200});
  v.field("params", x.params, {.required = false});
  v.field("started_at", x.started_at);
}

void describe(schema::Visitor& v, ChangeRun& x) {
  v.type("ChangeRun");
  v.field("state", x.state);
  v.field("error_message", x.error_message, {.max = 16'384});
  v.field("epoch", x.epoch, {.min = 0});
}

Result<LogText> TrainingService::log(const TrainingId& id, std::int64_t offset, std::int64_t limit_bytes) {
  AVA_TRY(const Training training, find(id));
  AVA_TRY(auto part, read_range(log_path(id), offset, limit_bytes));
  auto& [text, size] = part;
  if (!is_over(training.state) || offset + static_cast<std::int64_t>(text.size()) < size) cut_at_character(text);
  const std::int64_t next = offset + static_cast<std::int64_t>(text.size());
  return LogText{std::move(text), offset, next, is_over(training.state) && next >= size};
}

Result<void> TrainingService::allow_report(const user::Actor& who, const std::string& training_id) {
  AVA_CHECK(user::require_scope(who, "training", training_id));
  if (!who.scope_type.empty()) return {};
  AVA_TRY(const Training training, find(TrainingId::trusted(training_id)));
  return dataset::check_owner(who, training.owner);
}

Result<Run> TrainingService::create_run(const user::Actor& who, const TrainingId& id, const CreateRun& request) {
  AVA_CHECK(allow_report(who, id.str()));
  AVA_TRY(const Training training, find(id));
  if (is_over(training.state))
    return Error(ErrorCode::kConflict, "training.over", "the training is over: nothing can run in it any more");
  Run run;
  run.id = RunId::make();
  run.training = {id.str(), training.name};
  run.name = request.name.value_or(fmt::format("run-{}", training.run_count + 1));
  run.params = request.params;
  run.started_at = request.started_at.value_or(schema::Time{parts_.clock.now_ms()});
  AVA_TRY(const RunId kept, parts_.database.write([&](db::Tx& tx) -> Result<RunId> {
    if (request.client_key) {
      AVA_TRY(const auto made, RunRepo::by_client_key(tx, id, *request.client_key));
      if (made) return *made;
    }
    AVA_CHECK(RunRepo::insert(tx, run, request.client_key));
    return run.id;
  }));
  if (kept != run.id) return find_run(kept);
  publish(id);
  publish_run(run.id);
  return find_run(run.id);
}

Result<Run> TrainingService::change_run(const user::Actor& who, const RunId& id, const ChangeRun& request) {
  AVA_TRY(const Run run, find_run(id));
  AVA_CHECK(allow_report(who, run.training.id));
  RunRepo::Change change{request.state, request.error_message, request.epoch, {}};
  if (request.state && *request.state != RunState::kRunning) change.ended = parts_.clock.now_ms();
  AVA_CHECK(parts_.database.write([&](db::Tx& tx) { return RunRepo::change(tx, id, change); }));
  publish_run(id);
  return find_run(id);
}

Result<Run> TrainingService::find_run(const RunId& id) {
  AVA_TRY(auto run, parts_.database.read([&](db::Tx& tx) { return RunRepo::find(tx, id); }));
  if (!run) return no_run(id);
  return with_metrics(std::move(*run));
}

Result<Run> TrainingService::with_metrics(Run run) {
  AVA_TRY(const auto all, parts_.metrics.summary(run.id.str()));
  for (const metric::Summary& s : all) {
    run.metrics.push_back({s.name, static_cast<std::int64_t>(s.count), s.last.value, s.min, s.max, s.last.step});
    run.step = std::max(run.step.value_or(0), s.last.step);
  }
  return run;
}

Result<db::Page<Run>> TrainingService::runs(const TrainingId& id, const db::PageRequest& page) {
  AVA_CHECK(find(id));
  AVA_TRY(auto rows, parts_.database.read([&](db::Tx& tx) { return RunRepo::of_training(tx, id, page); }));
  auto made = db::make_page(std::move(rows), page, [](const Run& r) { return r.id.str(); });
  for (Run& run : made.items) {
    AVA_TRY(run, with_metrics(std::move(run)));
  }
  return made;
}

Result<metric::Appended> TrainingService::append(const user::Actor& who, const RunId& id, metric::Batch batch,
                                                 std::optional<std::int64_t> epoch) {
  // A container's token says which training it may report to; the run says which training it belongs to.
  AVA_TRY(const auto run, parts_.database.read([&](db::Tx& tx) { return RunRepo::find(tx, id); }));
  if (!run) return no_run(id);
  AVA_CHECK(allow_report(who, run->training.id));
  batch.run_id = id.str();
  std::string live;
  if (parts_.publish) {
    nlohmann::json points = nlohmann::json::array();
    for (const metric::NamedPoint& p : batch.points)
      points.push_back(
          {{"name", p.name}, {"step", p.point.step}, {"time_ms", p.point.time_ms}, {"value", p.point.value}});
    live = nlohmann::json{{"points", std::move(points)}}.dump();
  }
  AVA_TRY(const auto appended, parts_.metrics.append(std::move(batch)));
  if (parts_.publish && appended.accepted > 0) parts_.publish("run:" + id.str(), "metrics", live);
  // Points sent again after a gap may be of an earlier epoch: the run only goes forward.
  if (epoch && *epoch > run->epoch.value_or(-1)) {
    AVA_CHECK(parts_.database.write([&](db::Tx& tx) { return RunRepo::change(tx, id, {{}, {}, epoch, {}}); }));
    publish_run(id);
  }
  return appended;
}

Result<std::vector<metric::Series>> TrainingService::curves(const RunId& id, const metric::Query& query) {
  AVA_TRY(const auto run, parts_.database.read([&](db::Tx& tx) { return RunRepo::find(tx, id); }));
  if (!run) return no_run(id);
  return parts_.metrics.read(id.str(), query);
}

void TrainingService::publish_run(const RunId& id) {
  if (!parts_.publish) return;
  auto run = find_run(id);
  if (!run.ok()) return;
  const std::string text = schema::to_text(*run);
  parts_.publish("run:" + id.str(), "changed", text);
  parts_.publish("training:" + run->training.id, "run_changed", text);
}

}  // namespace ava::training
