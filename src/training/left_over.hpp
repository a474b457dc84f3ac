// What a container could not send before it ended: the spools that the SDK leaves in the run directory.
// They were written by a program of a user: nothing in them is trusted, and no link is followed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "metric/point.hpp"
#include "training/training_service.hpp"

namespace ava::training {

/// What the SDK says of the run a spool belongs to.
struct LeftOver {
  std::filesystem::path folder;
  std::string client_id;
  std::optional<std::string> run_id;  ///< the run may not have been made yet
  CreateRun run;
};

/// One record. Source: sdk/python/ava/journal.py.
struct LeftRecord {
  enum class Kind : std::uint8_t { kMetrics, kModel, kEnd };
  Kind kind = Kind::kMetrics;
  std::int64_t seq = 0;
  std::vector<metric::NamedPoint> points;  ///< kMetrics
  std::optional<std::int64_t> epoch;       ///< kMetrics: the latest; kModel
  ChangeRun end;                           ///< kEnd
  std::filesystem::path file;              ///< kModel: the package
  std::string name;                        ///< kModel; may be empty
};

/// Below a training's run directory, those with a readable header.
std::vector<LeftOver> find_left_overs(const std::filesystem::path& run_root);
/// The records that were not acknowledged, in order; damaged lines are passed over, a line without its end is none.
/// Errors: those of `take`.
Result<void> read_left_over(const LeftOver& spool, const std::function<Result<void>(LeftRecord&&)>& take);

}  // namespace ava::training
