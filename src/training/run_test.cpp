// Runs: what the program in the container reports, and what is shown of it.
#include "training/testing.hpp"

namespace ava::training {
namespace {

class Runs : public TrainingWorld {
 protected:
  void SetUp() override {
    TrainingWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    prepare_sets();
    ASSERT_OK_AND(training_, training());
    container_ = start(training_);
  }
  static CreateRun with_key(const std::string& key) {
    CreateRun request;
    request.client_key = key;
    return request;
  }
  static metric::Batch points(std::int64_t seq, std::vector<metric::NamedPoint> all) {
    return {"", "client", seq, std::move(all)};
  }

  Training training_;
  user::Actor container_;
};
AVA_ON_EVERY_DATABASE(Runs);

TEST_P(Runs, BeginWithTheirParametersAndANumber) {
  CreateRun request;
  request.params = {R"({"batch":32,"名":"猫"})"};
  ASSERT_OK_AND(const training::Run first, trainings_->create_run(container_, training_.id, request));
  EXPECT_EQ(first.name, "run-1");
  EXPECT_EQ(first.state, RunState::kRunning);
  EXPECT_EQ(first.params.text, R"({"batch":32,"名":"猫"})");
  EXPECT_EQ(first.training.name, "digits");
  request.name = "第二次";
  request.started_at = schema::Time{42};
  ASSERT_OK_AND(const training::Run second, trainings_->create_run(container_, training_.id, request));
  EXPECT_EQ(second.name, "第二次");
  EXPECT_EQ(second.started_at.ms, 42);
  EXPECT_EQ(trainings_->find(training_.id)->run_count, 2);
  ASSERT_OK_AND(const auto page, trainings_->runs(training_.id, {}));
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[0].id, second.id) << "newest first";
  EXPECT_TRUE(was_told("training:" + training_.id.str(), "run_changed"));
}

TEST_P(Runs, AreMadeOnceForARepeatedKey) {
  ASSERT_OK_AND(const training::Run first, trainings_->create_run(container_, training_.id, with_key("k1")));
  ASSERT_OK_AND(const training::Run again, trainings_->create_run(container_, training_.id, with_key("k1")));
  ASSERT_OK_AND(const training::Run other, trainings_->create_run(container_, training_.id, with_key("k2")));
  EXPECT_EQ(again.id, first.id);
  EXPECT_NE(other.id, first.id);
  EXPECT_EQ(trainings_->find(training_.id)->run_count, 2);
}

TEST_P(Runs, AreReportedByTheirOwnContainerItsOwnerAndAdminsOnly) {
  ASSERT_OK_AND(const Training second, training("another"));
  const user::Actor stranger = start(second);
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  EXPECT_ERROR(trainings_->create_run(stranger, training_.id, {}), "user.token_scope");
  EXPECT_ERROR(trainings_->append(stranger, run.id, points(1, {{"loss", {1, 1, 1}}})), "user.token_scope");
  EXPECT_ERROR(trainings_->change_run(stranger, run.id, {RunState::kDone, {}, {}}), "user.token_scope");
  EXPECT_ERROR(trainings_->create_run(bob_, training_.id, {}), "user.not_owner");
  EXPECT_ERROR(trainings_->append(bob_, run.id, points(1, {})), "user.not_owner");
  EXPECT_ERROR(trainings_->change_run(bob_, run.id, {RunState::kDone, {}, {}}), "user.not_owner");
  EXPECT_OK(trainings_->create_run(anna_, training_.id, {}));
  EXPECT_OK(trainings_->create_run(admin_, training_.id, {}));
}

TEST_P(Runs, ThatNobodyMadeAreNotFound) {
  const RunId none = RunId::make();
  EXPECT_ERROR(trainings_->find_run(none), "run.not_found");
  EXPECT_ERROR(trainings_->append(container_, none, points(1, {})), "run.not_found");
  EXPECT_ERROR(trainings_->change_run(container_, none, {}), "run.not_found");
  EXPECT_ERROR(trainings_->curves(none, {}), "run.not_found");
  EXPECT_ERROR(trainings_->runs(TrainingId::make(), {}), "training.not_found");
  EXPECT_ERROR(trainings_->create_run(admin_, TrainingId::make(), {}), "training.not_found");
}

TEST_P(Runs, KeepTheirPointsAndTellWhoeverLooks) {
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  told_.clear();
  ASSERT_OK_AND(const auto stored,
                trainings_->append(container_, run.id,
                                   points(1, {{"loss", {1, 10, 0.9}}, {"loss", {2, 20, 0.4}}, {"acc", {2, 20, 0.8}}})));
  EXPECT_EQ(stored.accepted, 3u);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].topic, "run:" + run.id.str());
  EXPECT_EQ(told_[0].type, "metrics");
  EXPECT_NE(told_[0].json.find(R"("value":0.4)"), std::string::npos) << told_[0].json;

  ASSERT_OK_AND(const auto curves, trainings_->curves(run.id, {.names = {"loss"}}));
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].points.size(), 2u);
  ASSERT_OK_AND(const training::Run shown, trainings_->find_run(run.id));
  ASSERT_EQ(shown.metrics.size(), 2u);
  const RunMetric& loss = shown.metrics[0].name == "loss" ? shown.metrics[0] : shown.metrics[1];
  EXPECT_EQ(loss.last, 0.4);
  EXPECT_EQ(loss.max, 0.9);
  EXPECT_EQ(loss.count, 2);
  EXPECT_EQ(shown.step, 2);
}

