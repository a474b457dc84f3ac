// What the reconciler must know of a training's job: the container it starts and what its end means.
#pragma once

#include "job/kind.hpp"
#include "training/training_service.hpp"

namespace ava::training {

/// Kind "training" on the engine "container", started once: a training that failed is not repeated by itself.
/// Lifetime: `trainings` outlives the registry.
void add_job_kind(job::KindRegistry& kinds, TrainingService& trainings);

/// How a container's end reads as the end of a training: exit 0 and a stop by the user are `done` (S-10).
Ending ending_of(const engine::Status& status, bool stopped_by_user);

}  // namespace ava::training
