// The part of TrainingService that brings in what a container could not send, and keeps models of runs.
#include <fstream>

#include "base/log.hpp"
#include "training/left_over.hpp"
#include "training/training_service.hpp"

namespace ava::training {

namespace {

/// The container itself, with what its token allowed.
user::Actor container_of(const TrainingId& id) { return {{}, "", "training", id.str()}; }

model::ByteReader reader_of(const std::shared_ptr<std::ifstream>& file) {
  return [file](std::span<char> into) -> Result<std::size_t> {
    file->read(into.data(), static_cast<std::streamsize>(into.size()));
    if (file->bad()) return Error(ErrorCode::kInternal, "file.io", "the package cannot be read");
    return static_cast<std::size_t>(file->gcount());
  };
}

}  // namespace

Result<model::Model> TrainingService::save_model(const user::Actor& who, const RunId& id, const SaveModel& request,
                                                 const model::ByteReader& read) {
  AVA_TRY(const Run run, find_run(id));
  AVA_CHECK(allow_report(who, run.training.id));
  AVA_TRY(const Training training, find(TrainingId::trusted(run.training.id)));
  model::NewModel model;
  model.origin = model::ModelOrigin::kProduced;
  model.epoch = request.epoch;
  model.name = request.name;
  // Without a name, the original's: "<instance>-snapshot-model:epoch_<N>".
  if (model.name.empty())
    model.name = id.str() + "-snapshot-model" + (request.epoch ? ":epoch_" + std::to_string(*request.epoch) : "");
  model.training = run.training;
  model.run_id = id.str();
  model.client_key = request.client_key;
  for (const auto& metric : run.metrics) model.metrics[metric.name] = metric.last;
  model.owner = training.owner;
  return parts_.models.keep(std::move(model), read);
}

Result<int> TrainingService::take_spool(const TrainingId& id, const LeftOver& spool) {
  const user::Actor container = container_of(id);
  std::optional<RunId> run;
  int taken = 0;
  const auto take_record = [&](const LeftRecord& record) -> Result<void> {
    if (record.kind == LeftRecord::Kind::kEnd) {
      AVA_CHECK(change_run(container, *run, record.end));
    } else if (record.kind == LeftRecord::Kind::kModel) {
      const auto file = std::make_shared<std::ifstream>(record.file, std::ios::binary);
      const SaveModel model{record.name, record.epoch, spool.client_id + "-" + std::to_string(record.seq)};
      AVA_CHECK(save_model(container, *run, model, reader_of(file)));
    } else {
      AVA_CHECK(append(container, *run, {run->str(), spool.client_id, record.seq, record.points}, record.epoch));
    }
    ++taken;
    return {};
  };
  AVA_CHECK(read_left_over(spool, [&](LeftRecord&& record) -> Result<void> {
    if (!run && spool.run_id) {
      AVA_TRY(run, RunId::parse(*spool.run_id));
    } else if (!run) {
      AVA_TRY(const Run made, create_run(container, id, spool.run));
      run = made.id;
    }
    // One record that is refused does not hold up the rest, as in the SDK.
    if (const auto done = take_record(record); !done.ok())
      log::warn("training", "{}: record {} of {} is left out: {}", id.str(), record.seq, spool.folder.string(),
                done.error().text());
    return {};
  }));
  return taken;
}

void TrainingService::take_left_over(const TrainingId& id) {
  for (const LeftOver& spool : find_left_overs(folder_of(parts_.roots, id) / "run")) {
    const auto taken = take_spool(id, spool);
    if (!taken.ok())
      log::warn("training", "{}: {} was not taken: {}", id.str(), spool.folder.string(), taken.error().text());
    else if (*taken > 0)
      log::info("training", "{}: took {} records that its container could not send", id.str(), *taken);
  }
}

}  // namespace ava::training
