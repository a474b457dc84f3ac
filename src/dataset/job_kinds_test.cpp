#include "dataset/job_kinds.hpp"

#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

using Verdict = job::Outcome::Verdict;

class DatasetJobs : public World {
 protected:
  void SetUp() override {
    World::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    bind();
    ASSERT_OK_AND(made_, new_dataset("animals"));
    job_ = job_of(*made_.job_id);
    ASSERT_OK_AND(spec_, kind().make_spec(job_));
  }
  const job::Kind& kind() const { return *kinds_.find(job_.kind); }
  /// What the worker of attempt 1 left.
  void answer(const std::string& text) {
    ASSERT_OK(file::write_atomic(root_ / "jobs" / job_.id.str() / "result-1.json", text));
  }
  void answer_error(ErrorCode code, const std::string& slug) {
    worker::JobOutcome outcome{
        job_.kind, false, {}, worker::job_error_of(Error(code, slug, "what happened").hint("do this"))};
    answer(schema::to_text(outcome));
  }
  Dataset now() { return *datasets_->find(made_.id); }

  Dataset made_;
  job::Job job_;
  engine::Spec spec_;
};
AVA_ON_EVERY_DATABASE(DatasetJobs);

TEST_P(DatasetJobs, RunThisProgramAsAWorker) {
  ASSERT_EQ(spec_.command.size(), 4u);
  EXPECT_EQ(spec_.command[0], "/usr/bin/ava");
  EXPECT_EQ(spec_.command[1], "worker");
  EXPECT_EQ(spec_.command[2], "--job");
  EXPECT_EQ(spec_.name, "dataset.import animals");
  EXPECT_TRUE(spec_.progress_path.ends_with("progress.json"));
  ASSERT_OK_AND(const std::string order, file::read(spec_.command[3]));
  EXPECT_NE(order.find("\"main\":\"file://"), std::string::npos) << "every bound bucket by name: " << order;
  EXPECT_NE(order.find("\"deny_private\":true"), std::string::npos)
      << "lists cannot make the server call its neighbours";
}

TEST_P(DatasetJobs, OrdersWrittenAgainAfterACrashKeepTheAnswerThatIsThere) {
  answer_error(ErrorCode::kInvalidArgument, "list.no_items");
  ASSERT_OK(kind().make_spec(job_));
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(1)));
  EXPECT_EQ(outcome.reason.slug, "list.no_items");
}

TEST_P(DatasetJobs, ABadListFailsTheDatasetWithReasonAndHint) {
  answer_error(ErrorCode::kInvalidArgument, "list.no_items");
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(1)));
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  ASSERT_EQ(now().state, DatasetState::kFailed);
  EXPECT_EQ(now().error->slug, "list.no_items");
  EXPECT_EQ(now().error->hint, "do this");
  EXPECT_TRUE(was_told("job:" + job_.id.str(), "changed"));
  EXPECT_TRUE(was_told("dataset:" + made_.id.str(), "changed"));
}

TEST_P(DatasetJobs, AServerThatDoesNotAnswerIsTriedAgainUntilTheLastAttempt) {
  answer_error(ErrorCode::kUnavailable, "http.unreachable");
  ASSERT_OK_AND(const auto first, kind().on_end(job_, exited(1)));
  EXPECT_EQ(first.verdict, Verdict::kRetry);
  EXPECT_EQ(now().state, DatasetState::kCreating);
  job_.max_attempts = 1;
  ASSERT_OK_AND(const auto last, kind().on_end(job_, exited(1)));
  EXPECT_EQ(last.verdict, Verdict::kFailed);
  EXPECT_EQ(now().error->slug, "http.unreachable");
}

TEST_P(DatasetJobs, AWorkerKilledFromOutsideIsTriedAgain) {
  EXPECT_EQ(kind().on_end(job_, exited(137, "exit.killed"))->verdict, Verdict::kRetry);
  EXPECT_EQ(kind().on_end(job_, exited(143, "exit.stopped"))->verdict, Verdict::kRetry);
  answer_error(ErrorCode::kCancelled, "job.cancelled");  // it was told to stop, and nobody cancelled the job
  EXPECT_EQ(kind().on_end(job_, exited(130))->verdict, Verdict::kRetry);
  EXPECT_EQ(now().state, DatasetState::kCreating);
}

TEST_P(DatasetJobs, AWorkerThatRanOutOfMemoryIsNot) {
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(137, "exit.out_of_memory")));
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  EXPECT_EQ(now().error->slug, "exit.out_of_memory");
}

TEST_P(DatasetJobs, AnExitWithoutAResultIsNoSuccess) {
  job_.max_attempts = 1;
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(0)));
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  EXPECT_EQ(outcome.reason.slug, "job.lost");
  ASSERT_EQ(now().state, DatasetState::kFailed);
}

