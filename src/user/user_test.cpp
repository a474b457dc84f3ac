#include "user/user_service.hpp"

#include "db/testing.hpp"
#include "user/idempotency.hpp"
#include "user/session.hpp"
#include "user/token.hpp"

namespace ava::user {
namespace {

class TurnableClock : public Clock {
 public:
  TimeMs now_ms() const override { return now; }
  TimeMs now = 1'700'000'000'000;
};

constexpr TimeMs kMinute = 60'000, kDay = 24 * 60 * kMinute;

/// A world with services on a fresh database; password hashes at the least cost libsodium allows.
class Users : public db::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    UserOptions options;
    options.password_cost = {1, 8192};
    users_ = std::make_unique<UserService>(db(), clock_, options);
    sessions_ = std::make_unique<SessionService>(db(), clock_);
    tokens_ = std::make_unique<TokenService>(db(), clock_);
  }

  Result<FirstAdmin> first_admin() {
    AVA_TRY(const auto first, users_->ensure_first_admin([](const FirstAdmin&) { return Result<void>(); }));
    return first.value_or(FirstAdmin{});
  }
  /// An admin that has changed the one-time password.
  Actor admin() {
    const FirstAdmin first = *first_admin();
    Actor actor{*users_->check_credentials("admin", first.password, "here"), "", "", ""};
    EXPECT_OK(users_->change_password(actor, first.password, "admin's own password"));
    actor.user.must_change_password = false;
    return actor;
  }
  Actor member(const Actor& by, const std::string& name = "王小明") {
    const User user = *users_->sign_up(name, "password");
    return Actor{*users_->update(by, user.id, std::nullopt, State::kActive), "", "", ""};
  }

  TurnableClock clock_;
  std::unique_ptr<UserService> users_;
  std::unique_ptr<SessionService> sessions_;
  std::unique_ptr<TokenService> tokens_;
};
AVA_ON_EVERY_DATABASE(Users);

TEST(UserName, MayBeChineseAndIsTrimmed) {
  EXPECT_EQ(*clean_name("  王小明 \n"), "王小明");
  EXPECT_EQ(key_of_name(" Anna Ä "), "anna Ä");
  EXPECT_OK(clean_name(std::string(64, 'x')));
}

TEST(UserName, HasNoControlOrInvisibleCharactersAndALimit) {
  for (const std::string& bad : {std::string(), std::string("   "), std::string(65, 'x'), std::string("a\nb"),
                                 std::string("a\u200Bb"), std::string("a\u202Eb"), std::string("a\xFF")})
    EXPECT_ERROR(clean_name(bad), "user.bad_name");
}

TEST(Passwords, AreHashedWithArgon2idAndVerified) {
  PasswordHasher hasher({1, 8192});
  ASSERT_OK_AND(const std::string hash, hasher.hash("correct horse"));
  EXPECT_EQ(hash.substr(0, 10), "$argon2id$");
  EXPECT_TRUE(*hasher.verify(hash, "correct horse"));
  EXPECT_FALSE(*hasher.verify(hash, "correct house"));
  EXPECT_FALSE(*hasher.verify_nobody("correct horse"));
  EXPECT_EQ(one_time_password().size(), 19u);
}

TEST_P(Users, TheFirstAdminIsMadeOnceAndKeptBeforeItExists) {
  const auto refuse = [](const FirstAdmin&) -> Result<void> { return Error(ErrorCode::kInternal, "file.no_space"); };
  EXPECT_ERROR(users_->ensure_first_admin(refuse), "file.no_space");
  ASSERT_OK_AND(const FirstAdmin first, first_admin());
  ASSERT_OK_AND(const User user, users_->check_credentials("Admin", first.password, "here"));
  EXPECT_EQ(user.role, Role::kAdmin);
  EXPECT_TRUE(user.must_change_password);
  EXPECT_EQ(first_admin()->name, "");
}

TEST_P(Users, AOneTimePasswordOpensOnlyTheWayToANewOne) {
  ASSERT_OK_AND(const FirstAdmin first, first_admin());
  const Actor actor{*users_->check_credentials("admin", first.password, "here"), "", "", ""};
  EXPECT_ERROR(users_->list(actor, {}), "user.must_change_password");
  EXPECT_ERROR(users_->change_password(actor, "wrong one", "a new password"), "user.bad_credentials");
  EXPECT_ERROR(users_->change_password(actor, first.password, "short"), "user.bad_password");
  EXPECT_ERROR(users_->change_password(actor, first.password, first.password), "user.same_password");
  EXPECT_OK(users_->change_password(actor, first.password, "a new password"));
  EXPECT_FALSE(users_->check_credentials("admin", "a new password", "here")->must_change_password);
}

