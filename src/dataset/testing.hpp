// A world for tests of the nouns: accounts, a bound bucket in a temporary folder, uploads, datasets, formatted sets;
// and the work of `ava worker` done at once, in the test's own thread.
//   class Datasets : public World {};
//   AVA_ON_EVERY_DATABASE(Datasets);
//   TEST_P(Datasets, ...) { ASSERT_OK_AND(const Dataset ready, dataset("signs")); ... }
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.hpp"
#include "dataset/dataset_service.hpp"
#include "dataset/format_service.hpp"
#include "dataset/job_kinds.hpp"
#include "dataset/upload.hpp"
#include "db/testing.hpp"
#include "job/job_service.hpp"
#include "storage/all.hpp"
#include "user/bucket.hpp"
#include "user/user_repo.hpp"
#include "worker/worker_run.hpp"

namespace ava::dataset {

/// A clock that stands still until the test turns it.
class TurnableClock : public Clock {
 public:
  TimeMs now_ms() const override { return now; }
  TimeMs now = 1'700'000'000'000;
};

/// Hands out a text in small pieces, as a socket would.
inline ByteReader bytes_of(std::string text) {
  return [text = std::move(text), at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({into.size(), text.size() - at, std::size_t{7000}});
    std::copy_n(text.data() + at, size, into.data());
    at += size;
    return size;
  };
}

/// A PNG of 2 x 2 pixels.
inline std::string tiny_png() {
  constexpr unsigned char kPng[] =
      "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0\xfd\xd4\x9a\x73\0\0\0\x10IDATx\x9c\x63\xe0\x4c"
      "\x3e\x01\x44\x0c\x10\x0a\0\x1e\xc2\x04\xd1\xb2\x07\xd9\xe2\0\0\0\0IEND\xae\x42\x60\x82";
  return {reinterpret_cast<const char*>(kPng), sizeof kPng - 1};
}

/// One published message.
struct Told {
  std::string topic, type, json;
};

/// Members are in layer order; everything is made in SetUp() because the database is.
class World : public db::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    root_ = std::filesystem::canonical(folder().path());
    std::filesystem::create_directories(root_ / "storage");
    admin_ = add_user("admin", user::Role::kAdmin);
    anna_ = add_user("安娜", user::Role::kMember);
    bob_ = add_user("bob", user::Role::kMember);
    publish_ = [this](std::string_view topic, std::string_view type, std::string_view json) {
      told_.push_back({std::string(topic), std::string(type), std::string(json)});
    };
    buckets_ = std::make_unique<user::BucketService>(db(), clock_, user::BucketOptions{{root_ / "storage"}});
    jobs_ = std::make_unique<job::JobService>(db(), clock_, kinds_);
    uploads_ = std::make_unique<UploadService>(db(), root_ / "uploads", clock_);
    datasets_ = std::make_unique<DatasetService>(
        DatasetService::Parts{db(), *buckets_, *jobs_, *uploads_, clock_, publish_, root_ / "jobs"});
    sets_ = std::make_unique<FormatService>(
        FormatService::Parts{db(), *buckets_, *jobs_, *datasets_, clock_, publish_, root_ / "jobs"});
    parts_ = std::make_unique<WorkerParts>(
        WorkerParts{db(), *buckets_, *datasets_, *sets_, clock_, publish_, "/usr/bin/ava", root_ / "jobs", false});
    add_job_kinds(kinds_, *parts_);
  }

  user::Actor add_user(const std::string& name, user::Role role) {
    const user::Account account{{user::UserId::make(), name, role, user::State::kActive, false, {1}}, "hash"};
    EXPECT_OK(db().write([&](db::Tx& tx) { return user::user_repo::add(tx, account); }));
    return {account.user, "tk_test", "", ""};
  }

  /// Bind the bucket "main" and put 8 pictures in it: pictures/0.png ... 7.png.
  void bind() {
    ASSERT_OK(buckets_->add(admin_, "main", "file://" + (root_ / "storage" / "main").string(), true));
    ASSERT_OK_AND(bucket_, storage::open("file://" + (root_ / "storage" / "main").string()));
    for (int i = 0; i < 8; ++i) put("pictures/" + std::to_string(i) + ".png", tiny_png());
  }
  void put(const std::string& key, const std::string& bytes) { EXPECT_OK(storage::put(*bucket_, key, bytes)); }
  bool holds(const std::string& prefix) const {
    const auto page = bucket_->list({.prefix = prefix, .cursor = {}, .limit = 1});
    return page.ok() && !page->items.empty();
  }

  /// A line of the new form; `labels` are pairs of label name and class.
  static std::string line(int picture, const std::vector<std::pair<std::string, std::string>>& labels) {
    std::string text =
        R"({"url":"qiniu:///main/pictures/)" + std::to_string(picture) + R"(.png","type":"image","label":[)";
    for (const auto& [name, cls] : labels) {
      if (text.back() != '[') text += ',';
      text.append(R"({"name":")").append(name);
      text.append(R"(","type":"classification","version":"1","data":[{"class":")").append(cls).append(R"("}]})");
    }
    return text + "]}\n";
  }
  /// 8 pictures of two classes.
  static std::string list_text() {
    std::string text;
    for (int i = 0; i < 8; ++i) text += line(i, {{"animal", i % 2 == 0 ? "猫" : "dog"}});
    return text;
  }
  UploadId upload(const user::Actor& who, const std::string& file_name, const std::string& bytes) {
    auto made = uploads_->create(who, file_name, bytes_of(bytes), 1 << 20);
    EXPECT_OK(made);
    return made.ok() ? made->id : UploadId();
  }
  static CreateDataset from_upload(const std::string& name, const UploadId& id) {
    CreateDataset request;
    request.name = name;
    request.source = {"upload", id, {}};
    return request;
  }
  static CreateDataset from_uri(const std::string& name, const std::string& kind, const std::string& uri) {
    CreateDataset request;
    request.name = name;
    request.source = {kind, {}, uri};
    return request;
  }

  /// A dataset of anna's that is still creating.
  Result<Dataset> new_dataset(const std::string& name, const std::string& text = list_text()) {
    return datasets_->create(anna_, from_upload(name, upload(anna_, "list.json", text)));
  }
  /// And one whose import has been done.
  Result<Dataset> dataset(const std::string& name = "animals", const std::string& text = list_text()) {
    AVA_TRY(const Dataset made, new_dataset(name, text));
    AVA_TRY(const auto outcome, work(made.job_id.value_or("")));
    if (outcome.verdict != job::Outcome::Verdict::kSucceeded)
      return Error(ErrorCode::kInternal, outcome.reason.slug, outcome.reason.detail);
    return datasets_->find(made.id);
  }
  /// A dataset as if it had been imported, without its objects: for tests that only need it to exist.
  Result<Dataset> finished_dataset(const std::string& name) {
    AVA_TRY(const Dataset made, new_dataset(name));
    ImportedCounts counts{8, 0, 0, {{"classification.animal", "classification", "animal"}}};
    AVA_CHECK(db().write([&](db::Tx& tx) { return DatasetRepo::succeed(tx, made.id, counts, clock_.now); }));
    end_job_row(*made.job_id, "succeeded");
    return datasets_->find(made.id);
  }
  /// Likewise a training and a validation set.
  Result<std::vector<FormattedSet>> finished_sets(const DatasetId& id) {
    AVA_TRY(const FormatBatch batch, sets_->create(anna_, id, recordio()));
    AVA_CHECK(db().write([&](db::Tx& tx) -> Result<void> {
      for (const FormattedSet& set : batch.items)
        AVA_CHECK(FormattedSetRepo::finish(tx, set.id, {4, 2, 100, set.percent}, clock_.now));
      return {};
    }));
    end_job_row(batch.job_id, "succeeded");
    return sets_->list({id.str(), "", "", {}})->items;
  }
  static FormatRequest recordio(double train = 75, double val = 25) {
    FormatRequest request;
    request.formats = {"recordio"};
    request.splits = {train, val, 0};
    return request;
  }
  /// Training and validation set of anna's, both done.
  Result<std::vector<FormattedSet>> formatted(const DatasetId& id, const FormatRequest& request = recordio()) {
    AVA_TRY(const FormatBatch batch, sets_->create(anna_, id, request));
    AVA_CHECK(work(batch.job_id));
    std::vector<FormattedSet> done;
    for (const FormattedSet& set : batch.items) {
      AVA_TRY(FormattedSet now, sets_->find(set.id));
      done.push_back(std::move(now));
    }
    return done;
  }

  job::Job job_of(const std::string& id) {
    job::Job job = *jobs_->find(id);
    job.attempts = 1;
    return job;
  }
  /// What the reconciler, the engine and `ava worker` do with a job that goes well or not: order, work, end.
  Result<job::Outcome> work(const std::string& job_id) {
    const job::Job job = job_of(job_id);
    const job::Kind& kind = *kinds_.find(job.kind);
    AVA_TRY(const engine::Spec spec, kind.make_spec(job));
    AVA_TRY(const std::string text, file::read(spec.command.back()));
    AVA_TRY(const auto order, schema::from_text<worker::JobFile>(text));
    worker::JobOutcome outcome{order.kind, false, {}, {}};
    const auto folder = std::filesystem::path(spec.command.back()).parent_path();
    auto done = worker::run_job(order, folder, {}, {});
    outcome.ok = done.ok();
    if (done.ok())
      outcome.result = *std::move(done);
    else
      outcome.error = worker::job_error_of(done.error());
    AVA_CHECK(file::write_atomic(folder / order.result_file, schema::to_text(outcome)));
    return end(job, exited(outcome.ok ? 0 : 1));
  }
  /// Tell the noun, and note in the table that the job is over.
  Result<job::Outcome> end(const job::Job& job, const engine::Status& status) {
    AVA_TRY(auto outcome, kinds_.find(job.kind)->on_end(job, status));
    const bool good = outcome.verdict == job::Outcome::Verdict::kSucceeded;
    end_job_row(job.id.str(), good ? "succeeded" : job.cancel_requested ? "cancelled" : "failed");
    return outcome;
  }
  void end_job_row(const std::string& id, const std::string& state) {
    EXPECT_OK(db().write([&](db::Tx& tx) {
      return tx.run("UPDATE jobs SET state = :state, attempts = 1 WHERE id = :id", {{"state", state}, {"id", id}});
    }));
  }
  static engine::Status exited(int code, const std::string& slug = {}) {
    engine::Status status;
    status.state = engine::State::kExited;
    engine::Exit exit;
    exit.code = code;
    exit.slug = !slug.empty() ? slug : code == 0 ? "exit.ok" : "exit.failed";
    exit.words = "exit code " + std::to_string(code);
    status.exit = exit;
    return status;
  }
  bool was_told(const std::string& topic, const std::string& type) const {
    return std::any_of(told_.begin(), told_.end(),
                       [&](const Told& told) { return told.topic == topic && told.type == type; });
  }

  TurnableClock clock_;
  std::filesystem::path root_;
  user::Actor admin_, anna_, bob_;
  std::vector<Told> told_;
  Publish publish_;
  std::unique_ptr<user::BucketService> buckets_;
  std::shared_ptr<storage::Storage> bucket_;
  job::KindRegistry kinds_;
  std::unique_ptr<job::JobService> jobs_;
  std::unique_ptr<UploadService> uploads_;
  std::unique_ptr<DatasetService> datasets_;
  std::unique_ptr<FormatService> sets_;
  std::unique_ptr<WorkerParts> parts_;
};

}  // namespace ava::dataset
