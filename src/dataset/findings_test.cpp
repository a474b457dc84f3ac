// What work on datasets has found: rejected lines, also when it failed for them, and verifications of sets.
#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

using Verdict = job::Outcome::Verdict;

class Findings : public World {
 protected:
  void SetUp() override {
    World::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    bind();
  }
  /// Flip a byte in the middle of an object.
  void damage(const std::string& key) {
    ASSERT_OK_AND(std::string bytes, bucket_->read(key, 1 << 20));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x20);
    put(key, bytes);
  }
};
AVA_ON_EVERY_DATABASE(Findings);

TEST_P(Findings, AnImportThatFailedForItsLinesStillListsThem) {
  ASSERT_OK_AND(const Dataset made, new_dataset("bad", "no json\n{\"url\":7}\n"));
  EXPECT_ERROR(datasets_->rejects(made.id, {}), "dataset.not_ready");
  ASSERT_OK_AND(const auto outcome, work(*made.job_id));
  EXPECT_EQ(outcome.reason.slug, "list.no_items");
  ASSERT_OK_AND(const auto page, datasets_->rejects(made.id, {}));
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[0].line, 1);
  EXPECT_EQ(page.items[0].slug, "bad_json");
}

TEST_P(Findings, AnImportThatFailedBeforeAnyLineListsNone) {
  ASSERT_OK_AND(const Dataset made, new_dataset("cancelled"));
  job::Job job = job_of(*made.job_id);
  job.cancel_requested = true;
  ASSERT_OK(end(job, exited(143, "exit.stopped")));
  ASSERT_OK_AND(const auto page, datasets_->rejects(made.id, {}));
  EXPECT_TRUE(page.items.empty());
}

TEST_P(Findings, AFormatThatFailedForItsPicturesListsThem) {
  put("pictures/3.png", "this is no picture");
  ASSERT_OK_AND(const Dataset ready, dataset());
  FormatRequest request = recordio();
  request.max_reject_ratio = 0;
  ASSERT_OK_AND(const auto sets, formatted(ready.id, request));
  ASSERT_EQ(sets[0].error->slug, "batch.too_many_rejects");
  ASSERT_OK_AND(const auto failed, sets_->rejects(sets[0].id, {}));
  ASSERT_EQ(failed.items.size(), 1u);
  EXPECT_EQ(failed.items[0].line, 4);
  EXPECT_EQ(failed.items[0].slug, "picture.unsupported");
  ASSERT_OK_AND(const auto again, formatted(ready.id));
  ASSERT_OK_AND(const auto done, sets_->rejects(again[0].id, {}));
  EXPECT_EQ(done.items.size(), 1u) << "a set that was made lists what it left out";
}

TEST_P(Findings, AGoodBatchIsProven) {
  ASSERT_OK_AND(const Dataset ready, dataset());
  ASSERT_OK_AND(const auto sets, formatted(ready.id));
  EXPECT_ERROR(sets_->verification(sets[0].id), "formatted_set.not_verified");
  ASSERT_OK_AND(const Verification started, sets_->verify(bob_, sets[0].id));
  EXPECT_EQ(started.job.kind, "dataset.verify");
  EXPECT_EQ(started.job.subject.name, "animals");
  EXPECT_FALSE(started.report);
  ASSERT_OK_AND(const Verification same, sets_->verify(anna_, sets[1].id));
  EXPECT_EQ(same.job.id, started.job.id) << "one at a time for a batch";
  ASSERT_OK_AND(const auto outcome, work(started.job.id.str()));
  EXPECT_EQ(outcome.verdict, Verdict::kSucceeded);
  ASSERT_OK_AND(const Verification found, sets_->verification(sets[1].id));
  ASSERT_TRUE(found.report);
  EXPECT_TRUE(found.report->ok);
  ASSERT_EQ(found.report->sets.size(), 2u);
  EXPECT_EQ(found.report->sets[0].path, "recordio/train") << "no folder of the server is shown";
  EXPECT_EQ(found.report->sets[0].sample_count + found.report->sets[1].sample_count, 8u);
}

