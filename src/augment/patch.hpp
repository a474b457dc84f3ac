// The part of a picture inside a box, for operations that change only what is there.
#pragma once

#include <vector>

#include "augment/draws.hpp"
#include "augment/label_moves.hpp"
#include "augment/op.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

/// Whole pixels inside the picture. Units: pixels.
struct Patch {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Patch&) const = default;
};

/// The pixels that a box touches, within a width x height picture; at least one.
Patch patch_of(const sample::Box& box, int width, int height);
/// What a step's four numbers, from value `first` on, leave of a picture of this size; at least one pixel.
Patch patch_of(const Step& step, std::size_t first, const Scene& scene);

/// Four drawn-only parameters: the place of a patch.
inline constexpr Parameter patch_parameter(std::string_view name, std::string_view doc) {
  return {.name = name,
          .doc = doc,
          .unit = "pixels",
          .kind = ParameterKind::kInteger,
          .min = 0,
          .max = 1 << 20,
          .low = 0,
          .high = 1 << 20,
          .drawn_only = true};
}
inline constexpr Parameter kPatchX = patch_parameter("x", "Left edge of the box");
inline constexpr Parameter kPatchY = patch_parameter("y", "Upper edge of the box");
inline constexpr Parameter kPatchWidth = patch_parameter("width", "Width of the box");
inline constexpr Parameter kPatchHeight = patch_parameter("height", "Height of the box");
/// Which boxes of a picture are meant: a choice that draw_for_boxes() asks.
inline constexpr std::array<std::string_view, 2> kWhichBoxes = {"all", "one"};
inline constexpr Parameter kWhichParameter{.name = "which",
                                           .doc = "All boxes of the picture, or a random one",
                                           .kind = ParameterKind::kChoice,
                                           .choices = kWhichBoxes};

/// A step for every ground-truth box, or for one: values drawn, then the place written to the four values from `first`
/// on. `which` is the number of kWhichParameter among the values; steps have its default.
void draw_for_boxes(const OpSpec& spec, std::size_t first, std::size_t which, Scene& scene, Draws& draws,
                    std::vector<Step>& steps);

/// Move landmarks and outlines of entries that lie wholly inside the patch; the outline of the patch itself and what
/// reaches beyond it stay. Landmarks that leave the patch are no longer seen and go.
void move_labels_inside(Scene& scene, const Patch& patch, const PointMap& map);

}  // namespace ava::augment
