#include "job/reconciler.hpp"

#include "db/testing.hpp"
#include "job/fake_engine.hpp"

namespace ava::job {
namespace {

using namespace std::chrono_literals;

/// A noun that does nothing but remember what it was told.
class Noun {
 public:
  Outcome end(const Job& job, const engine::Status& status) {
    const std::lock_guard lock(mutex_);
    ends_.push_back(status.exit.has_value() ? status.exit->slug : "");
    last_end_ = job;
    if (next_.has_value()) return *next_;
    if (status.state == engine::State::kExited && status.exit->code == 0) return Outcome::succeeded();
    return Outcome::failed({"thing.broken", status.exit->words, std::nullopt});
  }
  void changed(const Job& job) {
    const std::lock_guard lock(mutex_);
    if (states_.empty() || states_.back() != job.state) states_.push_back(job.state);
  }
  void answer(std::optional<Outcome> next) {
    const std::lock_guard lock(mutex_);
    next_ = std::move(next);
  }
  std::vector<std::string> ends() {
    const std::lock_guard lock(mutex_);
    return ends_;
  }
  std::vector<JobState> states() {
    const std::lock_guard lock(mutex_);
    return states_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> ends_;
  std::vector<JobState> states_;
  std::optional<Outcome> next_;
  Job last_end_;
};

class Reconciling : public db::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Kind kind;
    kind.name = "thing.make";
    kind.engine = "fake";
    kind.max_attempts = 2;
    kind.make_spec = [this](const Job& job) -> Result<engine::Spec> {
      if (spec_error_.has_value()) return *spec_error_;
      engine::Spec spec;
      spec.name = job.subject.name;
      return spec;
    };
    kind.on_change = [this](const Job& job, const engine::Status&) { noun_.changed(job); };
    kind.on_end = [this](const Job& job, const engine::Status& status) -> Result<Outcome> {
      return noun_.end(job, status);
    };
    kinds_.add(kind);
    jobs_ = std::make_unique<JobService>(db(), Clock::system(), kinds_);
  }
  void TearDown() override {
    reconciler_.reset();
    DatabaseTest::TearDown();
  }

  std::unique_ptr<Reconciler> make_reconciler(const std::string& owner, int places = 2) {
    ReconcilerOptions options;
    options.owner = owner;
    options.limits["fake"] = {places};
    options.lease = 600ms;
    options.scan = 20ms;
    options.pace = {5ms, 20ms, 10ms, 20ms, 100ms, 20ms};
    return std::make_unique<Reconciler>(db(), Clock::system(), *jobs_, kinds_,
                                        std::map<std::string, engine::Engine*>{{"fake", &engine_}}, options);
  }
  void start(int places = 2) {
    reconciler_ = make_reconciler("here", places);
    reconciler_->start();
  }
  JobId submit(const std::string& name = "thing") {
    auto job = jobs_->submit(NewJob{"thing.make", "us_1", {"thing", "th_1", name}});
    EXPECT_OK(job);
    return job->id;
  }
  /// Wait until the job looks as wanted.
  template <class F>
  Job wait_for(const JobId& id, F&& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (true) {
      Job job = *jobs_->find(id);
      if (wanted(job)) return job;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "still " << schema::to_text(job);
        return job;
      }
      std::this_thread::sleep_for(5ms);
    }
  }
  Job wait_over(const JobId& id) {
    return wait_for(id, [](const Job& job) { return is_over(job.state); });
  }
  Job wait_started(const JobId& id) {
    return wait_for(id, [](const Job& job) { return !job.handle.empty(); });
  }
  template <class F>
  void wait_until(F&& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!wanted() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(wanted());
  }

  FakeEngine engine_;
  Noun noun_;
  KindRegistry kinds_;
  std::optional<Error> spec_error_;
  std::unique_ptr<JobService> jobs_;
  std::unique_ptr<Reconciler> reconciler_;
};
AVA_ON_EVERY_DATABASE(Reconciling);

using ::testing::ElementsAre;

TEST_P(Reconciling, AJobRunsReportsProgressAndSucceeds) {
  start();
  const JobId id = submit();
  wait_started(id);
  engine_.say(R"({"done":3,"total":10,"unit":"items","message":"three of ten"})");
  const Job half = wait_for(id, [](const Job& job) { return job.progress.done == 3; });
  EXPECT_EQ(half.progress.message, "three of ten");
  engine_.say(R"({"done":10,"total":10})");
  engine_.end_all(0);
  const Job job = wait_over(id);
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_EQ(job.progress.done, 10);
  EXPECT_EQ(job.attempts, 1);
  EXPECT_TRUE(job.started_at.has_value() && job.ended_at.has_value());
  EXPECT_EQ(job.log_tail.substr(0, 13), "last words of");
  wait_until([&] { return engine_.held() == 0; });
  wait_until([&] { return noun_.states() == std::vector{JobState::kRunning, JobState::kSucceeded}; });
}

TEST_P(Reconciling, AFailureIsSaidInTheNounsWords) {
  start();
  engine_.end_at_once(3);
  const Job job = wait_over(submit());
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error->slug, "thing.broken");
  EXPECT_EQ(job.error->detail, "exit code 3");
}

TEST_P(Reconciling, ARetryIsANewAttemptUntilThereAreNoMore) {
  start();
  engine_.end_at_once(1);
  noun_.answer(Outcome::retry({"thing.hiccup", "try again", std::nullopt}));
  const Job job = wait_over(submit());
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error->slug, "thing.hiccup");
  EXPECT_EQ(job.attempts, 2);
  EXPECT_EQ(engine_.started(), 2);
}

