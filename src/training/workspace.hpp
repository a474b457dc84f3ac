// What a training's container finds under /workspace: folders on this machine, and the engine's Spec that shows them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "dataset/formatted_set.hpp"
#include "engine/engine.hpp"
#include "training/training.hpp"

namespace ava::training {

/// Folders of this machine; all absolute.
struct WorkspaceRoots {
  std::filesystem::path trainings;  ///< one folder per training below it
  std::filesystem::path volumes;    ///< one persistent volume per user below it
  std::filesystem::path sdk;        ///< the Python package's parent
  std::filesystem::path examples;
  std::filesystem::path socket;  ///< folder with server.sock
};

/// A set as it is mounted.
struct MountedSet {
  dataset::FormattedSet set;
  std::filesystem::path folder;
};

/// What goes into the container beside the training itself.
struct WorkspaceInput {
  MountedSet train;
  std::optional<MountedSet> val;
  std::string token;  ///< reaches this training only
  std::string job_id;
  bool network = false;
};

/// The folder of one training: {params,config,run,code} and train.log.
std::filesystem::path folder_of(const WorkspaceRoots& roots, const TrainingId& id);

/// Make the folders and files a container needs; harmless when repeated. What a run wrote stays.
/// Source: contracts.md 6, 7.1 and 8. Errors: `file.*`.
Result<void> prepare_workspace(const WorkspaceRoots& roots, const Training& training, const WorkspaceInput& input);
/// Unpack an archive (or copy a single script) to the training's code folder.
/// Errors: `training.bad_code`, those of storage/archive.
Result<void> unpack_code(const WorkspaceRoots& roots, const TrainingId& id, const std::filesystem::path& upload,
                         const std::string& file_name);
/// Mounts, environment, command and limits.
engine::Spec container_spec(const WorkspaceRoots& roots, const Training& training, const WorkspaceInput& input);

}  // namespace ava::training
