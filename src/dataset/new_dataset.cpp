#include "dataset/new_dataset.hpp"

#include <fmt/format.h>

namespace ava::dataset {

Result<Dataset> insert_with_job(const NewDatasetParts& parts, const user::Actor& who, Dataset dataset,
                                const std::string& job_kind, std::string payload,
                                const std::function<Result<void>(db::Tx&)>& may) {
  dataset.owner = {who.user.id.str(), who.user.name};
  dataset.created_at = {parts.clock.now_ms()};
  dataset.prefix = "ava/default/datasets/" + dataset.name;
  // Made once: the transaction may be tried again.
  const job::NewJob job{job_kind, who.user.id.str(), {"dataset", dataset.id.str(), dataset.name}, std::move(payload)};
  return parts.database.write([&](db::Tx& tx) -> Result<Dataset> {
    if (may) AVA_CHECK(may(tx));
    AVA_TRY(const bool taken, DatasetRepo::name_taken(tx, dataset.name));
    if (taken)
      return Error(ErrorCode::kConflict, "dataset.name_taken",
                   fmt::format("there is a dataset named '{}' already", dataset.name))
          .at("/name");
    AVA_CHECK(DatasetRepo::insert(tx, dataset));
    AVA_TRY(const job::Job queued, parts.jobs.submit(tx, job));
    AVA_CHECK(DatasetRepo::set_job(tx, dataset.id, queued.id.str()));
    AVA_TRY(auto row, DatasetRepo::find(tx, dataset.id));
    return std::move(*row);
  });
}

}  // namespace ava::dataset