TEST_P(Reconciling, ALostJobIsTriedAgainAndThenFails) {
  start();
  const JobId id = submit();
  wait_started(id);
  engine_.lose_all();
  wait_for(id, [](const Job& job) { return job.attempts == 2 && !job.handle.empty(); });
  engine_.lose_all();
  const Job job = wait_over(id);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_THAT(noun_.ends(), ElementsAre("job.lost"));
}

TEST_P(Reconciling, ACancelledJobIsStoppedAndTheNounHearsOfIt) {
  start();
  const JobId id = submit();
  wait_started(id);
  ASSERT_OK(jobs_->cancel(id));
  const Job job = wait_over(id);
  EXPECT_EQ(job.state, JobState::kCancelled);
  EXPECT_EQ(job.error->slug, "job.cancelled");
  EXPECT_THAT(noun_.ends(), ElementsAre("exit.failed"));
  ASSERT_OK_AND(const Job again, jobs_->cancel(id));
  EXPECT_EQ(again.state, JobState::kCancelled);
}

TEST_P(Reconciling, AQueuedJobIsCancelledWithoutRunning) {
  start(1);
  wait_started(submit());
  const JobId waiting = submit();
  wait_for(waiting, [](const Job& job) { return job.waiting.has_value() && job.waiting->slug == "wait.slots"; });
  ASSERT_OK(jobs_->cancel(waiting));
  EXPECT_EQ(wait_over(waiting).state, JobState::kCancelled);
  EXPECT_EQ(engine_.started(), 1);
  EXPECT_THAT(noun_.ends(), ElementsAre("job.cancelled"));
}

TEST_P(Reconciling, OnlyTheOwnerOrAnAdminCancels) {
  const JobId id = submit();
  user::Actor stranger;
  stranger.user.id = user::UserId::make();
  EXPECT_ERROR(jobs_->cancel(stranger, id), "job.not_yours");
  stranger.user.role = user::Role::kAdmin;
  EXPECT_OK(jobs_->cancel(stranger, id));
  EXPECT_ERROR(jobs_->cancel("jb_nonsense"), "id.bad");
}

TEST_P(Reconciling, JobsStartInTheOrderTheyCame) {
  for (const char* name : {"first", "second", "third"}) {
    submit(name);
    std::this_thread::sleep_for(2ms);
  }
  start(1);
  for (const char* name : {"first", "second", "third"}) {
    wait_until([&] { return engine_.running_names() == std::vector<std::string>{name}; });
    engine_.end_all(0);
  }
}

TEST_P(Reconciling, AnEngineThatIsAwayCostsNoAttempt) {
  engine_.refuse_starts(Error(ErrorCode::kUnavailable, "engine.unavailable", "no answer"));
  start();
  const JobId id = submit();
  wait_for(id, [](const Job& job) { return job.waiting.has_value() && job.waiting->slug == "wait.engine"; });
  std::this_thread::sleep_for(100ms);
  engine_.refuse_starts(std::nullopt);
  EXPECT_EQ(wait_started(id).attempts, 1);
}

TEST_P(Reconciling, AWrongRequestFailsAtOnce) {
  engine_.refuse_starts(
      Error(ErrorCode::kNotFound, "engine.image_not_found", "no image").hint("did you mean ava-train?"));
  start();
  const Job job = wait_over(submit());
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.attempts, 1);
  EXPECT_THAT(noun_.ends(), ElementsAre("engine.image_not_found"));
}

TEST_P(Reconciling, ANewServerOfThisNameAdoptsWhatRuns) {
  start();
  const JobId id = submit();
  wait_started(id);
  reconciler_.reset();
  start();
  engine_.end_all(0);
  EXPECT_EQ(wait_over(id).state, JobState::kSucceeded);
  EXPECT_EQ(engine_.started(), 1);
}

TEST_P(Reconciling, AnotherServerTakesOverWhenTheLeaseIsOver) {
  start();
  const JobId id = submit();
  wait_started(id);
  reconciler_.reset();  // as dead as one that was killed: its lease is not given back
  auto other = make_reconciler("there");
  other->start();
  engine_.end_all(0);
  EXPECT_EQ(wait_over(id).state, JobState::kSucceeded);
  EXPECT_EQ(engine_.started(), 1);
}

TEST_P(Reconciling, TwoServersShareTheWorkAndRunNothingTwice) {
  engine_.end_at_once(0);
  start(3);
  auto other = make_reconciler("there", 3);
  other->start();
  std::vector<JobId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(submit());
  for (const JobId& id : ids) EXPECT_EQ(wait_over(id).state, JobState::kSucceeded);
  EXPECT_EQ(engine_.started(), 20);
}

TEST_P(Reconciling, JobsAreListedByStateAndSubject) {
  submit("a");
  submit("b");
  JobFilter filter;
  filter.state = JobState::kQueued;
  filter.page.limit = 1;
  ASSERT_OK_AND(const auto first, jobs_->list(filter));
  ASSERT_EQ(first.items.size(), 1u);
  ASSERT_TRUE(first.next_cursor.has_value());
  filter.page.cursor = *first.next_cursor;
  EXPECT_EQ(jobs_->list(filter)->items.size(), 1u);
  filter = {};
  filter.subject_id = "nobody";
  EXPECT_TRUE(jobs_->list(filter)->items.empty());
  EXPECT_ERROR(jobs_->submit(NewJob{"no.kind", "us_1", {}}), "job.unknown_kind");
}

}  // namespace
}  // namespace ava::job