TEST_P(Runs, StoreARepeatedBatchOnceAndTellItOnce) {
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK(trainings_->append(container_, run.id, points(1, {{"loss", {1, 1, 0.5}}})));
  told_.clear();
  ASSERT_OK_AND(const auto repeat, trainings_->append(container_, run.id, points(1, {{"loss", {1, 1, 0.5}}})));
  EXPECT_TRUE(repeat.repeated);
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(trainings_->find_run(run.id)->metrics[0].count, 1);
}

TEST_P(Runs, SayHowTheyEnd) {
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK_AND(const training::Run mid, trainings_->change_run(container_, run.id, {{}, {}, 4}));
  EXPECT_EQ(mid.epoch, 4);
  EXPECT_EQ(mid.state, RunState::kRunning);
  EXPECT_FALSE(mid.ended_at.has_value());
  clock_.now += 1000;
  ASSERT_OK_AND(const training::Run failed,
                trainings_->change_run(container_, run.id, {RunState::kFailed, "损失是 NaN", {}}));
  EXPECT_EQ(failed.state, RunState::kFailed);
  EXPECT_EQ(failed.error_message, "损失是 NaN");
  EXPECT_EQ(failed.epoch, 4) << "what is not named stays";
  EXPECT_EQ(failed.ended_at->ms, clock_.now);
}

TEST_P(Runs, EndWithTheirContainerWhenTheyDidNotSayGoodbye) {
  ASSERT_OK_AND(const training::Run polite, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK(trainings_->change_run(container_, polite.id, {RunState::kDone, {}, {}}));
  ASSERT_OK_AND(const training::Run cut_off, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK(trainings_->ended(
      training_.id,
      {TrainingState::kFailed, schema::Problem{"exit.out_of_memory", "it used too much memory", {}}, {}}));
  EXPECT_EQ(trainings_->find_run(polite.id)->state, RunState::kDone);
  ASSERT_OK_AND(const training::Run ended, trainings_->find_run(cut_off.id));
  EXPECT_EQ(ended.state, RunState::kFailed);
  EXPECT_EQ(ended.error_message, "it used too much memory");
  EXPECT_TRUE(ended.ended_at.has_value());
}

TEST_P(Runs, OfAStoppedTrainingAreDone) {
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK(trainings_->ended(training_.id,
                              {TrainingState::kDone, schema::Problem{"exit.stopped", "stopped by the user", {}}, {}}));
  ASSERT_OK_AND(const training::Run ended, trainings_->find_run(run.id));
  EXPECT_EQ(ended.state, RunState::kDone);
  EXPECT_FALSE(ended.error_message.has_value());
}

TEST_P(Runs, AndTheirTokenEndWithTheTraining) {
  ASSERT_OK_AND(const auto spec, trainings_->make_spec(training_.id, *training_.job_id));
  const std::string secret = spec.env.at("AVA_TOKEN");
  ASSERT_OK(tokens_->authenticate(secret));
  ASSERT_OK(trainings_->ended(training_.id, {}));
  EXPECT_ERROR(tokens_->authenticate(secret), "user.bad_token");
  EXPECT_FALSE(std::filesystem::exists(folder_of(roots_, training_.id) / "token"));
  EXPECT_ERROR(trainings_->create_run(anna_, training_.id, {}), "training.over");
}

TEST_P(Runs, KeepTheTokenOfAContainerThatIsAdoptedAfterACrash) {
  ASSERT_OK_AND(const auto first, trainings_->make_spec(training_.id, *training_.job_id));
  ASSERT_OK_AND(const auto again, trainings_->make_spec(training_.id, *training_.job_id));
  EXPECT_EQ(again.env.at("AVA_TOKEN"), first.env.at("AVA_TOKEN"));
  const auto mode = std::filesystem::status(folder_of(roots_, training_.id) / "token").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace ava::training
