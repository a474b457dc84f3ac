// What operations on several pictures share: getting another picture, fitting it into a place, and taking its boxes
// along.
#pragma once

#include <optional>
#include <string>

#include "augment/draws.hpp"
#include "augment/label_moves.hpp"
#include "augment/patch.hpp"
#include "augment/scene.hpp"
#include "base/result.hpp"

namespace ava::augment {

/// The url of another picture of the list; nullopt when there are none. Errors: those of Others::row().
Result<std::optional<std::string>> draw_other(Scene& scene, Draws& draws);
/// Its pixels, with as many channels as the scene's. Errors: `op.needs_others`, those of Others::pixels().
Result<image::Pixels> other_pixels(Scene& scene, const std::string& url, int channels);

/// Scale `from` so that it covers the patch and its middle is the middle of the patch.
Transform covering(const image::Pixels& from, const Patch& patch);
/// The part of `from` that `map` brings into the patch. Shape: width x height of the patch. Errors: as image::warp().
Result<image::Pixels> brought(const image::Pixels& from, const Transform& map, const Patch& patch);
/// Write `part` over `onto`; what is outside is left out.
void paste(const image::Pixels& part, int x, int y, image::Pixels& onto);

/// A box of which less is left goes; the same fraction as LabelRules has when nothing is set.
inline constexpr double kMinVisibility = 0.1;

/// Cut the boxes and landmarks of a row to the patch; entries without points stay.
void cut_to(sample::Sample& row, const Patch& patch);
/// Append the ground-truth entries with points of `row`, moved and cut to the patch, to the labels of the same type and
/// name; classifications are not taken. `row` null: nothing (a replay has no rows of others).
void add_boxes(const sample::Sample* row, const PointMap& map, const Patch& patch, sample::Sample& onto);

/// A url among the values of a step.
inline constexpr Parameter url_parameter(std::string_view name, std::string_view doc) {
  return {.name = name, .doc = doc, .kind = ParameterKind::kText, .drawn_only = true};
}

}  // namespace ava::augment
