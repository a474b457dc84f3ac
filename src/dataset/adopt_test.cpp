// Datasets of the second kind: a set that another tool wrote.
#include "dataset/dataset_service.hpp"
#include "dataset/testing.hpp"
#include "format/recordio.hpp"
#include "worker/adopt_run.hpp"

namespace ava::dataset {
namespace {

class ReadyMadeSets : public World {
 protected:
  static std::string record(float label, const std::string& bytes) {
    std::string out;
    EXPECT_OK(format::frame_record(format::encode(format::ImageHeader{.label = label}), bytes,
                                   [&](std::string_view piece) -> Result<void> {
                                     out += piece;
                                     return {};
                                   }));
    return out;
  }
  static std::string three_records() { return record(0, tiny_png()) + record(1, tiny_png()) + record(1, "no picture"); }
  CreateDataset request(const std::string& name) {
    CreateDataset made = from_upload(name, upload(anna_, "data.rec", three_records()));
    made.kind = DatasetKind::kFormatted;
    made.source.labels_upload_id = upload(anna_, "labels.csv", "猫\ndog\n");
    return made;
  }
  Result<Dataset> ready(const std::string& name) {
    AVA_TRY(const Dataset made, datasets_->create(anna_, request(name)));
    AVA_CHECK(work(*made.job_id));
    return datasets_->find(made.id);
  }
};
AVA_ON_EVERY_DATABASE(ReadyMadeSets);

TEST_P(ReadyMadeSets, BecomeADatasetWithOneSet) {
  bind();
  ASSERT_OK_AND(const Dataset dataset, ready("signs"));
  EXPECT_EQ(dataset.kind, DatasetKind::kFormatted);
  EXPECT_EQ(dataset.state, DatasetState::kSuccess) << (dataset.error ? dataset.error->detail : "");
  EXPECT_EQ(dataset.item_count, 2);
  EXPECT_EQ(dataset.reject_count, 1);
  EXPECT_EQ(dataset.list_uri, "");
  ASSERT_OK_AND(const auto sets, sets_->list({dataset.id.str(), "", "", {}}));
  ASSERT_EQ(sets.items.size(), 1u);
  const FormattedSet& set = sets.items[0];
  EXPECT_EQ(set.state, FormattedState::kDone);
  EXPECT_EQ(set.format, "recordio");
  EXPECT_EQ(set.sample_count, 2);
  EXPECT_EQ(set.percent, 100);
  EXPECT_TRUE(holds(set.prefix + "/cache/data.rec"));

  ASSERT_OK_AND(const auto storage, datasets_->storage_of(dataset));
  const Contents contents(storage, dataset.prefix, worker::kPreviewFile);
  ASSERT_OK_AND(const auto stats, contents.stats());
  ASSERT_EQ(stats.labels.size(), 1u);
  EXPECT_EQ(stats.labels[0].count[0].cls, "猫");
  ASSERT_OK_AND(const auto samples, contents.samples({}, ""));
  EXPECT_EQ(samples.items.size(), 2u);
  ASSERT_OK_AND(const auto rejects, datasets_->rejects(dataset.id, {}));
  ASSERT_EQ(rejects.items.size(), 1u);
  EXPECT_EQ(rejects.items[0].line, 3);
}

TEST_P(ReadyMadeSets, HaveNoListToWorkWith) {
  bind();
  ASSERT_OK_AND(const Dataset dataset, ready("signs"));
  EXPECT_ERROR(sets_->create(anna_, dataset.id, recordio()), "dataset.has_no_list");
  EXPECT_ERROR(datasets_->copy(anna_, dataset.id, {"copy", {}}), "dataset.has_no_list");
  ASSERT_OK_AND(const auto sets, sets_->list({dataset.id.str(), "", "", {}}));
  EXPECT_ERROR(sets_->remove(anna_, sets.items[0].id), "formatted_set.is_dataset");
}

TEST_P(ReadyMadeSets, GoWithTheirDataset) {
  bind();
  ASSERT_OK_AND(const Dataset dataset, ready("signs"));
  EXPECT_OK(datasets_->remove(anna_, dataset.id));
  EXPECT_FALSE(holds(dataset.prefix));
  EXPECT_TRUE(sets_->list({dataset.id.str(), "", "", {}})->items.empty());
}

TEST_P(ReadyMadeSets, FailWithAReasonWhenNothingCanBeRead) {
  bind();
  CreateDataset asked = request("signs");
  asked.source.upload_id = upload(anna_, "data.rec", record(0, "no picture"));
  ASSERT_OK_AND(const Dataset made, datasets_->create(anna_, asked));
  ASSERT_OK(work(*made.job_id));
  ASSERT_OK_AND(const Dataset failed, datasets_->find(made.id));
  EXPECT_EQ(failed.state, DatasetState::kFailed);
  ASSERT_TRUE(failed.error.has_value());
  EXPECT_EQ(failed.error->slug, "set.nothing_readable");
  EXPECT_EQ(datasets_->rejects(failed.id, {})->items.size(), 1u);
}

TEST_P(ReadyMadeSets, ComeFromABucketToo) {
  bind();
  put("theirs/data.rec", three_records());
  put("theirs/labels.csv", "a\nb\n");
  put("theirs-of-may/data.rec", three_records());
  CreateDataset asked = from_uri("signs", "prefix", "qiniu:///main/theirs");
  asked.kind = DatasetKind::kFormatted;
  asked.set.split = Split::kVal;
  ASSERT_OK_AND(const Dataset made, datasets_->create(anna_, asked));
  ASSERT_OK(work(*made.job_id));
  ASSERT_OK_AND(const auto sets, sets_->list({made.id.str(), "", "val", {}}));
  EXPECT_EQ(sets.items.size(), 1u);
  asked.name = "other";
  asked.source = {"uri", {}, "qiniu:///main/theirs/data.rec"};
  asked.source.index_uri = "qiniu:///main/theirs/none.idx";
  EXPECT_ERROR(datasets_->create(anna_, asked), "dataset.source_not_found");
  asked.source.index_uri.reset();
  asked.set.task = "guessing";
  EXPECT_ERROR(datasets_->create(anna_, asked), "dataset.bad_task");
}

}  // namespace
}  // namespace ava::dataset
