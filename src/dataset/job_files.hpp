// The folder of a data job on this machine: what the server orders, and what `ava worker` leaves there.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "job/job.hpp"

namespace ava::dataset {

/// Each attempt has its own result: orders are written again after a crash, and must not throw away what a worker that
/// is already running has answered meanwhile.
struct JobFiles {
  std::filesystem::path folder;
  int attempt = 1;
  std::filesystem::path job() const { return folder / "job.json"; }
  std::filesystem::path progress() const { return folder / "progress.json"; }
  std::string result_name() const { return fmt::format("result-{}.json", attempt); }
  std::filesystem::path result() const { return folder / result_name(); }
  std::filesystem::path log() const { return folder / "worker.log"; }
};
inline JobFiles files_of(const std::filesystem::path& jobs, const job::Job& job) {
  return {jobs / job.id.str(), job.attempts};
}

}  // namespace ava::dataset
