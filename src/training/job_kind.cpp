#include "training/job_kind.hpp"

#include "base/log.hpp"

namespace ava::training {

namespace {

job::Outcome outcome_of(const Ending& ending) {
  if (ending.state == TrainingState::kDone) return job::Outcome::succeeded();
  const schema::Problem reason = ending.reason.value_or(schema::Problem{"exit.failed", "the container failed", {}});
  return job::Outcome::failed({reason.slug, reason.detail, reason.hint});
}

}  // namespace

Ending ending_of(const engine::Status& status, bool stopped_by_user) {
  Ending ending;
  const engine::Exit exit = status.exit.value_or(engine::Exit{1, {}, false, "exit.lost", "the container is gone"});
  // A container that never ran has no exit worth showing.
  const bool ran = status.started_ms > 0;
  if (ran) ending.exit = ExitRecord{exit.code, exit.signal, exit.out_of_memory, exit.words};
  if (stopped_by_user) {
    ending.state = TrainingState::kDone;
    ending.reason = schema::Problem{"exit.stopped", "stopped by the user", {}};
    return ending;
  }
  if (status.state == engine::State::kExited && exit.code == 0) return ending;
  ending.state = TrainingState::kFailed;
  ending.reason = schema::Problem{exit.slug, exit.words, {}};
  return ending;
}

void add_job_kind(job::KindRegistry& kinds, TrainingService& trainings) {
  job::Kind kind;
  kind.name = "training";
  kind.engine = "container";
  kind.max_attempts = 1;
  kind.make_spec = [&trainings](const job::Job& job) {
    return trainings.make_spec(TrainingId::trusted(job.subject.id), job.id.str());
  };
  kind.on_change = [&trainings](const job::Job& job, const engine::Status& status) {
    trainings.publish_job(job);
    if (status.state != engine::State::kRunning) return;
    if (auto told = trainings.started(TrainingId::trusted(job.subject.id), status.started_ms); !told.ok())
      log::warn("training", "{}: {}", job.subject.id, told.error().text());
  };
  kind.on_end = [&trainings](const job::Job& job, const engine::Status& status) -> Result<job::Outcome> {
    const Ending ending = ending_of(status, job.cancel_requested);
    // A container that ended before anybody looked was running all the same.
    if (status.started_ms > 0) AVA_CHECK(trainings.started(TrainingId::trusted(job.subject.id), status.started_ms));
    if (status.started_ms > 0) trainings.take_left_over(TrainingId::trusted(job.subject.id));
    AVA_CHECK(trainings.ended(TrainingId::trusted(job.subject.id), ending));
    return outcome_of(ending);
  };
  kinds.add(std::move(kind));
}

}  // namespace ava::training
