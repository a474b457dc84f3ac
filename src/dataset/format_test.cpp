#include "dataset/format_service.hpp"

#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

class FormattedSets : public World {
 protected:
  /// The dataset most tests format.
  Dataset animals() {
    bind();
    auto made = dataset("animals");
    EXPECT_OK(made);
    return made.ok() ? *made : Dataset();
  }
  /// A row as training/ makes it, in this state.
  void add_training(const std::string& name, const std::string& state, const FormattedSet& train,
                    const FormattedSet& val) {
    EXPECT_OK(db().write([&](db::Tx& tx) {
      return tx.run(
          "INSERT INTO trainings (id, owner_id, name, description, state, train_set_id, val_set_id, image, command,"
          " has_code, env_json, params_json, resources_json, created_ms) VALUES (:id, :owner, :name, '', :state, "
          ":train,"
          " :val, 'x', 'x', 0, '{}', '{}', '{}', 1)",
          {{"id", "tr_" + name},
           {"owner", anna_.user.id},
           {"name", name},
           {"state", state},
           {"train", train.id},
           {"val", val.id}});
    }));
  }
  Result<FormatBatch> ask(const Dataset& dataset, const std::function<void(FormatRequest&)>& change) {
    FormatRequest request = recordio();
    change(request);
    return sets_->create(anna_, dataset.id, request);
  }
};
AVA_ON_EVERY_DATABASE(FormattedSets);

TEST_P(FormattedSets, OfOneRequestShareABatchAndItsSamples) {
  const Dataset source = animals();
  FormatRequest request = recordio();
  request.formats = {"recordio", "raw"};
  request.seed = 7;
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, source.id, request));
  ASSERT_EQ(batch.items.size(), 4u);
  EXPECT_EQ(batch.batch.size(), 16u);
  for (const FormattedSet& set : batch.items) {
    EXPECT_EQ(set.batch, batch.batch);
    EXPECT_EQ(set.state, FormattedState::kCreating);
    EXPECT_EQ(set.job_id, batch.job_id);
    EXPECT_EQ(set.label, "classification.animal") << "the only label is taken";
    EXPECT_EQ(set.seed, 7);
  }
  ASSERT_OK_AND(const auto outcome, work(batch.job_id));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kSucceeded) << outcome.reason.detail;
  for (const FormattedSet& set : batch.items) {
    ASSERT_OK_AND(const FormattedSet done, sets_->find(set.id));
    EXPECT_EQ(done.state, FormattedState::kDone);
    EXPECT_EQ(done.progress, 1.0);
    EXPECT_EQ(done.sample_count, done.split == Split::kTrain ? 6 : 2);
    EXPECT_EQ(done.class_count, 2);
    EXPECT_GT(done.byte_count, 0);
    EXPECT_TRUE(holds(done.prefix)) << done.prefix;
    EXPECT_TRUE(done.uri.starts_with("qiniu:///main/ava/default/datasets/animals/sets/" + batch.batch)) << done.uri;
  }
  EXPECT_TRUE(was_told("formatted-sets", "changed"));
}

TEST_P(FormattedSets, KnowTheirCounterpart) {
  const Dataset source = animals();
  FormatRequest request = recordio(50, 25);
  request.splits.test = 25;
  request.formats = {"recordio", "raw"};
  ASSERT_OK_AND(const auto sets, formatted(source.id, request));
  ASSERT_EQ(sets.size(), 6u);
  for (const FormattedSet& set : sets) {
    if (set.split == Split::kTest) {
      EXPECT_FALSE(set.counterpart_id.has_value());
      continue;
    }
    ASSERT_TRUE(set.counterpart_id.has_value());
    ASSERT_OK_AND(const FormattedSet other, sets_->find(FormattedSetId::trusted(*set.counterpart_id)));
    EXPECT_EQ(other.format, set.format);
    EXPECT_EQ(other.counterpart_id, set.id.str());
    EXPECT_NE(other.split, set.split);
  }
}

