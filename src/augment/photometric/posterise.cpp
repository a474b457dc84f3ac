// Keeps the upper bits of every value.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kPosteriseParameters = {Parameter{.name = "bits",
                                                       .doc = "What is kept of every value",
                                                       .unit = "bits",
                                                       .kind = ParameterKind::kInteger,
                                                       .min = 1,
                                                       .max = 8,
                                                       .low = 3,
                                                       .high = 5}};
constexpr Description kPosteriseDescription{.name = "posterise",
                                            .title = "Posterise",
                                            .doc = "Leaves few shades of every colour.",
                                            .labels = kLabelsStay,
                                            .family = Family::kPhotometric,
                                            .parameters = kPosteriseParameters,
                                            .identity = "posterise/8"};

Result<void> apply_posterise(image::Pixels& pixels, const Step& step) {
  const auto kept = static_cast<std::uint8_t>(0xFF << (8 - static_cast<int>(step.number(0))));
  image::Table table{};
  for (std::size_t v = 0; v < table.size(); ++v) table[v] = static_cast<std::uint8_t>(v & kept);
  apply_table(pixels, table);
  return {};
}

}  // namespace

const Op& posterise() {
  static const PixelOp op(kPosteriseDescription, apply_posterise);
  return op;
}

}  // namespace ava::augment
