// What the kinds of data jobs share: the order of `ava worker`, and what its answer means. Internal to this folder.
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/file.hpp"
#include "dataset/job_files.hpp"
#include "dataset/job_kinds.hpp"
#include "worker/worker_run.hpp"

namespace ava::dataset {

/// Every bound bucket by its name.
Result<pipeline::Sources> sources_of(user::BucketService& buckets, bool allow_private_hosts);
inline Result<pipeline::Sources> sources_of(const WorkerParts& parts) {
  return sources_of(parts.buckets, parts.allow_private_hosts);
}
/// Where a dataset lies, or what is `below` it ("/sets/...").
Result<pipeline::Target> target_of(const WorkerParts& parts, const Dataset& dataset, const std::string& below = {});
/// Write the order, and say how the worker is started. `spec` is JSON.
Result<engine::Spec> worker_spec_of(const WorkerParts& parts, const job::Job& job, std::string spec);
template <class Spec>
Result<engine::Spec> worker_spec(const WorkerParts& parts, const job::Job& job, const Spec& spec) {
  return worker_spec_of(parts, job, schema::to_text(spec));
}

/// What a worker answered: its result as JSON text, or why it failed.
struct Answer {
  std::string result;
  std::optional<job::Reason> error;
  bool may_heal = false;  ///< the same order may go well later
};

Answer answer_of(const WorkerParts& parts, const job::Job& job, const engine::Status& status);

/// What the worker made, as T; an answer that is none becomes the answer's error.
template <class T>
T result_of(Answer& answer) {
  auto made = schema::from_text<T>(answer.error ? "{}" : answer.result);
  if (made.ok()) return *std::move(made);
  if (!answer.error) answer.error = job::Reason{"job.lost", "the worker's result is unreadable", {}};
  return {};
}

bool is_tried_again(const job::Job& job, const Answer& answer);
void publish_job(const WorkerParts& parts, const job::Job& job);
job::Outcome outcome_of(const Answer& answer);

/// A failure as it is kept with a dataset or a set.
std::string problem_text(const job::Reason& reason);

/// dataset.adopt.
void add_adopt_kind(job::KindRegistry& kinds, const WorkerParts& parts);
/// dataset.preprocess.
void add_preprocess_kind(job::KindRegistry& kinds, const WorkerParts& parts);
/// dataset.verify.
void add_verify_kind(job::KindRegistry& kinds, const WorkerParts& parts);

}  // namespace ava::dataset
