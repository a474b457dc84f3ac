#include "training/job_kind.hpp"

#include "training/testing.hpp"

namespace ava::training {
namespace {

engine::Status ended_with(engine::Exit exit, TimeMs started_ms = 1000) {
  engine::Status status;
  status.state = engine::State::kExited;
  status.started_ms = started_ms;
  status.exit = std::move(exit);
  return status;
}

TEST(EndOfATraining, IsDoneAfterExitZero) {
  const Ending ending = ending_of(ended_with({0, {}, false, "exit.ok", "exit code 0"}), false);
  EXPECT_EQ(ending.state, TrainingState::kDone);
  EXPECT_FALSE(ending.reason.has_value());
  EXPECT_EQ(ending.exit->code, 0);
}

TEST(EndOfATraining, IsDoneWhenTheUserStoppedItWhateverTheExit) {
  for (const engine::Exit& exit :
       {engine::Exit{143, {}, false, "exit.stopped", "stopped"}, engine::Exit{137, 9, false, "exit.killed", "killed"},
        engine::Exit{0, {}, false, "exit.ok", "exit code 0"}}) {
    const Ending ending = ending_of(ended_with(exit), true);
    EXPECT_EQ(ending.state, TrainingState::kDone) << "S-10";
    EXPECT_EQ(ending.reason->slug, "exit.stopped");
    EXPECT_EQ(ending.exit->code, exit.code);
  }
}

TEST(EndOfATraining, IsFailedInTheWordsOfTheEngine) {
  struct Case {
    engine::Exit exit;
    bool oom;
  };
  for (const Case& c : {Case{{1, {}, false, "exit.failed", "exit code 1"}, false},
                        Case{{137, 9, true, "exit.out_of_memory", "it used more than 2 GiB"}, true},
                        Case{{137, 9, false, "exit.killed", "killed by signal 9"}, false},
                        Case{{139, 11, false, "exit.crashed", "crashed: segmentation fault"}, false},
                        Case{{143, 15, false, "exit.stopped", "stopped from outside"}, false},
                        Case{{127, {}, false, "exit.command_not_found", "command not found"}, false}}) {
    const Ending ending = ending_of(ended_with(c.exit), false);
    EXPECT_EQ(ending.state, TrainingState::kFailed) << c.exit.slug;
    EXPECT_EQ(ending.reason->slug, c.exit.slug);
    EXPECT_EQ(ending.reason->detail, c.exit.words);
    EXPECT_EQ(ending.exit->signal, c.exit.signal);
    EXPECT_EQ(ending.exit->oom, c.oom);
  }
}

TEST(EndOfATraining, ShowsNoExitWhenTheContainerNeverRan) {
  engine::Status status;
  status.state = engine::State::kLost;
  status.exit = engine::Exit{-1, {}, false, "engine.image_not_found", "there is no image 'torchh'"};
  const Ending ending = ending_of(status, false);
  EXPECT_EQ(ending.state, TrainingState::kFailed);
  EXPECT_EQ(ending.reason->slug, "engine.image_not_found");
  EXPECT_FALSE(ending.exit.has_value());
  EXPECT_FALSE(ending_of(status, true).exit.has_value());
  EXPECT_EQ(ending_of({}, false).reason->slug, "exit.lost");
}

class TrainingJobs : public TrainingWorld {
 protected:
  void SetUp() override {
    TrainingWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    prepare_sets();
    ASSERT_OK_AND(training_, training());
    job_ = job_of(*training_.job_id);
  }
  const job::Kind& kind() const { return *kinds_.find("training"); }
  Training now() { return *trainings_->find(training_.id); }

  Training training_;
  job::Job job_;
};
AVA_ON_EVERY_DATABASE(TrainingJobs);

TEST_P(TrainingJobs, RunOnceInAContainer) {
  EXPECT_EQ(kind().engine, "container");
  EXPECT_EQ(kind().max_attempts, 1);
  ASSERT_OK_AND(const auto spec, kind().make_spec(job_));
  EXPECT_EQ(spec.image, training_.image);
  EXPECT_EQ(now().state, TrainingState::kCreating);
  engine::Status status;
  kind().on_change(job_, status);
  EXPECT_EQ(now().state, TrainingState::kCreating) << "the engine is still making it";
  status.state = engine::State::kRunning;
  status.started_ms = 7000;
  kind().on_change(job_, status);
  EXPECT_EQ(now().state, TrainingState::kRunning);
  EXPECT_EQ(now().started_at->ms, 7000);
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, ended_with({0, {}, false, "exit.ok", "exit code 0"})));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kSucceeded);
  EXPECT_EQ(now().state, TrainingState::kDone);
}

TEST_P(TrainingJobs, FailWithTheReasonOfTheContainer) {
  ASSERT_OK(kind().make_spec(job_));
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, ended_with({1, {}, false, "exit.failed", "exit code 1"})));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kFailed);
  EXPECT_EQ(outcome.reason.slug, "exit.failed");
  EXPECT_EQ(now().state, TrainingState::kFailed);
}

TEST_P(TrainingJobs, CancelledInTheQueueAreDoneWithoutEverRunning) {
  job_.cancel_requested = true;
  engine::Status status;
  status.state = engine::State::kLost;
  status.exit = engine::Exit{-1, {}, false, "job.cancelled", "cancelled"};
  ASSERT_OK(kind().on_end(job_, status));
  EXPECT_EQ(now().state, TrainingState::kDone);
  EXPECT_EQ(now().state_reason->slug, "exit.stopped");
  EXPECT_FALSE(now().exit.has_value());
  EXPECT_FALSE(now().started_at.has_value());
}

TEST_P(TrainingJobs, AreNotStartedWhenTheSetIsGone) {
  ASSERT_OK(db().write([&](db::Tx& tx) { return dataset::FormattedSetRepo::mark_deleted(tx, train_set_.id, 1); }));
  EXPECT_ERROR(kind().make_spec(job_), "formatted_set.not_found");
}

}  // namespace
}  // namespace ava::training