TEST_P(FormattedSets, RefuseAbsurdRequests) {
  const Dataset source = animals();
  EXPECT_ERROR(ask(source, [](auto& r) { r.splits = {70, 31, 0}; }), "format.bad_splits");
  EXPECT_ERROR(ask(source, [](auto& r) { r.splits = {0, 100, 0}; }), "format.bad_splits");
  EXPECT_ERROR(ask(source, [](auto& r) { r.formats = {"recordio", "roidb9"}; }), "format.unknown");
  EXPECT_ERROR(ask(source, [](auto& r) { r.formats = {"recordio", "raw", "raw"}; }), "format.twice");
  EXPECT_ERROR(ask(source, [](auto& r) { r.options["lmdb"] = {"{}"}; }), "format.unknown");
  EXPECT_ERROR(ask(source, [](auto& r) { r.label = "classification.colour"; }), "format.no_such_label");
  EXPECT_ERROR(ask(source, [](auto& r) { r.resize = "large"; }), "resize.bad");
  EXPECT_FALSE(ask(source, [](auto& r) { r.options["recordio"] = {R"({"colour":"blue"})"}; }).ok());
  EXPECT_EQ(sets_->list({})->items.size(), 0u) << "nothing was begun";
}

TEST_P(FormattedSets, OfBoxesAreRefusedForFormatsThatCannotHoldThem) {
  bind();
  const std::string box = R"({"url":"qiniu:///main/pictures/0.png","type":"image","label":[{"name":"d",)"
                          R"("type":"detection","version":"1","data":[{"bbox":[[0,0],[1,1]],"class":"dog"}]}]})"
                          "\n";
  ASSERT_OK_AND(const Dataset boxes, dataset("boxes", box));
  EXPECT_ERROR(ask(boxes, [](auto& r) { r.formats = {"folder"}; }), "format.cannot_carry");
  EXPECT_ERROR(ask(boxes, [](auto& r) { r.keep_together = {"colour"}; }), "group.unknown");
  EXPECT_OK(ask(boxes, [](auto& r) { r.formats = {"raw"}; }));
}

TEST_P(FormattedSets, OfSharesAreRefusedByTheSchemaAlready) {
  const auto asked = [](const std::string& splits) {
    return schema::from_text<FormatRequest>(R"({"formats":["raw"],"splits":)" + splits + "}");
  };
  EXPECT_OK(asked(R"({"train":100})"));
  for (const char* bad :
       {R"({"train":-1})", R"({"train":1e9})", R"({"train":"70"})", R"({"train":70,"valid":30})", "{}"})
    EXPECT_FALSE(asked(bad).ok()) << bad;
  EXPECT_FALSE(schema::from_text<FormatRequest>(R"({"formats":[]})").ok());
}

TEST_P(FormattedSets, AskWhichLabelWhenThereAreSeveralOrNone) {
  bind();
  std::string text;
  for (int i = 0; i < 8; ++i) text += line(i, {{"animal", i % 2 == 0 ? "cat" : "dog"}, {"颜色", "黑"}});
  ASSERT_OK_AND(const Dataset two, dataset("two", text));
  const auto refused = sets_->create(anna_, two.id, recordio());
  EXPECT_ERROR(refused, "format.label_needed");
  EXPECT_EQ(refused.error().pointer(), "/label");
  EXPECT_NE(refused.error().message().find("classification.颜色"), std::string::npos);
  EXPECT_OK(ask(two, [](auto& r) { r.label = "classification.颜色"; }));

  ASSERT_OK_AND(const Dataset none, dataset("none", R"({"url":"qiniu:///main/pictures/0.png","type":"image"})"
                                                    "\n"));
  EXPECT_ERROR(sets_->create(anna_, none.id, recordio()), "format.label_needed");
}