TEST_P(Findings, ADamagedSampleIsNamed) {
  ASSERT_OK_AND(const Dataset ready, dataset());
  FormatRequest request = recordio();
  request.formats = {"raw"};
  ASSERT_OK_AND(const auto sets, formatted(ready.id, request));
  std::string victim;
  ASSERT_OK_AND(const auto page, bucket_->list({.prefix = sets[0].prefix + "/", .cursor = {}, .limit = 100}));
  for (const auto& object : page.items)
    if (object.key.ends_with(".png")) victim = object.key;
  ASSERT_FALSE(victim.empty());
  damage(victim);
  ASSERT_OK_AND(const Verification started, sets_->verify(anna_, sets[0].id));
  ASSERT_OK_AND(const auto outcome, work(started.job.id.str()));
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  EXPECT_EQ(outcome.reason.slug, "verify.damaged");
  EXPECT_NE(outcome.reason.detail.find("sample train/"), std::string::npos) << outcome.reason.detail;
  EXPECT_EQ(outcome.reason.detail.find(root_.string()), std::string::npos) << outcome.reason.detail;
  ASSERT_OK_AND(const Verification found, sets_->verification(sets[0].id));
  ASSERT_TRUE(found.report);
  EXPECT_FALSE(found.report->ok);
  EXPECT_TRUE(std::any_of(found.report->problems.begin(), found.report->problems.end(), [](const auto& problem) {
    return problem.set == "raw/train" && problem.slug == "sample.bytes_differ" && problem.url.ends_with(".png");
  }));
}

TEST_P(Findings, ASetThatIsGoneIsAProblemToo) {
  ASSERT_OK_AND(const Dataset ready, dataset());
  ASSERT_OK_AND(const auto sets, formatted(ready.id));
  ASSERT_OK(bucket_->remove_tree(sets[1].prefix));
  ASSERT_OK_AND(const Verification started, sets_->verify(anna_, sets[0].id));
  ASSERT_OK_AND(const auto outcome, work(started.job.id.str()));
  EXPECT_EQ(outcome.reason.slug, "verify.damaged");
  ASSERT_OK_AND(const Verification found, sets_->verification(sets[0].id));
  ASSERT_TRUE(found.report);
  ASSERT_FALSE(found.report->problems.empty());
  EXPECT_EQ(found.report->problems[0].slug, "set.missing");
  EXPECT_EQ(found.report->problems[0].set, "recordio/val");
}

TEST_P(Findings, OnlyAFinishedSetIsVerified) {
  ASSERT_OK_AND(const Dataset ready, dataset());
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, ready.id, recordio()));
  EXPECT_ERROR(sets_->verify(anna_, batch.items[0].id), "formatted_set.not_ready");
  EXPECT_ERROR(sets_->rejects(batch.items[0].id, {}), "formatted_set.not_ready");
}

TEST_P(Findings, AWorkersProgressIsWhatTheJobShows) {
  ASSERT_OK_AND(const Dataset made, new_dataset("animals"));
  const job::Job job = job_of(*made.job_id);
  ASSERT_OK_AND(const engine::Spec spec, kinds_.find(job.kind)->make_spec(job));
  ASSERT_OK_AND(const std::string text, file::read(spec.command.back()));
  ASSERT_OK_AND(const auto order, schema::from_text<worker::JobFile>(text));
  std::string last;
  const auto on_progress = [&](const pipeline::Progress& progress) { last = schema::to_text(progress); };
  ASSERT_OK(worker::run_job(order, root_, on_progress, {}));
  const auto shown = job::parse_progress(last);
  ASSERT_TRUE(shown) << last;
  EXPECT_EQ(shown->message, "publish");
  EXPECT_EQ(shown->done, 8);
  EXPECT_EQ(shown->total, 8);
}

}  // namespace
}  // namespace ava::dataset
