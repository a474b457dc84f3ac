#include "augment/all.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include "augment/ops.hpp"
#include "augment/values.hpp"

namespace ava::augment {

std::span<const Op* const> all() {
  // A line each, so that adding one is one line.
  // clang-format off
  static const std::array kAll = {
      &flip(),
      &flop(),
      &rotate(),
      &transpose(),
      &rotate90(),
      &shear(),
      &translate(),
      &scale(),
      &affine(),
      &perspective(),
      &crop(),
      &crop_random(),
      &crop_centre(),
      &crop_box(),
      &crop_safe(),
      &pad(),
      &resize(),
      &elastic(),
      &grid_distortion(),
      &optical_distortion(),
      &brightness(),
      &contrast(),
      &saturation(),
      &hue(),
      &gamma(),
      &colour_jitter(),
      &equalise(),
      &clahe(),
      &auto_contrast(),
      &posterise(),
      &solarise(),
      &invert(),
      &grayscale(),
      &channel_shuffle(),
      &white_balance(),
      &blur(),
      &box_blur(),
      &motion_blur(),
      &median_blur(),
      &sharpen(),
      &noise(),
      &salt_pepper(),
      &iso_noise(),
      &jpeg(),
      &downscale(),
      &fog(),
      &rain(),
      &shadow(),
      &erase(),
      &cutout(),
      &coarse_dropout(),
      &grid_mask(),
      &cutout_boxes(),
      &blur_boxes(),
      &flip_boxes(),
      &rotate_boxes(),
      &mosaic(),
      &mix_up(),
      &copy_paste(),
      &one_of(),
      &some_of(),
      &sequence(),
      &randaugment(),
      &augmix(),
  };
  // clang-format on
  return kAll;
}

Result<const Op*> find(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Op* op : all()) {
    if (op->description().name == name) return op;
    known.push_back(op->description().name);
  }
  const std::string near = nearest_of(name, known);
  return Error(ErrorCode::kInvalidArgument, "op.unknown",
               fmt::format("no operation is called '{}'{}", name,
                           near.empty() ? "" : fmt::format("; did you mean '{}'?", near)))
      .detail("operation", name)
      .detail("nearest", near)
      .hint(near.empty() ? fmt::format("operations: {}", fmt::join(known, ", ")) : fmt::format("write {}", near));
}

}  // namespace ava::augment
