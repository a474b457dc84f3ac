// The world of dataset/testing.hpp with trainings in it: finished sets to train with, and the roots of workspaces.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/testing.hpp"
#include "metric/store.hpp"
#include "training/job_kind.hpp"
#include "training/training_service.hpp"
#include "user/token.hpp"

namespace ava::training {

class TrainingWorld : public dataset::World {
 protected:
  void SetUp() override {
    World::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    tokens_ = std::make_unique<user::TokenService>(db(), clock_);
    models_ = std::make_unique<model::ModelService>(model::ModelService::Parts{db(), *buckets_, clock_, publish_});
    ASSERT_OK_AND(metrics_, metric::Store::open(root_ / "metrics"));
    roots_ = {root_ / "trainings", root_ / "volumes", root_ / "sdk", root_ / "sdk" / "examples", root_ / "sock"};
    trainings_ = std::make_unique<TrainingService>(TrainingService::Parts{
        db(), *jobs_, *sets_, *uploads_, *tokens_, *metrics_, *models_, roots_, clock_, publish_, false});
    add_job_kind(kinds_, *trainings_);
  }
  /// A dataset of anna's with a training and a validation set.
  void prepare_sets() {
    bind();
    ASSERT_OK_AND(const auto source, finished_dataset("数字"));
    ASSERT_OK_AND(const auto sets, finished_sets(source.id));
    ASSERT_EQ(sets.size(), 2u);
    train_set_ = sets[1];
    val_set_ = sets[0];
  }
  CreateTraining request(const std::string& name = "digits") const {
    CreateTraining asked;
    asked.name = name;
    asked.train_set_id = train_set_.id;
    asked.val_set_id = val_set_.id;
    asked.image = "localhost/ava/torch:bookworm";
    asked.command = "python3 /workspace/code/train.py";
    asked.params = {R"({"max_epochs":3})"};
    return asked;
  }
  Result<Training> training(const std::string& name = "digits") { return trainings_->create(anna_, request(name)); }
  /// Its container has been made; the actor is the program in it.
  user::Actor start(const Training& made) {
    auto spec = trainings_->make_spec(made.id, *made.job_id);
    EXPECT_OK(spec);
    if (!spec.ok()) return {};
    EXPECT_OK(trainings_->started(made.id, clock_.now));
    auto actor = tokens_->authenticate(spec->env.at("AVA_TOKEN"));
    EXPECT_OK(actor);
    return actor.ok() ? *actor : user::Actor();
  }

  std::unique_ptr<user::TokenService> tokens_;
  std::unique_ptr<metric::Store> metrics_;
  std::unique_ptr<model::ModelService> models_;
  WorkspaceRoots roots_;
  std::unique_ptr<TrainingService> trainings_;
  dataset::FormattedSet train_set_, val_set_;
};

}  // namespace ava::training
