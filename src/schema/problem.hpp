// An Error as a record keeps it: why a job, a dataset or a training failed, for the page that shows it later.
#pragma once

#include <optional>
#include <string>

#include "schema/schema.hpp"

namespace ava::schema {

/// Slug and words of a failure. The slug finds the translated sentence, `detail` is the English one with its values.
struct Problem {
  std::string slug;
  std::string detail;
  std::optional<std::string> hint;
};
void describe(Visitor& v, Problem& x);

Problem problem_of(const Error& error);
/// JSON text for a column, and back; empty text is no problem.
std::optional<Problem> problem_from_text(const std::optional<std::string>& text);

/// Who or what something belongs to: enough to show a link.
struct Ref {
  std::string id;
  std::string name;
};
void describe(Visitor& v, Ref& x);

}  // namespace ava::schema
