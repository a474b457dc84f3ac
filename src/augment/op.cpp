#include "augment/op.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace ava::augment {

std::string_view name_of(Family family) {
  switch (family) {
    case Family::kGeometric:
      return "geometric";
    case Family::kPhotometric:
      return "photometric";
    case Family::kErasing:
      return "erasing";
    case Family::kSeveral:
      return "several";
    case Family::kSet:
      return "set";
  }
  return "";
}

double rounded(double value) {
  // Text and number must be the same thing: a replay has only the text.
  const double read = std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
  return read == 0 ? 0 : read;  // no -0
}

Result<void> Op::draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const {
  (void)scene;
  steps.push_back(draw_values(spec, draws));
  return {};
}

Result<void> Op::perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const {
  std::vector<Step> drawn;
  AVA_CHECK(draw(spec, scene, draws, drawn));
  AVA_CHECK(apply_all(drawn, scene));
  for (Step& step : drawn) steps.push_back(std::move(step));
  return {};
}

Result<void> Op::apply(Scene& scene, const Step& step) const {
  (void)scene;
  (void)step;
  return Error(ErrorCode::kInvalidArgument, "op.only_draws",
               fmt::format("'{}' chooses other operations; it is not one that can be done", description().name));
}

Result<void> perform_all(std::span<const OpSpec> specs, Scene& scene, Draws& draws, std::vector<Step>& steps) {
  for (const OpSpec& spec : specs) {
    if (spec.probability < 1 && !draws.chance(spec.probability)) continue;
    AVA_CHECK(spec.op->perform(spec, scene, draws, steps));
  }
  return {};
}

Result<void> apply_all(std::span<const Step> steps, Scene& scene) {
  for (const Step& step : steps)
    if (Result<void> done = step.op->apply(scene, step); !done.ok()) return std::move(done).context(step.str());
  return {};
}

Step draw_values(const OpSpec& spec, Draws& draws) {
  Step step{spec.op, {}};
  const auto parameters = spec.op->description().parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Setting& set = spec.settings[i];
    switch (parameters[i].kind) {
      case ParameterKind::kNumber:
        step.values.emplace_back(rounded(set.low == set.high ? set.low : draws.between(set.low, set.high)));
        break;
      case ParameterKind::kInteger: {
        const auto span = static_cast<std::uint64_t>(set.high - set.low) + 1;
        step.values.emplace_back(set.low + static_cast<double>(span <= 1 ? 0 : draws.below(span)));
        break;
      }
      case ParameterKind::kChoice:
        step.values.emplace_back(set.choices.size() == 1 ? set.choices[0]
                                                         : set.choices[draws.below(set.choices.size())]);
        break;
      case ParameterKind::kText:
        step.values.emplace_back(std::string());
        break;
    }
  }
  return step;
}

}  // namespace ava::augment
