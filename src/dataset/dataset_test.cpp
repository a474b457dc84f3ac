#include "dataset/dataset_service.hpp"

#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

class Datasets : public World {};
AVA_ON_EVERY_DATABASE(Datasets);

std::string number(int i) { return "set-" + std::to_string(100 + i); }

TEST(DatasetName, MayBeOfAnyScript) {
  for (const char* good : {"traffic-signs", "猫狗", "交通标志 2018", "a.b_c-1", "Дорожные_знаки", "v1"})
    EXPECT_OK(check_name(good));
  std::string longest;
  for (int i = 0; i < 63; ++i) longest += "字";
  EXPECT_OK(check_name(longest));
  EXPECT_ERROR(check_name(longest + "字"), "name.bad");
}

TEST(DatasetName, HasNoPathTricks) {
  using namespace std::string_literals;
  for (const std::string& bad : {""s, "x"s, "字"s, ".."s, "../etc"s, "a/b"s, "/abs"s, "a\\b"s, "c:d"s, ".hidden"s,
                                 "-rf"s, " a"s, "a "s, "a\nb"s, "a\0b"s, "\xff\xfe\xfd"s, "a\x7f b"s})
    EXPECT_ERROR(check_name(bad), "name.bad");
}

TEST_P(Datasets, AreRefusedBeforeAStorageSpaceIsBound) {
  EXPECT_ERROR(datasets_->create(anna_, from_uri("animals", "uri", "qiniu:///main/list.json")), "bucket.none_bound");
}

TEST_P(Datasets, BecomeReadyFromAnUploadedList) {
  bind();
  ASSERT_OK_AND(const Dataset made, new_dataset("动物"));
  EXPECT_EQ(made.state, DatasetState::kCreating);
  EXPECT_EQ(made.owner.name, "安娜");
  EXPECT_EQ(made.source.kind, SourceKind::kUpload);
  EXPECT_EQ(made.source.file_name, "list.json");
  EXPECT_TRUE(was_told("datasets", "changed"));

  ASSERT_OK_AND(const auto outcome, work(*made.job_id));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kSucceeded) << outcome.reason.detail;
  ASSERT_OK_AND(const Dataset ready, datasets_->find(made.id));
  EXPECT_EQ(ready.state, DatasetState::kSuccess);
  EXPECT_EQ(ready.item_count, 8);
  EXPECT_EQ(ready.reject_count, 0);
  EXPECT_TRUE(ready.labelled);
  ASSERT_EQ(ready.labels.size(), 1u);
  EXPECT_EQ(ready.labels[0].key, "classification.animal");
  EXPECT_EQ(ready.list_uri, "qiniu:///main/ava/default/datasets/动物/index.lst");
  EXPECT_TRUE(ready.completed_at.has_value());
  EXPECT_TRUE(holds("ava/default/datasets/动物/index.lst"));
}

TEST_P(Datasets, MayComeFromAListThatIsInTheStorageAlready) {
  bind();
  put("lists/train.jsonlist", list_text());
  ASSERT_OK_AND(const Dataset made,
                datasets_->create(bob_, from_uri("animals", "uri", "qiniu:///main/lists/train.jsonlist")));
  EXPECT_EQ(made.source.kind, SourceKind::kUri);
  ASSERT_OK(work(*made.job_id));
  EXPECT_EQ(datasets_->find(made.id)->item_count, 8);
}

TEST_P(Datasets, AreReadByTheImporterThatIsAskedFor) {
  bind();
  put("photos/dog/1.png", tiny_png());
  CreateDataset request = from_uri("animals", "prefix", "qiniu:///main/photos/");
  request.as = "elephant";
  const auto refused = datasets_->create(anna_, request);
  EXPECT_ERROR(refused, "import.unknown_kind");
  EXPECT_EQ(refused.error().pointer(), "/as");
  request.as = "unlabelled";
  ASSERT_OK_AND(const Dataset made, datasets_->create(anna_, request));
  ASSERT_OK(work(*made.job_id));
  ASSERT_OK_AND(const Dataset ready, datasets_->find(made.id));
  EXPECT_EQ(ready.item_count, 1);
  EXPECT_FALSE(ready.labelled) << "the folder is no class";
}

TEST_P(Datasets, MayComeFromAFolderOfPicturesPerClass) {
  bind();
  for (const char* key : {"photos/猫/1.png", "photos/猫/2.png", "photos/dog/1.png"}) put(key, tiny_png());
  ASSERT_OK_AND(const Dataset made, datasets_->create(anna_, from_uri("animals", "prefix", "qiniu:///main/photos/")));
  ASSERT_OK(work(*made.job_id));
  ASSERT_OK_AND(const Dataset ready, datasets_->find(made.id));
  EXPECT_EQ(ready.state, DatasetState::kSuccess);
  EXPECT_EQ(ready.item_count, 3);
  ASSERT_EQ(ready.labels.size(), 1u);
  EXPECT_EQ(ready.labels[0].type, "classification");
}

