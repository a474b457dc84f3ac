// Encoded as JPEG and decoded again.
#include <array>
#include <string>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/codec.hpp"

namespace ava::augment {

namespace {

constexpr std::array kJpegParameters = {Parameter{.name = "quality",
                                                  .doc = "The lower the worse",
                                                  .kind = ParameterKind::kInteger,
                                                  .min = 1,
                                                  .max = 100,
                                                  .low = 20,
                                                  .high = 70}};
constexpr Description kJpegDescription{.name = "jpeg",
                                       .title = "JPEG quality",
                                       .doc = "Adds the blocks and smears of strong JPEG compression.",
                                       .labels = kLabelsStay,
                                       .family = Family::kPhotometric,
                                       .parameters = kJpegParameters};

Result<void> apply_jpeg(image::Pixels& pixels, const Step& step) {
  AVA_TRY(const std::string bytes, image::encode_jpeg(pixels, static_cast<int>(step.number(0))));
  image::DecodeOptions options;
  options.channels = pixels.channels;
  AVA_TRY(pixels, image::decode(bytes, options));
  return {};
}

}  // namespace

const Op& jpeg() {
  static const PixelOp op(kJpegDescription, apply_jpeg);
  return op;
}

}  // namespace ava::augment
