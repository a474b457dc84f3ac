// Writes lists in the canonical form: strict, byte-exact, one object per line; and turns old form to new and back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::sample {

/// Append the line of `sample` and LF. Source: formats.md 2.7. The form is the one `sample.old_form` says.
void append_line(std::string& out, const Sample& sample);
std::string to_line(const Sample& sample);

/// Change to the new form; nothing is lost. Source: formats.md 2.10.
void to_new_form(Sample& sample);
/// Change to the old form; what it cannot carry is appended to `lost` (slug `old_form_one_class`,
/// `old_form_no_landmarks`, `old_form_no_score`).
void to_old_form(Sample& sample, std::vector<Reject>& lost);

/// JSON text helpers used wherever lists or reports are written.
void append_json_string(std::string& out, std::string_view text);
/// Integers without decimal point, others shortest round-trip.
void append_json_number(std::string& out, double value);

}  // namespace ava::sample
