// erase: a rectangle, by pixels. What cutout, coarse-dropout and cutout-boxes have drawn is written as this one.
#include "augment/erasing/erase.hpp"

#include <array>
#include <cmath>
#include <string>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr Parameter edge_of_rectangle(std::string_view name, std::string_view doc, double min, double value) {
  return {.name = name,
          .doc = doc,
          .unit = "pixels",
          .kind = ParameterKind::kInteger,
          .min = min,
          .max = 1 << 20,
          .low = value,
          .high = value};
}

constexpr std::array kEraseParameters = {edge_of_rectangle("x", "Left edge", 0, 0),
                                         edge_of_rectangle("y", "Upper edge", 0, 0),
                                         edge_of_rectangle("width", "Width", 1, 64),
                                         edge_of_rectangle("height", "Height", 1, 64),
                                         kSeedParameter,
                                         kPaintParameter};

class Erase final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "erase",
        .title = "Erase a place",
        .doc =
            "Takes away a rectangle, always at the same place, such as a stamp; other cutouts are written as this one.",
        .labels = kLabelsStayHidden,
        .family = Family::kErasing,
        .parameters = kEraseParameters};
    return kDescription;
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    AVA_TRY(image::Pixels * pixels, scene.pixels());
    const auto whole = [&](std::size_t at) { return static_cast<int>(step.number(at)); };
    erase_area(*pixels, {whole(0), whole(1), whole(2), whole(3)}, image::paint_of(step.text(5)),
               static_cast<std::uint64_t>(step.number(4)));
    return {};
  }
};

}  // namespace

image::Area draw_area(const image::Area& frame, double width, double height, Draws& draws) {
  const int wide = static_cast<int>(std::lround(width * frame.width));
  const int high = static_cast<int>(std::lround(height * frame.height));
  const auto x = static_cast<int>(draws.below(static_cast<std::uint64_t>(frame.width - wide) + 1));
  const auto y = static_cast<int>(draws.below(static_cast<std::uint64_t>(frame.height - high) + 1));
  return {frame.x + x, frame.y + y, wide, high};
}

void push_erase(const image::Area& area, std::string_view paint, Draws& draws, std::vector<Step>& steps) {
  if (area.width < 1 || area.height < 1) return;
  const bool random = paint == "colour" || paint == "noise";
  const auto seed = random ? draws.below(static_cast<std::uint64_t>(kSeedParameter.max) + 1) : 0;
  Step step{&erase(), {}};
  for (const int value : {area.x, area.y, area.width, area.height})
    step.values.emplace_back(static_cast<double>(value));
  step.values.emplace_back(static_cast<double>(seed));
  step.values.emplace_back(std::string(paint));
  steps.push_back(std::move(step));
}

const Op& erase() {
  static const Erase op;
  return op;
}

}  // namespace ava::augment
