#include "training/training_service.hpp"

#include "training/testing.hpp"

namespace ava::training {
namespace {

class Trainings : public TrainingWorld {
 protected:
  void SetUp() override {
    TrainingWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    prepare_sets();
  }
  auto ask(const std::function<void(CreateTraining&)>& change) {
    CreateTraining asked = request();
    change(asked);
    return trainings_->create(anna_, asked);
  }
};
AVA_ON_EVERY_DATABASE(Trainings);

TEST_P(Trainings, WaitForTheirTurnWithEverythingTheyWereAskedWith) {
  CreateTraining asked = request("手写数字");
  asked.description = "第一次";
  asked.env = {{"LR", "0.1"}};
  asked.resources = {2, 1 << 30, 0, {}};
  ASSERT_OK_AND(const Training made, trainings_->create(anna_, asked));
  EXPECT_EQ(made.state, TrainingState::kQueued);
  EXPECT_EQ(made.name, "手写数字");
  EXPECT_EQ(made.train_set.id, train_set_.id.str());
  EXPECT_EQ(made.train_set.split, "train");
  EXPECT_EQ(made.train_set.dataset.name, "数字");
  EXPECT_EQ(made.val_set->split, "val");
  EXPECT_EQ(made.owner.name, "安娜");
  EXPECT_EQ(made.params.text, R"({"max_epochs":3})");
  EXPECT_EQ(made.env.at("LR"), "0.1");
  EXPECT_TRUE(was_told("trainings", "changed"));
  ASSERT_OK_AND(const auto job, jobs_->find(*made.job_id));
  EXPECT_EQ(job.kind, "training");
  EXPECT_EQ(job.cpu_cores, 2);
  EXPECT_EQ(job.memory_bytes, 1u << 30);
  EXPECT_EQ(job.max_attempts, 1) << "what failed is not repeated by itself";
}

TEST_P(Trainings, RefuseWhatCannotWork) {
  EXPECT_ERROR(ask([](auto& r) { r.name = "a/../b"; }), "name.bad");
  EXPECT_ERROR(ask([](auto& r) { r.env["1X"] = "y"; }), "training.bad_env");
  EXPECT_ERROR(ask([](auto& r) { r.env["A=B"] = "y"; }), "training.bad_env");
  EXPECT_ERROR(ask([](auto& r) { r.env["AVA_TOKEN"] = "y"; }), "training.bad_env");
  EXPECT_ERROR(ask([](auto& r) { r.env["X"] = std::string(40'000, 'x'); }), "training.bad_env");
  EXPECT_ERROR(ask([](auto& r) { r.params = {"[1]"}; }), "training.bad_params");
  EXPECT_ERROR(ask([](auto& r) { r.params = {"7"}; }), "training.bad_params");
  EXPECT_ERROR(ask([](auto& r) { r.resources.gpu_count = 1; }), "training.no_gpu");
  EXPECT_ERROR(ask([](auto& r) { r.train_set_id = dataset::FormattedSetId::make(); }), "formatted_set.not_found");
  EXPECT_ERROR(ask([](auto& r) { r.val_set_id = dataset::FormattedSetId::make(); }), "formatted_set.not_found");
  EXPECT_ERROR(ask([](auto& r) { r.code_upload_id = "up_../../etc"; }), "id.bad");
  EXPECT_ERROR(ask([](auto& r) { r.code_upload_id = dataset::UploadId::make().str(); }), "upload.not_found");
  EXPECT_EQ(trainings_->list({})->items.size(), 0u);
}

TEST_P(Trainings, TakeFinishedSetsOnly) {
  ASSERT_OK_AND(const auto batch, sets_->create(anna_, dataset::DatasetId::trusted(train_set_.dataset.id), recordio()));
  const auto train = ask([&](auto& r) { r.train_set_id = batch.items[0].id; });
  EXPECT_ERROR(train, "training.set_not_ready");
  EXPECT_EQ(train.error().pointer(), "/train_set_id");
  const auto val = ask([&](auto& r) { r.val_set_id = batch.items[1].id; });
  EXPECT_ERROR(val, "training.set_not_ready");
  EXPECT_EQ(val.error().pointer(), "/val_set_id");
}

TEST_P(Trainings, DoWithoutAValidationSet) {
  ASSERT_OK_AND(const Training made, ask([](auto& r) { r.val_set_id.reset(); }));
  EXPECT_FALSE(made.val_set.has_value());
}

TEST_P(Trainings, TakeTheirCodeFromAnUpload) {
  const auto script = upload(anna_, "train.py", "print('你好')\n");
  ASSERT_OK_AND(const Training made, ask([&](auto& r) { r.code_upload_id = script.str(); }));
  EXPECT_TRUE(made.has_code);
  ASSERT_OK_AND(const std::string text, file::read(folder_of(roots_, made.id) / "code" / "train.py"));
  EXPECT_EQ(text, "print('你好')\n");
}

TEST_P(Trainings, ThatAreRefusedLeaveNoCodeBehind) {
  const auto script = upload(anna_, "train.zip", "PK\x03\x04 this is no archive at all");
  EXPECT_FALSE(ask([&](auto& r) { r.code_upload_id = script.str(); }).ok());
  EXPECT_TRUE(!std::filesystem::exists(roots_.trainings) || std::filesystem::is_empty(roots_.trainings));
}

TEST_P(Trainings, GoThroughCreatingAndRunningToTheirEnd) {
  ASSERT_OK_AND(const Training made, training());
  ASSERT_OK(trainings_->make_spec(made.id, *made.job_id));
  EXPECT_EQ(trainings_->find(made.id)->state, TrainingState::kCreating);
  ASSERT_OK(trainings_->started(made.id, clock_.now));
  ASSERT_OK(trainings_->started(made.id, clock_.now + 5000));
  ASSERT_OK_AND(const Training running, trainings_->find(made.id));
  EXPECT_EQ(running.state, TrainingState::kRunning);
  EXPECT_EQ(running.started_at->ms, clock_.now) << "told twice, started once";

  clock_.now += 60'000;
  const Ending failed{TrainingState::kFailed, schema::Problem{"exit.failed", "exit code 1", {}},
                      ExitRecord{1, {}, false, "exit code 1"}};
  ASSERT_OK(trainings_->ended(made.id, failed));
  ASSERT_OK(trainings_->ended(made.id, {TrainingState::kDone, {}, {}}));
  ASSERT_OK_AND(const Training over, trainings_->find(made.id));
  EXPECT_EQ(over.state, TrainingState::kFailed) << "the first end counts";
  EXPECT_EQ(over.exit->code, 1);
  EXPECT_EQ(over.state_reason->slug, "exit.failed");
  EXPECT_EQ(over.ended_at->ms, clock_.now);
}

TEST_P(Trainings, AreStoppedByTheirOwner) {
  ASSERT_OK_AND(const Training made, training());
  EXPECT_ERROR(trainings_->stop(bob_, made.id), "user.not_owner");
  ASSERT_OK(trainings_->stop(anna_, made.id));
  EXPECT_TRUE(jobs_->find(*made.job_id)->cancel_requested);
  ASSERT_OK(trainings_->ended(made.id, {}));
  EXPECT_OK(trainings_->stop(admin_, made.id));
  EXPECT_ERROR(trainings_->stop(anna_, TrainingId::make()), "training.not_found");
}

TEST_P(Trainings, AreDeletedWhenTheyAreOverWithRunsCurvesAndFiles) {
  ASSERT_OK_AND(const Training made, training());
  EXPECT_ERROR(trainings_->remove(anna_, made.id), "training.running");
  const user::Actor container = start(made);
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container, made.id, {}));
  ASSERT_OK(trainings_->append(container, run.id, {"", "c", 1, {{"loss", {1, 1, 0.5}}}}));
  ASSERT_OK(trainings_->ended(made.id, {}));
  EXPECT_ERROR(trainings_->remove(bob_, made.id), "user.not_owner");
  ASSERT_OK(trainings_->remove(anna_, made.id));
  EXPECT_TRUE(was_told("trainings", "removed"));
  EXPECT_ERROR(trainings_->find(made.id), "training.not_found");
  EXPECT_ERROR(trainings_->find_run(run.id), "run.not_found");
  EXPECT_ERROR(trainings_->curves(run.id, {}), "run.not_found");
  EXPECT_TRUE(metrics_->summary(run.id.str())->empty());
  EXPECT_FALSE(std::filesystem::exists(folder_of(roots_, made.id)));
}

TEST_P(Trainings, StillShowTheirSetWhenItIsDeleted) {
  ASSERT_OK_AND(const Training made, training());
  EXPECT_ERROR(sets_->remove(anna_, train_set_.id), "formatted_set.in_use");
  ASSERT_OK(trainings_->ended(made.id, {}));
  ASSERT_OK(sets_->remove(anna_, train_set_.id));
  ASSERT_OK_AND(const Training shown, trainings_->find(made.id));
  EXPECT_EQ(shown.train_set.id, train_set_.id.str());
  EXPECT_EQ(shown.train_set.batch, train_set_.batch);
  EXPECT_EQ(shown.train_set.dataset.name, "数字");
  EXPECT_ERROR(training("another"), "formatted_set.not_found");
}

TEST_P(Trainings, AreListedNewestFirstByNameAndState) {
  for (const char* name : {"数字-1", "数字-2", "signs"}) ASSERT_OK(training(name));
  const auto names = [&](const TrainingFilter& filter) {
    std::vector<std::string> all;
    const auto page = *trainings_->list(filter);
    for (const Training& t : page.items) all.push_back(t.name);
    return all;
  };
  EXPECT_THAT(names({}), ::testing::ElementsAre("signs", "数字-2", "数字-1"));
  EXPECT_THAT(names({"数字", "", {}}), ::testing::ElementsAre("数字-2", "数字-1"));
  EXPECT_THAT(names({"", "running", {}}), ::testing::ElementsAre());
  ASSERT_OK_AND(const auto page, trainings_->list({"", "", {2, ""}}));
  EXPECT_THAT(names({"", "", {2, *page.next_cursor}}), ::testing::ElementsAre("数字-1"));
}

TEST_P(Trainings, TellTheirLogInPiecesThatEndAtACharacter) {
  ASSERT_OK_AND(const Training made, training());
  ASSERT_OK_AND(const LogText nothing, trainings_->log(made.id, 0, 100));
  EXPECT_EQ(nothing.text, "");
  EXPECT_FALSE(nothing.eof);
  const std::string written = "第一行\nloss 0.5\n";
  ASSERT_OK(file::make_dirs(folder_of(roots_, made.id)));
  ASSERT_OK(file::write_atomic(trainings_->log_path(made.id), written));
  ASSERT_OK_AND(const LogText first, trainings_->log(made.id, 0, 4));
  EXPECT_EQ(first.text, "第");
  EXPECT_EQ(first.next_offset, 3);
  ASSERT_OK_AND(const LogText rest, trainings_->log(made.id, first.next_offset, 100));
  EXPECT_EQ(first.text + rest.text, written);
  EXPECT_FALSE(rest.eof) << "more may come";
  ASSERT_OK(trainings_->ended(made.id, {}));
  EXPECT_TRUE(trainings_->log(made.id, rest.next_offset, 100)->eof);
  EXPECT_FALSE(trainings_->log(made.id, 0, 4)->eof);
}

}  // namespace
}  // namespace ava::training
