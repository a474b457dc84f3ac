// Mean along a line.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kMotionBlurParameters = {
    Parameter{
        .name = "length", .doc = "How far it moved", .unit = "pixels", .min = 0, .max = 100, .low = 5, .high = 15},
    Parameter{.name = "angle",
              .doc = "Direction of the line: 0 lies, 90 stands, clockwise",
              .unit = "degrees",
              .min = -180,
              .max = 180,
              .low = 0,
              .high = 180}};
constexpr Description kMotionBlurDescription{.name = "motion-blur",
                                             .title = "Motion blur",
                                             .doc = "Blurs along a line, as when the camera or the object moves.",
                                             .labels = kLabelsStay,
                                             .family = Family::kPhotometric,
                                             .parameters = kMotionBlurParameters,
                                             .identity = "motion-blur/0,0"};

Result<void> apply_motion_blur(image::Pixels& pixels, const Step& step) {
  return image::blur_motion(pixels, step.number(0), step.number(1));
}

}  // namespace

const Op& motion_blur() {
  static const PixelOp op(kMotionBlurDescription, apply_motion_blur);
  return op;
}

}  // namespace ava::augment
