// What a container could not send before it ended is taken from its run directory; nothing the server has is stored
// twice, and nothing a hostile program leaves there leads elsewhere.
#include "training/left_over.hpp"

#include "training/testing.hpp"

namespace ava::training {
namespace {

namespace fs = std::filesystem;

class LeftOvers : public TrainingWorld {
 protected:
  void SetUp() override {
    TrainingWorld::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    prepare_sets();
    ASSERT_OK_AND(training_, training());
    container_ = start(training_);
    job_ = job_of(*training_.job_id);
  }
  fs::path run_root() const { return folder_of(roots_, training_.id) / "run"; }
  /// A spool as sdk/python/ava/journal.py writes it.
  fs::path spool(const std::string& run, const std::string& records, const std::string& acked = {}) {
    const fs::path folder = run_root() / "local-1" / "tmp" / "spool";
    fs::create_directories(folder);
    const std::string header = R"({"client_id":"c1","training_id":")" + training_.id.str() + R"(","run_id":)" + run +
                               R"(,"name":null,"params":{"lr":0.5},"started_at":"2026-11-23T10:00:00.000Z"})";
    EXPECT_OK(file::write_atomic(folder / "header.json", header));
    EXPECT_OK(file::write_atomic(folder / "records.jsonl", records));
    if (!acked.empty()) EXPECT_OK(file::write_atomic(folder / "acked", acked));
    return folder;
  }
  static std::string metrics(int seq, int step, double value) {
    return R"({"kind":"metrics","points":[{"name":"loss","step":)" + std::to_string(step) + R"(,"time_ms":5,"value":)" +
           std::to_string(value) + R"(,"epoch":)" + std::to_string(step) + R"(}],"seq":)" + std::to_string(seq) + "}\n";
  }
  /// The container has ended and the reconciler has found it so.
  void container_ended(int code = 0) {
    engine::Status status = exited(code);
    status.started_ms = clock_.now;
    ASSERT_OK(kinds_.find("training")->on_end(job_, status));
  }
  std::size_t points_of(const RunId& id) {
    const auto curves = trainings_->curves(id, {{}, 1000, {}, {}});
    return curves.ok() && !curves->empty() ? curves->front().points.size() : 0;
  }
  training::Run only_run() { return trainings_->runs(training_.id, {})->items.at(0); }

  Training training_;
  user::Actor container_;
  job::Job job_;
};
AVA_ON_EVERY_DATABASE(LeftOvers);

TEST_P(LeftOvers, OfARunTheServerKnowsAreAddedToItsCurve) {
  CreateRun request;
  request.client_key = "c1";
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, request));
  ASSERT_OK(trainings_->append(container_, run.id, {"", "c1", 1, {{"loss", {1, 5, 0.9}}}}));
  const std::string first = metrics(1, 1, 0.9);
  spool("\"" + run.id.str() + "\"",
        first + metrics(2, 2, 0.7) + metrics(3, 3, 0.5) + R"({"kind":"end","state":"done","seq":4})" + "\n",
        "00000000000000000001 " + std::to_string(first.size()) + "\n");
  container_ended();
  EXPECT_EQ(points_of(run.id), 3u);
  EXPECT_EQ(only_run().state, RunState::kDone);
  EXPECT_EQ(only_run().epoch, 3);
  EXPECT_EQ(trainings_->find(training_.id)->state, TrainingState::kDone);
}

TEST_P(LeftOvers, AreNotStoredTwiceWhenTheAnswerWasLost) {
  ASSERT_OK_AND(const training::Run run, trainings_->create_run(container_, training_.id, {}));
  ASSERT_OK(trainings_->append(container_, run.id, {"", "c1", 1, {{"loss", {1, 5, 0.9}}}}));
  spool("\"" + run.id.str() + "\"", metrics(1, 1, 0.9) + metrics(2, 2, 0.7));
  trainings_->take_left_over(training_.id);
  trainings_->take_left_over(training_.id);
  EXPECT_EQ(points_of(run.id), 2u);
}

TEST_P(LeftOvers, OfARunThatCouldNotBeMadeMakeIt) {
  spool("null", metrics(1, 1, 0.9) + R"({"kind":"end","state":"failed","error_message":"boom","seq":2})" + "\n");
  container_ended(1);
  EXPECT_EQ(only_run().params.text, R"({"lr":0.5})");
  EXPECT_EQ(only_run().state, RunState::kFailed);
  EXPECT_EQ(only_run().error_message, "boom");
  EXPECT_EQ(points_of(only_run().id), 1u);
}

TEST_P(LeftOvers, HoldModelsToo) {
  const fs::path folder =
      spool("null", metrics(1, 1, 0.9) + R"({"kind":"model","file":"model-1.tar.gz","name":"最好","epoch":7,"seq":2})"
                                         "\n");
  ASSERT_OK(file::write_atomic(folder / "model-1.tar.gz", "\x1f\x8b\x08 packed"));
  container_ended();
  trainings_->take_left_over(training_.id);
  ASSERT_OK_AND(const auto models, models_->list({}));
  ASSERT_EQ(models.items.size(), 1u);
  EXPECT_EQ(models.items[0].name, "最好");
  EXPECT_EQ(models.items[0].epoch, 7);
  EXPECT_EQ(models.items[0].run_id, only_run().id.str());
}

TEST_P(LeftOvers, DamagedOnesArePassedOver) {
  spool(
      "null",
      "no json\n[1]\n{\"seq\":-1,\"kind\":\"metrics\"}\n" + metrics(1, 1, 0.9) +
          R"({"kind":"metrics","seq":2,"points":[7,{"name":"loss"},{"name":"loss","step":2,"time_ms":5,"value":"x"}]})"
          "\n" +
          metrics(3, 3, 0.1).substr(0, 30));
  container_ended();
  EXPECT_EQ(points_of(only_run().id), 1u) << "the last line has no end: it was never finished";
}

TEST_P(LeftOvers, NeverReachAnotherTraining) {
  ASSERT_OK_AND(const Training other, training("another"));
  const user::Actor stranger = start(other);
  ASSERT_OK_AND(const training::Run foreign, trainings_->create_run(stranger, other.id, {}));
  spool("\"" + foreign.id.str() + "\"", metrics(1, 1, 0.9));
  container_ended();
  EXPECT_EQ(points_of(foreign.id), 0u);
}

TEST_P(LeftOvers, LinksAreNotFollowed) {
  const fs::path folder = spool("null", metrics(1, 1, 0.9));
  fs::rename(folder, root_ / "elsewhere");
  fs::create_directory_symlink(root_ / "elsewhere", folder);
  container_ended();
  EXPECT_TRUE(trainings_->runs(training_.id, {})->items.empty());
}

}  // namespace
}  // namespace ava::training
