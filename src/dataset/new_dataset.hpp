// The row of a new dataset and the job that makes it, in one transaction. Internal to this folder.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "dataset/dataset_repo.hpp"
#include "job/job_service.hpp"
#include "user/user.hpp"

namespace ava::dataset {

struct NewDatasetParts {
  db::Database& database;
  job::JobService& jobs;
  const Clock& clock;
};

/// Owner, time and place are filled in. `may`, if given, is asked inside the transaction. The caller wakes the jobs and
/// tells listeners. Errors: `dataset.name_taken`, those of `may`.
Result<Dataset> insert_with_job(const NewDatasetParts& parts, const user::Actor& who, Dataset dataset,
                                const std::string& job_kind, std::string payload,
                                const std::function<Result<void>(db::Tx&)>& may = {});

}  // namespace ava::dataset
