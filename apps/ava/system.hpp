// Every service of the product, built in layer order: reading the member list of System is reading the architecture.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "api/services.hpp"
#include "base/live.hpp"
#include "engine/all.hpp"
#include "http/router.hpp"
#include "job/kind.hpp"
#include "metric/store.hpp"

namespace ava::cli {

struct SystemSettings {
  std::filesystem::path data;  ///< absolute
  std::string database_url;
  std::string engine_socket;
  std::vector<std::filesystem::path> storage_roots;
  std::filesystem::path picture_cache;  ///< of jobs that make pictures; empty: none
  std::uint64_t picture_cache_bytes = 0;
  bool container_network = false;
  bool pull_images = false;
  bool allow_private_hosts = false;
  bool secure_cookies = false;
};

/// What must exist before the services can: made by open_resources().
struct Resources {
  std::unique_ptr<db::Database> database;
  std::unique_ptr<metric::Store> metrics;
  std::unique_ptr<engine::Engine> containers;
  std::unique_ptr<engine::Engine> processes;
  std::filesystem::path sdk;
  std::filesystem::path executable;
};
/// Folders, database (migrated), curves, engines, SDK. Errors: those of each.
Result<Resources> open_resources(const SystemSettings& settings);

/// Nothing runs in it by itself. Lifetime: members refer to those above them; not movable.
class System {
 public:
  System(SystemSettings settings, Resources resources);
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  SystemSettings settings;
  Resources resources;
  http::TopicHub topics;
  Publish publish;
  user::UserService users;
  user::SessionService sessions;
  user::TokenService tokens;
  user::IdempotencyService idempotency;
  user::BucketService buckets;
  job::KindRegistry kinds;
  job::JobService jobs;
  dataset::UploadService uploads;
  dataset::DatasetService datasets;
  dataset::FormatService sets;
  dataset::GraphTemplateService graph_templates;
  model::ModelService models;
  training::TrainingService trainings;
  api::Services services;
  http::Router router;
};

}  // namespace ava::cli