TEST_P(Datasets, ThatHaveNoLabelsCountTheirPicturesAllTheSame) {
  bind();
  ASSERT_OK_AND(const Dataset ready, dataset("plain", R"({"url":"qiniu:///main/pictures/0.png","type":"image"})"
                                                      "\n"));
  EXPECT_FALSE(ready.labelled);
  EXPECT_EQ(ready.item_count, 1);
}

TEST_P(Datasets, SayWhatIsWrongWithTheirSource) {
  bind();
  const auto refused = [&](const CreateDataset& request) { return datasets_->create(anna_, request); };
  EXPECT_ERROR(refused(from_uri("animals", "uri", "qiniu:///main/no-such-list")), "dataset.source_not_found");
  EXPECT_ERROR(refused(from_uri("animals", "prefix", "qiniu:///main/empty/")), "dataset.source_not_found");
  EXPECT_ERROR(refused(from_uri("animals", "uri", "qiniu:///other/list")), "bucket.not_found");
  EXPECT_ERROR(refused(from_uri("animals", "uri", "file:///etc/passwd")), "dataset.bad_source");
  EXPECT_ERROR(refused(from_uri("animals", "uri", "http://127.0.0.1/list")), "dataset.bad_source");
  EXPECT_ERROR(refused(from_uri("animals", "ftp", "qiniu:///main/x")), "dataset.bad_source");
  EXPECT_ERROR(refused(from_uri("../x", "uri", "qiniu:///main/x")), "name.bad");
  EXPECT_ERROR(refused(from_upload("animals", UploadId::make())), "upload.not_found");
  EXPECT_ERROR(refused(from_upload("animals", upload(anna_, "cat.png", tiny_png()))), "dataset.bad_source");
  CreateDataset request = from_upload("animals", upload(anna_, "list.json", list_text()));
  request.on_error = "shrug";
  EXPECT_ERROR(refused(request), "field.choice");
  request.source.upload_id.reset();
  request.on_error = "list";
  EXPECT_ERROR(refused(request), "dataset.bad_source");
}

TEST_P(Datasets, DoNotReachThroughTheBucketsRoot) {
  bind();
  for (const char* uri : {"qiniu:///main/../../etc/passwd", "qiniu:///main//etc/passwd"})
    EXPECT_FALSE(datasets_->create(anna_, from_uri("animals", "uri", uri)).ok()) << uri;
}

TEST_P(Datasets, AnotherUsersUploadIsHidden) {
  bind();
  const UploadId annas = upload(anna_, "list.json", list_text());
  EXPECT_ERROR(datasets_->create(bob_, from_upload("animals", annas)), "upload.not_found");
  EXPECT_OK(datasets_->create(admin_, from_upload("animals", annas)));
}

TEST_P(Datasets, HaveNamesOfTheirOwn) {
  bind();
  ASSERT_OK(dataset("animals"));
  auto second = new_dataset("animals");
  EXPECT_ERROR(second, "dataset.name_taken");
  EXPECT_EQ(second.error().pointer(), "/name");
}

TEST_P(Datasets, KeepTheirNameAndChangeTheirDescriptionOnly) {
  bind();
  ASSERT_OK_AND(const Dataset ready, dataset("animals"));
  EXPECT_ERROR(datasets_->change(anna_, ready.id, {"beasts", {}}), "dataset.name_fixed");
  EXPECT_ERROR(datasets_->change(bob_, ready.id, {{}, "mine now"}), "user.not_owner");
  ASSERT_OK_AND(const Dataset changed, datasets_->change(anna_, ready.id, {"animals", "猫和狗"}));
  EXPECT_EQ(changed.description, "猫和狗");
  ASSERT_OK_AND(const Dataset same, datasets_->change(admin_, ready.id, {}));
  EXPECT_EQ(same.description, "猫和狗") << "what is not named stays";
}

TEST_P(Datasets, AreListedNewestFirstPageByPageAndFoundByPartOfTheName) {
  bind();
  for (int i = 0; i < 5; ++i) ASSERT_OK(new_dataset(number(i)));
  ASSERT_OK(new_dataset("100%_sure"));
  std::vector<std::string> names;
  DatasetFilter filter{"SET-", {2, ""}};
  for (int pages = 0; pages < 10; ++pages) {
    ASSERT_OK_AND(const auto page, datasets_->list(filter));
    for (const Dataset& d : page.items) names.push_back(d.name);
    if (!page.next_cursor) break;
    filter.page.cursor = *page.next_cursor;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"set-104", "set-103", "set-102", "set-101", "set-100"}));
  EXPECT_EQ(datasets_->list({"0%_s", {}})->items.size(), 1u) << "wildcards are plain characters";
  EXPECT_EQ(datasets_->list({"%", {}})->items.size(), 1u);
}

