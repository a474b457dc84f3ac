// The answer of a job beside what it made, and of what question: a job that runs twice knows its own work.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "pipeline/work_folder.hpp"
#include "schema/json.hpp"

namespace ava::pipeline {

/// `Outcome` is what the job answers, e.g. ImportResult.
template <class Outcome>
struct Answer {
  std::string spec_sha256;
  Outcome result;
};
template <class Outcome>
void describe(schema::Visitor& v, Answer<Outcome>& x) {
  v.type("Answer");
  v.field("spec_sha256", x.spec_sha256);
  v.field("result", x.result);
}

template <class Spec>
std::string sha256_of_spec(const Spec& spec) {
  return to_hex(sha256(schema::to_text(spec)));
}

/// The answer this very spec was given before, from the file `name` at the target; empty when there is none.
/// Errors: `target.exists` when something else was made there; `what` names its kind in the message.
template <class Outcome>
Result<std::optional<Outcome>> answered_before(const WorkFolder& folder, std::string_view name,
                                               const std::string& spec_sha256, std::string_view what) {
  AVA_TRY(const auto text, folder.existing(name));
  if (!text) return std::optional<Outcome>{};
  const auto answer = schema::from_text<Answer<Outcome>>(*text);
  if (answer.ok() && answer->spec_sha256 == spec_sha256) return std::optional<Outcome>(answer->result);
  return Error(ErrorCode::kConflict, "target.exists", fmt::format("another {} is already there", what));
}

/// Write the answer where publish() takes it along. Errors: `file.*`.
template <class Outcome>
Result<void> put_answer(const WorkFolder& folder, std::string_view name, const std::string& spec_sha256,
                        const Outcome& result) {
  const Answer<Outcome> answer{spec_sha256, result};
  return file::write_atomic(folder.path() / name, schema::to_text(answer) + "\n");
}

}  // namespace ava::pipeline