TEST_P(Users, ANewAccountWaitsForAnAdmin) {
  const Actor by = admin();
  ASSERT_OK_AND(const User user, users_->sign_up("Anna", "password"));
  EXPECT_EQ(user.state, State::kPending);
  EXPECT_ERROR(users_->sign_up("aNNA", "password"), "user.name_taken");
  EXPECT_ERROR(users_->check_credentials("anna", "password", "here"), "user.awaiting_approval");
  ASSERT_OK(users_->update(by, user.id, std::nullopt, State::kActive));
  EXPECT_OK(users_->check_credentials("anna", "password", "here"));
  ASSERT_OK(users_->update(by, user.id, std::nullopt, State::kDisabled));
  EXPECT_ERROR(users_->check_credentials("anna", "password", "here"), "user.disabled");
  EXPECT_ERROR(users_->check_credentials("anna", "wrong", "here"), "user.bad_credentials");
}

TEST_P(Users, SomebodyStaysAdmin) {
  const Actor by = admin();
  EXPECT_ERROR(users_->update(by, by.user.id, Role::kMember, std::nullopt), "user.last_admin");
  EXPECT_ERROR(users_->update(by, by.user.id, std::nullopt, State::kDisabled), "user.last_admin");
  const Actor other = member(by);
  EXPECT_ERROR(users_->update(other, by.user.id, Role::kMember, std::nullopt), "user.admin_only");
  ASSERT_OK(users_->update(by, other.user.id, Role::kAdmin, std::nullopt));
  EXPECT_OK(users_->update(by, by.user.id, Role::kMember, std::nullopt));
}

TEST_P(Users, AnAdminResetsAPasswordAndEndsTheSessions) {
  const Actor by = admin();
  const Actor other = member(by);
  ASSERT_OK_AND(const auto session, sessions_->open(other.user));
  ASSERT_OK_AND(const std::string password, users_->reset_password(by, other.user.id));
  EXPECT_ERROR(sessions_->authenticate(session.secret), "user.not_logged_in");
  EXPECT_TRUE(users_->check_credentials("王小明", password, "here")->must_change_password);
}

TEST_P(Users, GuessingIsSlowedPerNameAndPeer) {
  admin();
  for (int i = 0; i < 8; ++i)
    EXPECT_ERROR(users_->check_credentials("admin", "guess guess", "mallory"), "user.bad_credentials");
  EXPECT_ERROR(users_->check_credentials("admin", "admin's own password", "mallory"), "user.too_many_attempts");
  EXPECT_OK(users_->check_credentials("admin", "admin's own password", "alice"));
  clock_.now += 11 * kMinute;
  EXPECT_OK(users_->check_credentials("admin", "admin's own password", "mallory"));
}

TEST_P(Users, AreListedInPages) {
  const Actor by = admin();
  for (int i = 0; i < 5; ++i) member(by, "user " + std::to_string(i));
  ASSERT_OK_AND(const auto first, users_->list(by, {4, ""}));
  ASSERT_EQ(first.items.size(), 4u);
  ASSERT_TRUE(first.next_cursor.has_value());
  ASSERT_OK_AND(const auto second, users_->list(by, {4, *first.next_cursor}));
  EXPECT_EQ(second.items.size(), 2u);
  EXPECT_EQ(second.next_cursor, std::nullopt);
}

TEST_P(Users, ASessionLivesWhileItIsUsedAndEndsAtLogout) {
  const Actor by = admin();
  ASSERT_OK_AND(const auto opened, sessions_->open(by.user));
  for (int day = 0; day < 20; ++day) {
    clock_.now += 5 * kDay / 5;
    ASSERT_OK(sessions_->authenticate(opened.secret));
  }
  clock_.now += 8 * kDay;
  EXPECT_ERROR(sessions_->authenticate(opened.secret), "user.not_logged_in");
  EXPECT_EQ(*sessions_->sweep(), 1);

  ASSERT_OK_AND(const auto again, sessions_->open(by.user));
  ASSERT_OK_AND(const auto found, sessions_->authenticate(again.secret));
  EXPECT_EQ(found.actor.user.name, "admin");
  ASSERT_OK(sessions_->close(again.secret));
  EXPECT_ERROR(sessions_->authenticate(again.secret), "user.not_logged_in");
  EXPECT_ERROR(sessions_->authenticate("no secret"), "user.not_logged_in");
}

