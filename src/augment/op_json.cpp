#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "augment/all.hpp"
#include "augment/op_text.hpp"
#include "augment/values.hpp"

namespace ava::augment {

namespace {

using nlohmann::json;

/// Sets in sets: more would be a stranger's attempt on the stack.
constexpr int kDeepest = 8;

bool is_textual(const Parameter& parameter) {
  return parameter.kind == ParameterKind::kChoice || parameter.kind == ParameterKind::kText;
}

Error wrong_type(const Op& op, const Parameter& parameter, const std::string& at) {
  return Error(ErrorCode::kInvalidArgument, "op.bad_argument",
               fmt::format("{}: {} must be {}", op.description().name, parameter.name,
                           is_textual(parameter) ? "a text or a list of texts" : "a number or [low,high]"))
      .detail("operation", op.description().name)
      .detail("argument", parameter.name)
      .at(at);
}

Result<Setting> setting_from(const Op& op, const Parameter& parameter, const json& value, const std::string& at) {
  Setting setting;
  std::vector<json> values = {value};
  if (value.is_array()) values = value.get<std::vector<json>>();
  const std::size_t most = is_textual(parameter) ? 64 : 2;
  if (values.empty() || values.size() > most) return wrong_type(op, parameter, at);
  for (const json& one : values) {
    if (is_textual(parameter) ? !one.is_string() : !one.is_number()) return wrong_type(op, parameter, at);
    const Result<void> good = is_textual(parameter) ? check_choice(op, parameter, one.get<std::string>())
                                                    : check_number(op, parameter, one.get<double>());
    if (!good.ok()) return Error(good.error()).at(at);
    if (is_textual(parameter)) setting.choices.push_back(one.get<std::string>());
  }
  if (is_textual(parameter)) return setting;
  setting.low = values.front().get<double>();
  setting.high = values.back().get<double>();
  if (setting.low > setting.high) std::swap(setting.low, setting.high);
  return setting;
}

Result<void> read_argument(OpSpec& spec, const std::string& key, const json& value, const std::string& at) {
  const Description& description = spec.op->description();
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < description.parameters.size(); ++i) {
    const Parameter& parameter = description.parameters[i];
    if (parameter.drawn_only || parameter.kind == ParameterKind::kText) continue;
    known.push_back(parameter.name);
    if (parameter.name != key) continue;
    AVA_TRY(spec.settings[i], setting_from(*spec.op, parameter, value, fmt::format("{}/{}", at, key)));
    return {};
  }
  const std::string near = nearest_of(key, known);
  return Error(ErrorCode::kInvalidArgument, "op.unknown_argument",
               fmt::format("{} has no argument '{}'{}", description.name, key,
                           near.empty() ? "" : fmt::format("; did you mean '{}'?", near)))
      .detail("operation", description.name)
      .detail("argument", key)
      .detail("nearest", near)
      .at(fmt::format("{}/{}", at, key));
}

Result<OpSpec> read_op(const json& document, const std::string& at, int depth);

Result<void> read_members(OpSpec& spec, const json& members, const std::string& at, int depth) {
  if (depth > kDeepest)
    return Error(ErrorCode::kInvalidArgument, "op.too_deep",
                 fmt::format("operations lie in operations more than {} times", kDeepest))
        .at(at);
  if (!spec.op->description().has_members || !members.is_array())
    return Error(ErrorCode::kInvalidArgument, "op.bad_argument",
                 fmt::format("{}: 'ops' must be a list, of an operation that has members", spec.op->description().name))
        .at(at);
  for (std::size_t i = 0; i < members.size(); ++i) {
    AVA_TRY(OpSpec member, read_op(members[i], fmt::format("{}/{}", at, i), depth + 1));
    spec.members.push_back(std::move(member));
  }
  return {};
}

json setting_to_json(const Parameter& parameter, const Setting& set) {
  if (is_textual(parameter)) {
    if (set.choices.size() == 1) return set.choices.front();
    return set.choices;
  }
  if (set.low == set.high) return set.low;
  return json::array({set.low, set.high});
}

bool same(const Setting& a, const Setting& b) { return a.low == b.low && a.high == b.high && a.choices == b.choices; }

json parameter_schema(const Parameter& parameter) {
  json schema{{"title", parameter.name}, {"description", parameter.doc}};
  if (!parameter.unit.empty()) schema["x-unit"] = parameter.unit;
  if (is_textual(parameter)) {
    json one{{"type", "string"}, {"enum", parameter.choices}};
    schema["default"] = parameter.choices.front();
    schema["oneOf"] = json::array({one, {{"type", "array"}, {"items", one}, {"minItems", 1}}});
    return schema;
  }
  json one{{"type", parameter.kind == ParameterKind::kInteger ? "integer" : "number"},
           {"minimum", parameter.min},
           {"maximum", parameter.max}};
  schema["default"] = setting_to_json(parameter, default_of(parameter));
  schema["oneOf"] = json::array({one, {{"type", "array"}, {"items", one}, {"minItems", 2}, {"maxItems", 2}}});
  return schema;
}

Result<OpSpec> read_op(const json& document, const std::string& at, int depth) {
  if (document.is_string()) {
    AVA_TRY(std::vector<OpSpec> specs, parse_ops(document.get<std::string>()));
    if (specs.size() == 1) return std::move(specs.front());
  }
  if (!document.is_object() || !document.contains("op") || !document["op"].is_string())
    return Error(ErrorCode::kInvalidArgument, "op.bad_text", "an operation is {\"op\":name, argument:value, ...}")
        .at(at);
  const auto name = document["op"].get<std::string>();
  Result<const Op*> op = find(name);
  if (!op.ok()) return Error(op.error()).at(at + "/op");
  OpSpec spec = default_spec(**op);
  for (const auto& [key, value] : document.items()) {
    if (key == "op") continue;
    if (key == "ops") {
      AVA_CHECK(read_members(spec, value, at + "/ops", depth));
    } else if (key == "probability") {
      if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 1)
        return Error(ErrorCode::kInvalidArgument, "op.bad_argument", name + ": probability is a number from 0 to 1")
            .at(at + "/probability");
      spec.probability = value.get<double>();
    } else {
      AVA_CHECK(read_argument(spec, key, value, at));
    }
  }
  if (spec.op->description().has_members && spec.members.empty())
    return Error(ErrorCode::kInvalidArgument, "op.no_members", name + " needs operations to choose from").at(at);
  return spec;
}

}  // namespace

