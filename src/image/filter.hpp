// Filters that look at the neighbours of a pixel: blurring, sharpening, losing detail. Sizes in pixels of the picture.
#pragma once

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// A rectangle of whole pixels; what lies outside the picture does not count.
struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};
/// The part inside a picture of that size; empty areas have no width and no height.
Area inside(const Area& area, int width, int height);

/// Errors of all: `picture.filter`. Outside the picture is its mirror image.
Result<void> blur_gaussian(Pixels& pixels, double sigma);
/// The same for a part of it. Its edge is sharp; what lies around it is not mixed in.
Result<void> blur_gaussian(Pixels& pixels, const Area& area, double sigma);
/// Each pixel is the mean of the square of 2 * radius + 1 pixels around it.
Result<void> blur_box(Pixels& pixels, int radius);
/// Each pixel is the median of that square.
Result<void> blur_median(Pixels& pixels, int radius);
/// Each pixel is the mean along a line around it. Units: degrees clockwise from "to the right".
Result<void> blur_motion(Pixels& pixels, double length, double degrees);
/// Unsharp mask: what a blur of `sigma` takes away is added `amount` times.
Result<void> sharpen(Pixels& pixels, double amount, double sigma);
/// Made smaller (by area) and large again: `scale` in (0, 1]. Smooth: interpolated; else squares.
Result<void> lose_detail(Pixels& pixels, double scale, bool smooth);

}  // namespace ava::image
