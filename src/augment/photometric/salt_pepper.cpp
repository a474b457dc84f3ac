// Single white and black pixels.
#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/noise.hpp"

namespace ava::augment {

namespace {

constexpr std::array kSaltPepperParameters = {Parameter{.name = "amount",
                                                        .doc = "How many",
                                                        .unit = "fraction of the pixels",
                                                        .min = 0,
                                                        .max = 1,
                                                        .low = 0.005,
                                                        .high = 0.02},
                                              Parameter{.name = "salt",
                                                        .doc = "How many of these are white",
                                                        .unit = "fraction of them",
                                                        .min = 0,
                                                        .max = 1,
                                                        .low = 0.5,
                                                        .high = 0.5},
                                              kSeedParameter};
constexpr Description kSaltPepperDescription{.name = "salt-pepper",
                                             .title = "Salt and pepper",
                                             .doc = "Makes random pixels white or black, as bad transmission does.",
                                             .labels = kLabelsStay,
                                             .family = Family::kPhotometric,
                                             .parameters = kSaltPepperParameters,
                                             .identity = "salt-pepper/0,0.5,0"};

Result<void> apply_salt_pepper(image::Pixels& pixels, const Step& step) {
  image::add_salt_pepper(pixels, step.number(0), step.number(1), static_cast<std::uint64_t>(step.number(2)));
  return {};
}

}  // namespace

const Op& salt_pepper() {
  static const PixelOp op(kSaltPepperDescription, apply_salt_pepper);
  return op;
}

}  // namespace ava::augment