TEST_P(FormattedSets, AreMadeOfFinishedDatasetsOnly) {
  bind();
  ASSERT_OK_AND(const Dataset made, new_dataset("animals"));
  EXPECT_ERROR(sets_->create(anna_, made.id, recordio()), "dataset.not_ready");
  EXPECT_ERROR(sets_->create(anna_, DatasetId::make(), recordio()), "dataset.not_found");
}

TEST_P(FormattedSets, AreListedByDatasetStateAndSplit) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id));
  ASSERT_OK(sets_->create(anna_, source.id, recordio()));
  const auto count = [&](const SetFilter& filter) { return sets_->list(filter)->items.size(); };
  EXPECT_EQ(count({}), 4u);
  EXPECT_EQ(count({source.id.str(), "done", "", {}}), 2u);
  EXPECT_EQ(count({"", "", "val", {}}), 2u);
  EXPECT_EQ(count({DatasetId::make().str(), "", "", {}}), 0u);
}

TEST_P(FormattedSets, WhoseShareRoundsToNothingFailWithTheReason) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id, recordio(99, 0.5)));
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0].state, FormattedState::kDone);
  ASSERT_EQ(sets[1].state, FormattedState::kFailed);
  EXPECT_EQ(sets[1].error->slug, "format.empty_split");
}

TEST_P(FormattedSets, AreOfSoManySamplesAsAreAskedFor) {
  const Dataset source = animals();
  FormatRequest request = recordio();
  request.split_by = pipeline::SplitBy::kCounts;
  request.counts = SplitCounts{4, 2, 0};
  ASSERT_OK_AND(const auto sets, formatted(source.id, request));
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0].sample_count, 4);
  EXPECT_EQ(sets[1].sample_count, 2);
  EXPECT_DOUBLE_EQ(sets[0].percent, 100.0 * 4 / 6) << "measured, for it was not asked for";
  EXPECT_EQ(ask(source, [](auto& r) { r.split_by = pipeline::SplitBy::kCounts; }).error().pointer(), "/counts");
}

TEST_P(FormattedSets, FollowTheSplitOfTheList) {
  bind();
  std::string text;
  for (int i = 0; i < 8; ++i) {
    text += line(i, {{"animal", i % 2 == 0 ? "cat" : "dog"}});
    text.replace(text.size() - 2, 2, i < 6 ? ",\"split\":\"train\"}\n" : ",\"split\":\"test\"}\n");
  }
  ASSERT_OK_AND(const Dataset source, dataset("split", text));
  FormatRequest request = recordio();
  request.split_by = pipeline::SplitBy::kList;
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, source.id, request));
  EXPECT_EQ(batch.items.size(), 3u) << "which parts there are is not known yet";
  ASSERT_OK(work(batch.job_id));
  ASSERT_OK_AND(const auto left, sets_->list({source.id.str(), "", "", {}}));
  ASSERT_EQ(left.items.size(), 2u) << "there is no val";
  EXPECT_TRUE(was_told("formatted-sets", "removed"));
  for (const FormattedSet& set : left.items) {
    EXPECT_EQ(set.state, FormattedState::kDone);
    EXPECT_EQ(set.sample_count, set.split == Split::kTrain ? 6 : 2);
    EXPECT_EQ(set.percent, set.split == Split::kTrain ? 75 : 25);
  }
}

TEST_P(FormattedSets, OfPicturesThatAreGoneFailWithTheReason) {
  const Dataset source = animals();
  ASSERT_OK(bucket_->remove_tree("pictures"));
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, source.id, recordio()));
  ASSERT_OK_AND(const auto outcome, work(batch.job_id));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kFailed);
  ASSERT_OK_AND(const FormattedSet failed, sets_->find(batch.items[0].id));
  ASSERT_EQ(failed.state, FormattedState::kFailed);
  EXPECT_EQ(failed.error->slug, outcome.reason.slug);
  EXPECT_OK(sets_->remove(anna_, failed.id));
}

