#include "augment/op_text.hpp"

#include <fmt/format.h>

#include <charconv>

#include "augment/all.hpp"
#include "augment/values.hpp"

namespace ava::augment {

namespace {

constexpr std::string_view kReserved = "%,;/()[]";

Error bad_text(std::string_view text, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "op.bad_text", fmt::format("'{}': {}", text, why))
      .hint("write rotate/[10,20];flop: a name, a slash, arguments between commas");
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || kReserved.find(c) != std::string_view::npos)
      out += fmt::format("%{:02X}", byte);
    else
      out += c;
  }
  return out;
}

Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* const from = text.data() + i + 1;
    if (i + 2 >= text.size()) return bad_text(text, "a % without two hex digits");
    const auto [end, error] = std::from_chars(from, from + 2, byte, 16);
    if (error != std::errc() || end != from + 2) return bad_text(text, "a % without two hex digits");
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Parts between separators that are not inside brackets. A blank text has none.
Result<std::vector<std::string_view>> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '(') ++depth;
    if (text[i] == ']' || text[i] == ')') --depth;
    if (depth < 0) return bad_text(text, "a bracket closes that was not opened");
    if (depth > 0 || text[i] != separator) continue;
    parts.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (depth != 0) return bad_text(text, "a bracket is not closed");
  if (!trimmed(text.substr(begin)).empty() || !parts.empty()) parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

Result<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return Error(ErrorCode::kInvalidArgument, "op.bad_argument", fmt::format("'{}' is no number", text));
  return value;
}

Result<Setting> parse_setting(const Op& op, const Parameter& parameter, std::string_view text) {
  const bool range = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  std::vector<std::string_view> values = {text};
  if (range) {
    AVA_TRY(values, split(text.substr(1, text.size() - 2), ','));
  }
  Setting setting;
  if (parameter.kind == ParameterKind::kChoice || parameter.kind == ParameterKind::kText) {
    for (const std::string_view value : values) {
      AVA_TRY(std::string choice, decoded(value));
      if (parameter.kind == ParameterKind::kChoice) AVA_CHECK(check_choice(op, parameter, choice));
      setting.choices.push_back(std::move(choice));
    }
    if (setting.choices.empty()) return bad_text(text, "an empty list");
    return setting;
  }
  if (values.empty() || values.size() > 2) return bad_text(text, "a range has two ends");
  AVA_TRY(setting.low, number_of(values.front()));
  AVA_TRY(setting.high, number_of(values.back()));
  AVA_CHECK(check_number(op, parameter, setting.low));
  AVA_CHECK(check_number(op, parameter, setting.high));
  if (setting.low > setting.high) std::swap(setting.low, setting.high);
  return setting;
}

struct NamedArguments {
  std::string_view name;
  std::string_view arguments;
};

/// `rotate/13,x`, `rotate(13,x)` or `rotate`.
Result<NamedArguments> split_call(std::string_view text) {
  if (text.ends_with(')')) {
    const auto open = text.find('(');
    if (open == std::string_view::npos) return bad_text(text, "a bracket closes that was not opened");
    return NamedArguments{text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
  }
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return NamedArguments{text, {}};
  return NamedArguments{text.substr(0, slash), text.substr(slash + 1)};
}

Result<OpSpec> parse_op(std::string_view text) {
  AVA_TRY(const NamedArguments call, split_call(text));
  AVA_TRY(const Op* op, find(call.name));
  OpSpec spec = default_spec(*op);
  AVA_TRY(const auto arguments, split(call.arguments, ','));
  const auto parameters = op->description().parameters;
  if (arguments.size() > parameters.size())
    return Error(
        ErrorCode::kInvalidArgument, "op.too_many_arguments",
        fmt::format("{} takes {} arguments, '{}' has {}", call.name, parameters.size(), text, arguments.size()));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    AVA_TRY(spec.settings[i], parse_setting(*op, parameters[i], arguments[i]));
  }
  return spec;
}

Result<Step> parse_step(std::string_view text) {
  AVA_TRY(const NamedArguments call, split_call(text));
  AVA_TRY(const OpSpec spec, parse_op(text));
  AVA_TRY(const auto arguments, split(call.arguments, ','));
  Step step{spec.op, {}};
  const auto parameters = spec.op->description().parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Setting& set = spec.settings[i];
    if (i >= arguments.size() && !is_fixed(parameters[i]))
      return Error(ErrorCode::kInvalidArgument, "op.bad_argument",
                   fmt::format("'{}' does not say its {}", text, parameters[i].name));
    if (set.low != set.high || set.choices.size() > 1)
      return Error(ErrorCode::kInvalidArgument, "op.range_in_step",
                   fmt::format("'{}' has a range: what was done has one value", text));
    if (parameters[i].kind == ParameterKind::kChoice || parameters[i].kind == ParameterKind::kText)
      step.values.emplace_back(set.choices.front());
    else
      step.values.emplace_back(set.low);
  }
  return step;
}

std::string value_text(const Parameter& parameter, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return encoded(*text);
  return number_text(parameter, std::get<double>(value));
}

bool is_default(const Parameter& parameter, const Value& value) {
  if (!is_fixed(parameter)) return false;
  if (const auto* text = std::get_if<std::string>(&value)) return *text == parameter.choices.front();
  return std::get<double>(value) == parameter.low;
}

}  // namespace

std::string Step::str() const {
  const Description& description = op->description();
  std::size_t count = values.size();
  while (count > 0 && is_default(description.parameters[count - 1], values[count - 1])) --count;
  std::string text(description.name);
  for (std::size_t i = 0; i < count; ++i) {
    text += i == 0 ? '/' : ',';
    text += value_text(description.parameters[i], values[i]);
  }
  return text;
}

OpSpec default_spec(const Op& op) {
  OpSpec spec{&op, 1, {}, {}};
  for (const Parameter& parameter : op.description().parameters) spec.settings.push_back(default_of(parameter));
  return spec;
}

Result<std::vector<OpSpec>> parse_ops(std::string_view text) {
  std::vector<OpSpec> specs;
  AVA_TRY(const auto parts, split(text, ';'));
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    AVA_TRY(OpSpec spec, parse_op(part));
    if (spec.op->description().has_members) return bad_text(part, "its members cannot be written as text");
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::string ops_text(const std::vector<Step>& steps) {
  std::string text = "augment(";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i > 0) text += ';';
    text += steps[i].str();
  }
  return text + ')';
}

Result<std::vector<Step>> parse_steps(std::string_view text) {
  constexpr std::string_view kHead = "augment(";
  if (!text.starts_with(kHead) || !text.ends_with(')')) return bad_text(text, "not the form augment(...)");
  text = text.substr(kHead.size(), text.size() - kHead.size() - 1);
  // Calls with brackets are divided by commas, as formats.md writes them; values of our own form have none unencoded.
  const bool calls = text.find('(') != std::string_view::npos;
  AVA_TRY(const auto parts, split(text, calls && text.find(';') == std::string_view::npos ? ',' : ';'));
  std::vector<Step> steps;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    AVA_TRY(Step step, parse_step(part));
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace ava::augment
