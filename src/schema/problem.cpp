#include "schema/problem.hpp"

namespace ava::schema {

void describe(Visitor& v, Problem& x) {
  v.type("ProblemRecord");
  v.field("slug", x.slug);
  v.field("detail", x.detail);
  v.field("hint", x.hint);
}

void describe(Visitor& v, Ref& x) {
  v.type("Ref");
  v.field("id", x.id);
  v.field("name", x.name);
}

Problem problem_of(const Error& error) {
  Problem problem{error.slug(), error.text(), {}};
  if (!error.hint().empty()) problem.hint = error.hint();
  return problem;
}

std::optional<Problem> problem_from_text(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::nullopt;
  auto problem = from_text<Problem>(*text);
  if (!problem.ok()) return Problem{"record.unreadable", *text, {}};
  return *std::move(problem);
}

}  // namespace ava::schema
