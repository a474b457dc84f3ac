// What the operations that turn, shear and scale share: doing it about the centre, in the old frame or a larger one.
#pragma once

#include <array>
#include <string_view>

#include "augment/op.hpp"
#include "augment/scene.hpp"
#include "augment/transform.hpp"
#include "base/result.hpp"

namespace ava::augment {

/// `transform` with the centre of a width x height picture where it was.
Transform about_centre(const Transform& transform, double width, double height);

/// `fit`: "keep" leaves the size of the picture, "expand" makes it as large as its four corners need.
/// `then_by`: where the centre goes. Units: pixels. Errors: as Scene::warp().
Result<void> warp_about_centre(Scene& scene, const Transform& transform, std::string_view fit, Fill fill,
                               sample::Point then_by = {});

inline constexpr std::array<std::string_view, 2> kFrames = {"keep", "expand"};
inline constexpr Parameter kFitParameter{
    .name = "fit",
    .doc = "keep: same size, corners may be lost; expand: as large as shows all of it",
    .kind = ParameterKind::kChoice,
    .choices = kFrames};

/// x and y grow by these tangents. Units: degrees.
Transform shear_by(double x_degrees, double y_degrees);

}  // namespace ava::augment
