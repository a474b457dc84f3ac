// Everything the routes may ask, built by apps/ava/server.cpp in layer order and passed by reference.
#pragma once

#include <filesystem>
#include <string>

#include "dataset/dataset_service.hpp"
#include "dataset/format_service.hpp"
#include "dataset/graph_template.hpp"
#include "dataset/upload.hpp"
#include "engine/engine.hpp"
#include "http/topics.hpp"
#include "job/job_service.hpp"
#include "model/model_service.hpp"
#include "training/training_service.hpp"
#include "user/bucket.hpp"
#include "user/idempotency.hpp"
#include "user/session.hpp"
#include "user/token.hpp"
#include "user/user_service.hpp"

namespace ava::api {

/// Lifetime: outlives the router.
struct Services {
  db::Database& database;
  user::UserService& users;
  user::SessionService& sessions;
  user::TokenService& tokens;
  user::BucketService& buckets;
  user::IdempotencyService& idempotency;
  job::JobService& jobs;
  dataset::UploadService& uploads;
  dataset::DatasetService& datasets;
  dataset::FormatService& sets;
  dataset::GraphTemplateService& graph_templates;
  model::ModelService& models;
  training::TrainingService& trainings;
  engine::Engine& containers;
  http::TopicHub& topics;
  std::string suggested_bucket_uri;
  std::uint64_t max_upload_bytes = 1ull << 40;
  bool secure_cookies = false;  ///< the server is reached over https
};

}  // namespace ava::api