TEST_P(Datasets, AreDeletedWithTheirObjectsAndTheNameIsFreeAgain) {
  bind();
  ASSERT_OK_AND(const Dataset ready, dataset("animals"));
  EXPECT_ERROR(datasets_->remove(bob_, ready.id), "user.not_owner");
  ASSERT_OK(datasets_->remove(anna_, ready.id));
  EXPECT_TRUE(was_told("datasets", "removed"));
  EXPECT_ERROR(datasets_->find(ready.id), "dataset.not_found");
  EXPECT_ERROR(datasets_->remove(anna_, ready.id), "dataset.not_found");
  EXPECT_FALSE(holds("ava/default/datasets/animals"));
  EXPECT_TRUE(holds("pictures/0.png")) << "what the list named is the user's own";
  ASSERT_OK_AND(const Dataset again, dataset("animals"));
  EXPECT_NE(again.id, ready.id);
}

TEST_P(Datasets, ThatAreDeletedWhileTheyAreMadeGoWhenTheirJobIsOver) {
  bind();
  ASSERT_OK_AND(const Dataset made, new_dataset("animals"));
  ASSERT_OK(datasets_->remove(anna_, made.id));
  EXPECT_TRUE(jobs_->find(*made.job_id)->cancel_requested);
  EXPECT_ERROR(new_dataset("animals"), "dataset.name_taken");
  EXPECT_EQ(*datasets_->purge(), 0);

  job::Job job = job_of(*made.job_id);
  ASSERT_OK_AND(const auto outcome, end(job, exited(143, "exit.stopped")));
  EXPECT_EQ(*datasets_->purge(), 1);
  EXPECT_OK(new_dataset("animals"));
}

TEST_P(Datasets, InUseAreKeptAndTheRefusalNamesTheUsers) {
  bind();
  ASSERT_OK_AND(const Dataset ready, dataset("animals"));
  ASSERT_OK_AND(const auto sets, formatted(ready.id));
  const auto refused = datasets_->remove(anna_, ready.id);
  EXPECT_ERROR(refused, "dataset.in_use");
  const std::string users = refused.error().details().at("users");
  for (const FormattedSet& set : sets) EXPECT_NE(users.find(set.id.str()), std::string::npos) << users;
  for (const FormattedSet& set : sets) ASSERT_OK(sets_->remove(anna_, set.id));
  EXPECT_OK(datasets_->remove(anna_, ready.id));
}

TEST_P(Datasets, AreCopiedWithTheirCountsAndObjects) {
  bind();
  for (const char* key : {"photos/猫/1.png", "photos/dog/1.png"}) put(key, tiny_png());
  ASSERT_OK_AND(const Dataset original, dataset("animals"));
  EXPECT_ERROR(datasets_->copy(bob_, original.id, {"animals", {}}), "dataset.name_taken");
  EXPECT_ERROR(datasets_->copy(bob_, original.id, {"a/b", {}}), "name.bad");
  ASSERT_OK_AND(const Dataset copy, datasets_->copy(bob_, original.id, {"beasts", {}}));
  EXPECT_EQ(copy.owner.name, "bob");
  EXPECT_EQ(copy.source.kind, SourceKind::kCopy);
  ASSERT_OK(work(*copy.job_id));
  ASSERT_OK_AND(const Dataset ready, datasets_->find(copy.id));
  EXPECT_EQ(ready.state, DatasetState::kSuccess);
  EXPECT_EQ(ready.item_count, original.item_count);
  EXPECT_EQ(ready.labels.size(), 1u);
  ASSERT_OK(datasets_->remove(anna_, original.id));
  EXPECT_TRUE(holds("ava/default/datasets/beasts/index.lst")) << "the copy stands on its own";
}

TEST_P(Datasets, ACopyIsDoneEvenWhenTheOriginalIsDeletedMeanwhile) {
  bind();
  ASSERT_OK_AND(const Dataset original, dataset("animals"));
  ASSERT_OK_AND(const Dataset copy, datasets_->copy(bob_, original.id, {"beasts", {}}));
  const job::Job job = job_of(*copy.job_id);
  ASSERT_OK_AND(const auto spec, kinds_.find(job.kind)->make_spec(job));
  ASSERT_OK_AND(const std::string text, file::read(spec.command.back()));
  ASSERT_OK_AND(const auto order, schema::from_text<worker::JobFile>(text));
  ASSERT_OK_AND(auto result, worker::run_job(order, root_, {}, {}));
  ASSERT_OK(datasets_->remove(anna_, original.id));
  const worker::JobOutcome outcome{order.kind, true, std::move(result), {}};
  ASSERT_OK(file::write_atomic(std::filesystem::path(spec.command.back()).parent_path() / order.result_file,
                               schema::to_text(outcome)));
  ASSERT_OK(end(job, exited(0)));
  EXPECT_EQ(datasets_->find(copy.id)->item_count, 8);
}

TEST_P(Datasets, ThatAreNotReadyAreNotCopied) {
  bind();
  ASSERT_OK_AND(const Dataset made, new_dataset("animals"));
  EXPECT_ERROR(datasets_->copy(anna_, made.id, {"beasts", {}}), "dataset.not_ready");
  EXPECT_ERROR(datasets_->copy(anna_, DatasetId::make(), {"beasts", {}}), "dataset.not_found");
}

}  // namespace
}  // namespace ava::dataset