TEST_P(FormattedSets, AreDeletedByTheirOwnerWithTheirObjects) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id));
  EXPECT_ERROR(sets_->remove(bob_, sets[0].id), "user.not_owner");
  ASSERT_OK(sets_->remove(anna_, sets[0].id));
  EXPECT_TRUE(was_told("formatted-sets", "removed"));
  EXPECT_ERROR(sets_->find(sets[0].id), "formatted_set.not_found");
  EXPECT_ERROR(sets_->remove(anna_, sets[0].id), "formatted_set.not_found");
  EXPECT_FALSE(holds(sets[0].prefix));
  EXPECT_TRUE(holds(sets[1].prefix)) << "the other set of the batch stays";
  EXPECT_FALSE(sets_->find(sets[1].id)->counterpart_id.has_value());
  const std::string batch = source.prefix + "/sets/" + sets[0].batch;
  EXPECT_TRUE(holds(batch));
  ASSERT_OK(sets_->remove(anna_, sets[1].id));
  EXPECT_FALSE(holds(batch)) << "the last one takes the batch's own files along";
  EXPECT_TRUE(holds(source.prefix));
}

TEST_P(FormattedSets, ThatAreBeingMadeAreKept) {
  const Dataset source = animals();
  ASSERT_OK_AND(const FormatBatch batch, sets_->create(anna_, source.id, recordio()));
  const auto refused = sets_->remove(anna_, batch.items[0].id);
  EXPECT_ERROR(refused, "formatted_set.in_use");
  EXPECT_NE(refused.error().details().at("users").find(batch.job_id), std::string::npos);
}

TEST_P(FormattedSets, AreKeptWhileATrainingIsQueuedStartingOrRunning) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id));
  add_training("busy", "queued", sets[0], sets[1]);
  for (const char* state : {"queued", "creating", "running"}) {
    ASSERT_OK(db().write([&](db::Tx& tx) { return tx.run("UPDATE trainings SET state = :s", {{"s", state}}); }));
    for (const FormattedSet& set : sets) {
      const auto refused = sets_->remove(anna_, set.id);
      EXPECT_ERROR(refused, "formatted_set.in_use");
      EXPECT_NE(refused.error().details().at("users").find("tr_busy"), std::string::npos);
    }
  }
  ASSERT_OK(db().write([&](db::Tx& tx) { return tx.run("UPDATE trainings SET state = 'failed'"); }));
  for (const FormattedSet& set : sets) EXPECT_OK(sets_->remove(anna_, set.id));
  const auto dataset_refused = datasets_->remove(anna_, source.id);
  EXPECT_ERROR(dataset_refused, "dataset.in_use");
  EXPECT_NE(dataset_refused.error().details().at("users").find("tr_busy"), std::string::npos)
      << "a record of a training still names the dataset (D-13)";
}

TEST_P(FormattedSets, LeaveATombstoneForTheRecordsThatNameThem) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id));
  ASSERT_OK(sets_->remove(anna_, sets[0].id));
  ASSERT_OK_AND(const auto kept, db().read([&](db::Tx& tx) { return FormattedSetRepo::find(tx, sets[0].id, true); }));
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->dataset.name, "animals");
}

TEST_P(FormattedSets, OfACrashedDeletionArePurgedLater) {
  const Dataset source = animals();
  ASSERT_OK_AND(const auto sets, formatted(source.id));
  ASSERT_OK(db().write([&](db::Tx& tx) { return FormattedSetRepo::mark_deleted(tx, sets[0].id, 1); }));
  EXPECT_TRUE(holds(sets[0].prefix));
  EXPECT_EQ(*sets_->purge(), 1);
  EXPECT_FALSE(holds(sets[0].prefix));
  EXPECT_EQ(*sets_->purge(), 0);
}

}  // namespace
}  // namespace ava::dataset