Result<OpSpec> op_from_json(const json& document, const std::string& at) { return read_op(document, at, 0); }

json op_to_json(const OpSpec& spec) {
  const Description& description = spec.op->description();
  json document{{"op", description.name}};
  for (std::size_t i = 0; i < description.parameters.size(); ++i) {
    const Parameter& parameter = description.parameters[i];
    if (parameter.drawn_only || parameter.kind == ParameterKind::kText) continue;
    if (same(spec.settings[i], default_of(parameter))) continue;
    document[std::string(parameter.name)] = setting_to_json(parameter, spec.settings[i]);
  }
  if (spec.probability != 1) document["probability"] = spec.probability;
  for (const OpSpec& member : spec.members) document["ops"].push_back(op_to_json(member));
  return document;
}

json schema_of(const Op& op) {
  const Description& description = op.description();
  json properties{{"op", {{"const", description.name}}},
                  {"probability", {{"type", "number"}, {"minimum", 0}, {"maximum", 1}, {"default", 1}}}};
  for (const Parameter& parameter : description.parameters)
    if (!parameter.drawn_only && parameter.kind != ParameterKind::kText)
      properties[std::string(parameter.name)] = parameter_schema(parameter);
  if (description.has_members)
    properties["ops"] = {{"type", "array"}, {"items", {{"type", "object"}}}, {"minItems", 1}};
  return {{"type", "object"},
          {"title", description.title},
          {"description", description.doc},
          {"x-labels", description.labels},
          {"x-family", name_of(description.family)},
          {"properties", properties},
          {"required", {"op"}},
          {"additionalProperties", false}};
}

}  // namespace ava::augment
