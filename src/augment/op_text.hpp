// Operations as text and JSON: `rotate/[10,20];flop` as the original's calls write them, objects as graphs hold them,
// and steps as the rows of a list hold them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "augment/op.hpp"
#include "base/result.hpp"

namespace ava::augment {

/// `rotate/[10,20],expand;flop;`: operations one after the other; a blank list is none. Members of sets cannot be
/// written so. Errors: `op.unknown`, `op.too_many_arguments`, `op.bad_argument`, `op.bad_text`.
Result<std::vector<OpSpec>> parse_ops(std::string_view text);

/// {"op":"rotate","angle":[10,20],"fit":"expand","probability":0.5}; sets have "ops":[...]. A number may be a value or
/// [low,high]; a choice a text or a list. Errors: as parse_ops(), and `op.unknown_argument` with the nearest name;
/// `op.no_members`, `op.too_deep` (more than 8 sets in sets); each with the JSON pointer, below `at`.
Result<OpSpec> op_from_json(const nlohmann::json& json, const std::string& at = "");
/// Canonical: values that are the defaults are left out.
nlohmann::json op_to_json(const OpSpec& spec);
/// With nothing set.
OpSpec default_spec(const Op& op);
/// JSON Schema of the operation's object, for forms and references.
nlohmann::json schema_of(const Op& op);

/// `augment(rotate/13.72;flop)`. Values have `%`, `,`, `;`, `/`, `(`, `)` and control bytes percent-encoded.
std::string ops_text(const std::vector<Step>& steps);
/// Reads what ops_text() wrote, and `augment(rotate(13.72),flop())` of formats.md. Errors: `op.bad_text`, `op.unknown`,
/// `op.too_many_arguments`, `op.bad_argument`, `op.range_in_step`.
Result<std::vector<Step>> parse_steps(std::string_view text);

}  // namespace ava::augment
