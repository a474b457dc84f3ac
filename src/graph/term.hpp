// Comparisons about a row, by which a filter lets it pass: {"field":"member.split","is":"==","value":"train"}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sample/json_tree.hpp"
#include "sample/sample.hpp"

namespace ava::graph {

/// `field`: "entries" (ground-truth entries of the filter's label, of all labels without one), "classes" (different
/// ones of these), "url", or "member.NAME", a top-level member of the row. `is`: == and != for every value; <, <=, >,
/// >= for numbers; contains, starts_with for texts.
struct Term {
  std::string field;
  std::string is = "==";
  std::variant<bool, double, std::string> value;
  bool operator==(const Term&) const = default;
};

/// The member that makes no sense ("field", "is" or "value") and the rule it breaks; nothing when all is well.
struct TermFault {
  std::string_view member;
  std::string rule;
};
std::optional<TermFault> fault_of(const Term& term);

/// A row as terms see it. Reads the line once, when the first member is asked for. Lifetime: the view's.
class RowFacts {
 public:
  explicit RowFacts(const sample::SampleView& view) : view_(view) {}
  /// A member that is missing or of another type than the value is not equal to it, and nothing else.
  bool hold(const Term& term, const std::optional<sample::LabelKey>& label);

 private:
  const sample::json::Node* member(std::string_view name);

  const sample::SampleView& view_;
  std::optional<sample::json::Node> line_;
};

}  // namespace ava::graph
