// What the reconciler must know of dataset jobs: how `ava worker` is started and what its result means.
#pragma once

#include <filesystem>
#include <string>

#include "dataset/dataset_service.hpp"
#include "dataset/format_service.hpp"
#include "job/kind.hpp"

namespace ava::dataset {

struct WorkerParts {
  db::Database& database;
  user::BucketService& buckets;
  DatasetService& datasets;
  FormatService& sets;
  const Clock& clock;
  Publish publish;
  std::filesystem::path executable;     ///< this program, run as `ava worker`
  std::filesystem::path jobs;           ///< one folder per job below it
  bool allow_private_hosts = false;     ///< lists may name http urls of private addresses
  std::filesystem::path picture_cache;  ///< of jobs that make pictures (src/cache); empty: none
  std::uint64_t picture_cache_bytes = 0;
};

/// dataset.import, dataset.adopt, dataset.copy, dataset.format, dataset.preprocess and dataset.verify. Lifetime:
/// `parts` and what it refers to outlive the registry.
void add_job_kinds(job::KindRegistry& kinds, const WorkerParts& parts);

}  // namespace ava::dataset