TEST_P(Users, APasswordChangeEndsTheOtherSessionsOnly) {
  Actor by = admin();
  ASSERT_OK_AND(const auto mine, sessions_->open(by.user));
  ASSERT_OK_AND(const auto other, sessions_->open(by.user));
  ASSERT_OK_AND(const auto found, sessions_->authenticate(mine.secret));
  ASSERT_OK(users_->change_password(found.actor, "admin's own password", "another password"));
  EXPECT_OK(sessions_->authenticate(mine.secret));
  EXPECT_ERROR(sessions_->authenticate(other.secret), "user.not_logged_in");
}

TEST_P(Users, ATokenWorksUntilItExpiresOrIsRemoved) {
  const Actor by = admin();
  ASSERT_OK_AND(const auto issued, tokens_->create(by, "nightly", 3600));
  EXPECT_EQ(issued.secret.substr(0, 4), "ava_");
  ASSERT_OK_AND(const Actor actor, tokens_->authenticate(issued.secret));
  EXPECT_EQ(actor.user.id, by.user.id);
  EXPECT_OK(require_person(actor));
  ASSERT_OK_AND(const auto page, tokens_->list(by, {}));
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_TRUE(page.items[0].last_used_at.has_value());
  clock_.now += 2 * 3600 * 1000;
  EXPECT_ERROR(tokens_->authenticate(issued.secret), "user.bad_token");

  ASSERT_OK_AND(const auto forever, tokens_->create(by, "forever", std::nullopt));
  ASSERT_OK(tokens_->remove(by, forever.token.id));
  EXPECT_ERROR(tokens_->authenticate(forever.secret), "user.bad_token");
  EXPECT_ERROR(tokens_->remove(by, forever.token.id), "token.not_found");
  EXPECT_ERROR(tokens_->create(by, "x", -1), "token.bad_expiry");
}

TEST_P(Users, ABoundTokenReachesItsTrainingOnly) {
  const Actor by = admin();
  const auto issue = [&](db::Tx& tx) {
    return tokens_->create_scoped(tx, by.user.id, {"training", "tr_1"}, std::nullopt);
  };
  ASSERT_OK_AND(const auto issued, db().write(issue));
  ASSERT_OK_AND(const Actor actor, tokens_->authenticate(issued.secret));
  EXPECT_FALSE(actor.is_admin());
  EXPECT_OK(require_scope(actor, "training", "tr_1"));
  EXPECT_ERROR(require_scope(actor, "training", "tr_2"), "user.token_scope");
  EXPECT_ERROR(users_->list(actor, {}), "user.token_scope");
  EXPECT_ERROR(users_->change_password(actor, "admin's own password", "another password"), "user.token_scope");
  EXPECT_TRUE(tokens_->list(by, {})->items.empty());
  ASSERT_OK(db().write([&](db::Tx& tx) { return tokens_->remove_scope(tx, {"training", "tr_1"}); }));
  EXPECT_ERROR(tokens_->authenticate(issued.secret), "user.bad_token");
}

TEST_P(Users, ARepeatedCreationIsAnsweredAlike) {
  IdempotencyService kept(db(), clock_);
  const IdempotentRequest request{Id<User>::make(), "key-1", "POST /api/v1/datasets", "digest"};
  EXPECT_FALSE(kept.begin(request)->has_value());
  EXPECT_ERROR(kept.begin(request), "idempotency.in_progress");
  ASSERT_OK(kept.finish(request, {202, "{\"id\":\"ds_1\"}"}));
  ASSERT_OK_AND(const auto again, kept.begin(request));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->status, 202);
  EXPECT_EQ(again->response, "{\"id\":\"ds_1\"}");
  IdempotentRequest other = request;
  other.body_sha256 = "other";
  EXPECT_ERROR(kept.begin(other), "idempotency.other_request");
  clock_.now += 2 * kDay;
  EXPECT_EQ(*kept.sweep(), 1);
  EXPECT_FALSE(kept.begin(other)->has_value());
  ASSERT_OK(kept.abandon(other));
  EXPECT_FALSE(kept.begin(request)->has_value());
}

}  // namespace
}  // namespace ava::user