TEST_P(DatasetJobs, NeitherIsAnUnreadableOne) {
  job_.max_attempts = 1;
  for (const char* text : {"", "{", "[]", R"({"kind":"dataset.import","ok":true})",
                           R"({"kind":"dataset.import","ok":true,"result":{"kind":7}})"}) {
    answer(text);
    ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(0)));
    EXPECT_EQ(outcome.verdict, Verdict::kFailed) << text;
    EXPECT_EQ(outcome.reason.slug, "job.lost") << text;
  }
}

TEST_P(DatasetJobs, ThatWereCancelledFailTheDatasetEvenWhenTheWorkWasDone) {
  job_.cancel_requested = true;
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, exited(143, "exit.stopped")));
  ASSERT_EQ(now().state, DatasetState::kFailed);
  EXPECT_EQ(now().error->slug, "job.cancelled");
}

TEST_P(DatasetJobs, ThatNeverRanTellTheDatasetWhy) {
  ASSERT_OK_AND(const auto outcome, kind().on_end(job_, [] {
    engine::Status status;
    status.state = engine::State::kLost;
    status.exit = engine::Exit{-1, {}, false, "job.does_not_fit", "the job needs more than this machine has"};
    return status;
  }()));
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  EXPECT_EQ(now().error->slug, "job.does_not_fit");
}

TEST_P(DatasetJobs, HearTheirEndTwiceWithoutHarm) {
  ASSERT_OK(work(job_.id.str()));
  const Dataset ready = now();
  clock_.now += 60'000;
  ASSERT_OK_AND(const auto again, kind().on_end(job_, exited(0)));
  EXPECT_EQ(again.verdict, Verdict::kSucceeded);
  EXPECT_EQ(now().completed_at->ms, ready.completed_at->ms);
  EXPECT_EQ(now().state, DatasetState::kSuccess);
}

TEST_P(DatasetJobs, OfADeletedDatasetEndQuietly) {
  ASSERT_OK(datasets_->remove(anna_, made_.id));
  job_.cancel_requested = true;
  EXPECT_OK(kind().on_end(job_, exited(143, "exit.stopped")));
  EXPECT_ERROR(kind().make_spec(job_), "dataset.not_found");
}

TEST_P(DatasetJobs, ShowTheProgressOfASetAndNeverTheWholeBeforeTheEnd) {
  ASSERT_OK(work(job_.id.str()));
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, made_.id, recordio()));
  job::Job job = job_of(batch.job_id);
  const auto shown = [&](std::int64_t done, std::int64_t total) {
    job.progress = {done, total, "items", {}};
    kinds_.find(job.kind)->on_change(job, {});
    return sets_->find(batch.items[0].id)->progress;
  };
  EXPECT_EQ(shown(0, 0), 0.0) << "nothing is known yet";
  EXPECT_DOUBLE_EQ(shown(3, 4), 0.75);
  EXPECT_DOUBLE_EQ(shown(4, 4), 0.99);
  EXPECT_TRUE(was_told("dataset:" + made_.id.str(), "set_changed"));
}

TEST_P(DatasetJobs, OfABatchFailEverySetWithTheReason) {
  ASSERT_OK(work(job_.id.str()));
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, made_.id, recordio()));
  job_ = job_of(batch.job_id);
  ASSERT_OK(kind().make_spec(job_));
  const auto spool = root_ / "storage/main" / made_.prefix / "sets" / (".ava-tmp-" + batch.batch) / ".spool";
  ASSERT_OK(file::make_dirs(spool));
  ASSERT_OK(file::write_atomic(spool / "picture", "made"));
  answer_error(ErrorCode::kUnavailable, "http.unreachable");
  EXPECT_EQ(kind().on_end(job_, exited(1))->verdict, Verdict::kRetry);
  EXPECT_TRUE(std::filesystem::exists(spool / "picture")) << "the next attempt goes on with it";
  EXPECT_EQ(sets_->find(batch.items[0].id)->state, FormattedState::kCreating);
  answer_error(ErrorCode::kResourceExhausted, "file.no_space");
  EXPECT_EQ(kind().on_end(job_, exited(1))->verdict, Verdict::kFailed);
  for (const FormattedSet& set : batch.items) {
    EXPECT_EQ(sets_->find(set.id)->state, FormattedState::kFailed);
    EXPECT_EQ(sets_->find(set.id)->error->slug, "file.no_space");
  }
  EXPECT_FALSE(std::filesystem::exists(spool.parent_path())) << "there is no next attempt";
}

}  // namespace
}  // namespace ava::dataset
