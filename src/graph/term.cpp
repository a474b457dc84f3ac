#include "graph/term.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

namespace ava::graph {

namespace {

using sample::json::Kind;

constexpr std::string_view kMember = "member.";

/// How a value of that type can be compared.
std::vector<std::string_view> comparisons_of(const Term& term) {
  if (std::holds_alternative<double>(term.value)) return {"==", "!=", "<", "<=", ">", ">="};
  if (std::holds_alternative<std::string>(term.value)) return {"==", "!=", "contains", "starts_with"};
  return {"==", "!="};
}

bool compare(double found, std::string_view is, double value) {
  if (is == "<") return found < value;
  if (is == "<=") return found <= value;
  if (is == ">") return found > value;
  if (is == ">=") return found >= value;
  return (found == value) == (is == "==");
}

bool compare(std::string_view found, std::string_view is, std::string_view value) {
  if (is == "contains") return found.find(value) != std::string_view::npos;
  if (is == "starts_with") return found.starts_with(value);
  return (found == value) == (is == "==");
}

/// Entries or classes of one label, or of all.
double count_of(const sample::SampleView& view, bool classes, const std::optional<sample::LabelKey>& label) {
  std::size_t entries = 0;
  std::set<std::string_view> names;
  for (const sample::LabelView& one : view.labels) {
    if (label && (one.type != label->type || one.name != label->name)) continue;
    for (const sample::EntryView& entry : one.data) {
      if (!entry.truth) continue;
      ++entries;
      if (!entry.cls.empty()) names.insert(entry.cls);
    }
  }
  return static_cast<double>(classes ? names.size() : entries);
}

bool compare_member(const sample::json::Node* found, const Term& term) {
  if (const double* number = std::get_if<double>(&term.value); number != nullptr && found && found->is(Kind::kNumber))
    return compare(found->number, term.is, *number);
  if (const std::string* text = std::get_if<std::string>(&term.value); text && found && found->is(Kind::kString))
    return compare(found->text, term.is, *text);
  if (const bool* flag = std::get_if<bool>(&term.value);
      flag && found && (found->is(Kind::kTrue) || found->is(Kind::kFalse)))
    return (found->is(Kind::kTrue) == *flag) == (term.is == "==");
  return term.is == "!=";
}

}  // namespace

std::optional<TermFault> fault_of(const Term& term) {
  const bool counted = term.field == "entries" || term.field == "classes";
  const bool member = term.field.starts_with(kMember) && term.field.size() > kMember.size();
  if (!counted && !member && term.field != "url") return TermFault{"field", "entries, classes, url or member.NAME"};
  if (counted && !std::holds_alternative<double>(term.value)) return TermFault{"value", "a number"};
  if (term.field == "url" && !std::holds_alternative<std::string>(term.value)) return TermFault{"value", "a text"};
  const auto known = comparisons_of(term);
  if (std::find(known.begin(), known.end(), term.is) == known.end())
    return TermFault{"is", fmt::format("one of {}", fmt::join(known, ", "))};
  return std::nullopt;
}

const sample::json::Node* RowFacts::member(std::string_view name) {
  if (!line_) {
    sample::json::Fault fault;
    // A line that was read by a reader more tolerant than this one has no members to ask for.
    if (!sample::json::parse(view_.raw, line_.emplace(), fault)) *line_ = {};
  }
  return line_->find(name);
}

bool RowFacts::hold(const Term& term, const std::optional<sample::LabelKey>& label) {
  if (term.field.starts_with(kMember))
    return compare_member(member(std::string_view(term.field).substr(kMember.size())), term);
  if (const double* number = std::get_if<double>(&term.value))
    return compare(count_of(view_, term.field == "classes", label), term.is, *number);
  const std::string* text = std::get_if<std::string>(&term.value);
  return text != nullptr && compare(view_.url, term.is, *text);
}

}  // namespace ava::graph
