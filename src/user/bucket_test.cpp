#include "user/bucket.hpp"

#include <fstream>

#include "db/testing.hpp"
#include "user/user_repo.hpp"

namespace ava::user {
namespace {

namespace fs = std::filesystem;

class Buckets : public db::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    root_ = fs::canonical(folder().path()) / "storage";
    fs::create_directories(root_);
    buckets_ = std::make_unique<BucketService>(db(), Clock::system(), BucketOptions{{root_}});
    anna_ = add_user("anna");
    bob_ = add_user("bob");
  }
  Actor add_user(const std::string& name) {
    Account account{{Id<User>::make(), name, Role::kMember, State::kActive, false, {1}}, "hash"};
    EXPECT_OK(db().write([&](db::Tx& tx) { return user_repo::add(tx, account); }));
    return Actor{account.user, "", "", ""};
  }
  std::string uri(const std::string& name) const { return "file://" + (root_ / name).string(); }

  fs::path root_;
  std::unique_ptr<BucketService> buckets_;
  Actor anna_, bob_;
};
AVA_ON_EVERY_DATABASE(Buckets);

TEST_P(Buckets, TheFirstOneIsTheDefaultAndIsProvenToWork) {
  EXPECT_ERROR(buckets_->default_bucket(), "bucket.none_bound");
  ASSERT_OK_AND(const Bucket first, buckets_->add(anna_, "main", uri("a"), false));
  ASSERT_OK_AND(const Bucket second, buckets_->add(bob_, "second", uri("b"), false));
  EXPECT_TRUE(first.is_default);
  EXPECT_FALSE(second.is_default);
  EXPECT_EQ(buckets_->default_bucket()->name, "main");
  ASSERT_OK_AND(const auto storage, buckets_->open(first));
  ASSERT_OK_AND(const auto page, storage->list({}));
  EXPECT_TRUE(page.items.empty()) << "the probe object stayed";
  EXPECT_EQ(buckets_->open_all()->size(), 2u);
}

TEST_P(Buckets, ANewDefaultTakesThePlaceOfTheOldOne) {
  ASSERT_OK(buckets_->add(anna_, "main", uri("a"), true));
  ASSERT_OK_AND(const Bucket second, buckets_->add(bob_, "second", uri("b"), true));
  EXPECT_EQ(buckets_->default_bucket()->name, "second");
  ASSERT_OK(buckets_->remove(bob_, second.id));
  EXPECT_EQ(buckets_->default_bucket()->name, "main");
}

TEST_P(Buckets, MustLieInAnAllowedFolderWhateverThePathSays) {
  fs::create_directory_symlink("/tmp", root_ / "door");
  for (const std::string& bad : {std::string("file:///etc"), uri("../elsewhere"), uri("door/x"), root_.string() + "2"})
    EXPECT_ERROR(buckets_->add(anna_, "bad", bad, false), "bucket.root_not_allowed");
  for (const std::string& bad : {std::string("relative/path"), std::string("s3://../y"),
                                 std::string("s3://shop?secret_key=x"), std::string("qiniu:///"), std::string()})
    EXPECT_ERROR(buckets_->add(anna_, "bad", bad, false), "bucket.bad_uri");
}

TEST_P(Buckets, SayWhichStepOfTheCheckFailed) {
  std::ofstream(root_ / "file") << "no folder";
  const auto failed = buckets_->add(anna_, "bad", uri("file"), false);
  EXPECT_ERROR(failed, "bucket.check_failed");
  EXPECT_FALSE(failed.error().details().at("step").empty());
}

TEST_P(Buckets, HaveUniqueNamesAndPlaces) {
  ASSERT_OK(buckets_->add(anna_, "main", uri("a"), false));
  EXPECT_ERROR(buckets_->add(bob_, "main", uri("b"), false), "bucket.name_taken");
  EXPECT_ERROR(buckets_->add(bob_, "other", uri("a/"), false), "bucket.uri_taken");
  for (const char* bad : {"ab", "Main", "a_b", "-ab", "ab-", "名字"})
    EXPECT_ERROR(buckets_->add(bob_, bad, uri("c"), false), "bucket.bad_name");
}

TEST_P(Buckets, AreRemovedByTheirBinderAndNotWhileInUse) {
  ASSERT_OK_AND(const Bucket bucket, buckets_->add(anna_, "main", uri("a"), false));
  EXPECT_ERROR(buckets_->remove(bob_, bucket.id), "user.admin_only");
  std::vector<std::string> users{"dataset cats"};
  buckets_->ask_before_removal([&](db::Tx&, const BucketId&) -> Result<std::vector<std::string>> { return users; });
  EXPECT_ERROR(buckets_->remove(anna_, bucket.id), "bucket.in_use");
  users.clear();
  EXPECT_OK(buckets_->remove(anna_, bucket.id));
  EXPECT_ERROR(buckets_->remove(anna_, bucket.id), "bucket.not_found");
}

}  // namespace
}  // namespace ava::user
