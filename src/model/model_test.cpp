#include "model/model_service.hpp"

#include "base/digest.hpp"
#include "db/testing.hpp"
#include "storage/all.hpp"
#include "user/user_repo.hpp"

namespace ava::model {
namespace {

const std::string kPackage = std::string("\x1f\x8b\x08") + std::string(300'000, 'w');

ByteReader bytes_of(std::string text) {
  return [text = std::move(text), at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({into.size(), text.size() - at, std::size_t{7000}});
    std::copy_n(text.data() + at, size, into.data());
    at += size;
    return size;
  };
}

class Models : public db::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    root_ = std::filesystem::canonical(folder().path());
    buckets_ = std::make_unique<user::BucketService>(db(), Clock::system(), user::BucketOptions{{root_}});
    const auto publish = [this](std::string_view topic, std::string_view type, std::string_view) {
      told_.push_back(std::string(topic) + " " + std::string(type));
    };
    models_ = std::make_unique<ModelService>(ModelService::Parts{db(), *buckets_, Clock::system(), publish, 1 << 20});
    anna_ = add_user("安娜", user::Role::kMember);
    bob_ = add_user("bob", user::Role::kMember);
    admin_ = add_user("admin", user::Role::kAdmin);
  }
  user::Actor add_user(const std::string& name, user::Role role) {
    const user::Account account{{user::UserId::make(), name, role, user::State::kActive, false, {1}}, "hash"};
    EXPECT_OK(db().write([&](db::Tx& tx) { return user::user_repo::add(tx, account); }));
    return {account.user, "", "", ""};
  }
  void bind() {
    const std::string uri = "file://" + (root_ / "main").string();
    ASSERT_OK(buckets_->add(admin_, "main", uri, true));
    ASSERT_OK_AND(bucket_, storage::open(uri));
  }
  NewModel uploaded(const std::string& name) const {
    NewModel model;
    model.name = name;
    model.owner = {anna_.user.id.str(), anna_.user.name};
    return model;
  }
  NewModel produced(const std::string& name, const std::optional<std::string>& key = {}) const {
    NewModel model = uploaded(name);
    model.origin = ModelOrigin::kProduced;
    model.training = schema::Ref{"tr_1", "digits"};
    model.run_id = "rn_1";
    model.client_key = key;
    model.epoch = 3;
    model.metrics = {{"val_accuracy", 0.97}};
    return model;
  }
  std::size_t objects() const { return bucket_->list({.prefix = "ava", .cursor = {}, .limit = 100})->items.size(); }

