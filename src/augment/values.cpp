#include "augment/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ava::augment {

namespace {

/// Letters to change, add or remove (Levenshtein).
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

Error bad_argument(const Op& op, const Parameter& parameter, std::string_view value) {
  return Error(ErrorCode::kInvalidArgument, "op.bad_argument",
               fmt::format("{}: {} cannot be {}", op.description().name, parameter.name, value))
      .detail("operation", op.description().name)
      .detail("argument", parameter.name);
}

}  // namespace

Setting default_of(const Parameter& parameter) {
  Setting setting{parameter.low, parameter.high, {}};
  if (parameter.kind == ParameterKind::kChoice) setting.choices = {std::string(parameter.choices.front())};
  return setting;
}

bool is_fixed(const Parameter& parameter) {
  if (parameter.kind == ParameterKind::kChoice) return true;
  return parameter.kind != ParameterKind::kText && parameter.low == parameter.high;
}

Result<void> check_number(const Op& op, const Parameter& parameter, double value) {
  const bool whole = parameter.kind != ParameterKind::kInteger || value == std::floor(value);
  if (std::isfinite(value) && value >= parameter.min && value <= parameter.max && whole) return {};
  return bad_argument(op, parameter, fmt::format("{:g}", value))
      .hint(fmt::format("{} from {:g} to {:g}{}{}",
                        parameter.kind == ParameterKind::kInteger ? "a whole number" : "a number", parameter.min,
                        parameter.max, parameter.unit.empty() ? "" : " ", parameter.unit));
}

Result<void> check_choice(const Op& op, const Parameter& parameter, std::string_view value) {
  if (std::find(parameter.choices.begin(), parameter.choices.end(), value) != parameter.choices.end()) return {};
  return bad_argument(op, parameter, fmt::format("'{}'", value))
      .hint(fmt::format("one of {}", fmt::join(parameter.choices, ", ")));
}

std::string number_text(const Parameter& parameter, double value) {
  return parameter.kind == ParameterKind::kInteger ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

std::string nearest_of(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(3, name.size() / 2);
  for (const std::string_view candidate : known) {
    // A beginning or an end of a longer name is what people leave out: "bright", "jitter".
    const bool part = name.size() >= 3 && candidate.find(name) != std::string_view::npos;
    const std::size_t edits = part ? 1 : edits_between(name, candidate);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return std::string(best);
}

}  // namespace ava::augment