  std::filesystem::path root_;
  std::unique_ptr<user::BucketService> buckets_;
  std::unique_ptr<ModelService> models_;
  std::shared_ptr<storage::Storage> bucket_;
  std::vector<std::string> told_;
  user::Actor anna_, bob_, admin_;
};
AVA_ON_EVERY_DATABASE(Models);

TEST_P(Models, AreKeptWithWhatIsKnownOfThem) {
  bind();
  ASSERT_OK_AND(const Model kept, models_->keep(produced("rn_1-snapshot-model:epoch_3"), bytes_of(kPackage)));
  ASSERT_OK_AND(const Model found, models_->find(kept.id));
  EXPECT_EQ(found.origin, ModelOrigin::kProduced);
  EXPECT_EQ(found.size_bytes, static_cast<std::int64_t>(kPackage.size()));
  EXPECT_EQ(found.sha256, to_hex(sha256(kPackage)));
  EXPECT_EQ(found.epoch, 3);
  EXPECT_EQ(found.metrics.at("val_accuracy"), 0.97);
  EXPECT_EQ(found.training->name, "digits");
  EXPECT_EQ(found.owner.name, "安娜");
  EXPECT_EQ(found.file_name, "rn_1-snapshot-model_epoch_3.model.tar.gz") << "U5-06";
  EXPECT_EQ(found.file_uri, "qiniu:///main/" + found.object_key);
  ASSERT_OK_AND(const std::string bytes, bucket_->read(found.object_key, 1 << 20));
  EXPECT_EQ(bytes, kPackage);
  EXPECT_THAT(told_, ::testing::Contains("models changed"));
}

TEST_P(Models, NeedAStorageSpace) {
  EXPECT_ERROR(models_->keep(uploaded("net"), bytes_of(kPackage)), "bucket.none_bound");
}

TEST_P(Models, AreOnePackedFile) {
  bind();
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  EXPECT_EQ(models_->keep(uploaded("模型"), bytes_of(tar))->file_name, "模型.model.tar");
  EXPECT_EQ(models_->keep(uploaded("zipped"), bytes_of("PK\x03\x04..."))->file_name, "zipped.model.zip");
  const std::size_t kept = objects();
  EXPECT_ERROR(models_->keep(uploaded("text"), bytes_of("just words")), "model.no_package");
  EXPECT_ERROR(models_->keep(uploaded("nothing"), bytes_of("")), "model.empty");
  EXPECT_ERROR(models_->keep(uploaded("large"), bytes_of(kPackage + std::string(1 << 20, 'x'))), "model.too_large");
  const ByteReader broken = [](std::span<char>) -> Result<std::size_t> {
    return Error(ErrorCode::kUnavailable, "http.client_gone", "the client went away");
  };
  EXPECT_ERROR(models_->keep(uploaded("broken"), broken), "http.client_gone");
  EXPECT_EQ(objects(), kept) << "what is refused leaves nothing";
  EXPECT_EQ(models_->list({})->items.size(), 2u);
}

TEST_P(Models, HaveNoPathTricksInTheirName) {
  bind();
  for (const char* bad : {"", "x", "../x", "a/b", ".hidden", "a\nb", "\xff\xff"})
    EXPECT_ERROR(models_->keep(uploaded(bad), bytes_of(kPackage)), "model.bad_name");
  EXPECT_ERROR(models_->keep(uploaded(std::string(201, 'x')), bytes_of(kPackage)), "model.bad_name");
}

TEST_P(Models, ThatAreUploadedMustHaveANewName) {
  bind();
  ASSERT_OK(models_->keep(uploaded("net"), bytes_of(kPackage)));
  const auto refused = models_->keep(uploaded("net"), bytes_of(kPackage));
  EXPECT_ERROR(refused, "model.name_taken");
  EXPECT_EQ(refused.error().pointer(), "/name");
}

TEST_P(Models, ThatAreProducedGetANumberBehindATakenName) {
  bind();
  for (const char* expected : {"best", "best-2", "best-3"})
    EXPECT_EQ(models_->keep(produced("best"), bytes_of(kPackage))->name, expected);
}

TEST_P(Models, OfTheSameNameThatComeInAtOnceAreBothKept) {
  bind();
  // The second one comes in while the bytes of the first are on their way.
  ByteReader outer = bytes_of(kPackage);
  std::string inner_name;
  const ByteReader reader = [&](std::span<char> into) -> Result<std::size_t> {
    if (inner_name.empty()) inner_name = models_->keep(produced("best"), bytes_of(kPackage))->name;
    return outer(into);
  };
  ASSERT_OK_AND(const Model second, models_->keep(produced("best"), reader));
  EXPECT_EQ(inner_name, "best");
  EXPECT_EQ(second.name, "best-2");
  EXPECT_EQ(objects(), 2u);
}

TEST_P(Models, ARepeatedUploadAnswersTheModelKeptFirst) {
  bind();
  ASSERT_OK_AND(const Model first, models_->keep(produced("best", "key-1"), bytes_of(kPackage)));
  ASSERT_OK_AND(const Model again, models_->keep(produced("best", "key-1"), bytes_of(kPackage)));
  EXPECT_EQ(again.id, first.id);
  ASSERT_OK_AND(const Model other, models_->keep(produced("best", "key-2"), bytes_of(kPackage)));
  EXPECT_NE(other.id, first.id);
  EXPECT_EQ(objects(), 2u);
}

TEST_P(Models, ARepeatThatOvertakesTheFirstIsKeptOnce) {
  bind();
  ByteReader outer = bytes_of(kPackage);
  std::optional<ModelId> inner;
  const ByteReader reader = [&](std::span<char> into) -> Result<std::size_t> {
    if (!inner) inner = models_->keep(produced("best", "key-1"), bytes_of(kPackage))->id;
    return outer(into);
  };
  ASSERT_OK_AND(const Model late, models_->keep(produced("best", "key-1"), reader));
  EXPECT_EQ(late.id, *inner);
  EXPECT_EQ(objects(), 1u);
}

TEST_P(Models, AreListedNewestFirstByOriginTrainingAndName) {
  bind();
  ASSERT_OK(models_->keep(uploaded("ResNet"), bytes_of(kPackage)));
  ASSERT_OK(models_->keep(produced("best"), bytes_of(kPackage)));
  ASSERT_OK(models_->keep(produced("last"), bytes_of(kPackage)));
  const auto names = [&](const ModelFilter& filter) {
    std::vector<std::string> all;
    const auto page = *models_->list(filter);
    for (const Model& m : page.items) all.push_back(m.name);
    return all;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(names({}), ElementsAre("last", "best", "ResNet"));
  EXPECT_THAT(names({"uploaded", "", "", {}}), ElementsAre("ResNet"));
  EXPECT_THAT(names({"", "tr_1", "", {}}), ElementsAre("last", "best"));
  EXPECT_THAT(names({"", "", "resn", {}}), ElementsAre("ResNet"));
  ASSERT_OK_AND(const auto page, models_->list({"", "", "", {2, ""}}));
  ASSERT_TRUE(page.next_cursor.has_value());
  EXPECT_THAT(names({"", "", "", {2, *page.next_cursor}}), ElementsAre("ResNet"));
}

TEST_P(Models, AreDeletedByTheirOwnerWithTheirFile) {
  bind();
  ASSERT_OK_AND(const Model kept, models_->keep(uploaded("net"), bytes_of(kPackage)));
  EXPECT_ERROR(models_->remove(bob_, kept.id), "user.not_owner");
  ASSERT_OK(models_->remove(anna_, kept.id));
  EXPECT_ERROR(models_->find(kept.id), "model.not_found");
  EXPECT_ERROR(models_->remove(anna_, kept.id), "model.not_found");
  EXPECT_EQ(objects(), 0u);
  EXPECT_THAT(told_, ::testing::Contains("models removed"));
  ASSERT_OK_AND(const Model again, models_->keep(uploaded("net"), bytes_of(kPackage)));
  EXPECT_OK(models_->remove(admin_, again.id));
}

TEST_P(Models, OfACrashedDeletionArePurgedLater) {
  bind();
  ASSERT_OK_AND(const Model kept, models_->keep(uploaded("net"), bytes_of(kPackage)));
  ASSERT_OK(db().write([&](db::Tx& tx) { return ModelRepo::mark_deleted(tx, kept.id, 1); }));
  EXPECT_ERROR(models_->keep(uploaded("net"), bytes_of(kPackage)), "model.name_taken");
  EXPECT_EQ(*models_->purge(), 1);
  EXPECT_EQ(objects(), 0u);
  EXPECT_OK(models_->keep(uploaded("net"), bytes_of(kPackage)));
}

TEST_P(Models, KeepTheirStorageSpaceFromBeingForgotten) {
  bind();
  buckets_->ask_before_removal(ModelRepo::in_bucket);
  ASSERT_OK_AND(const Model kept, models_->keep(uploaded("net"), bytes_of(kPackage)));
  ASSERT_OK_AND(const auto bucket, buckets_->default_bucket());
  const auto refused = buckets_->remove(admin_, bucket.id);
  EXPECT_ERROR(refused, "bucket.in_use");
  ASSERT_OK(models_->remove(anna_, kept.id));
}

}  // namespace
}  // namespace ava::model
