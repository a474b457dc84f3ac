// The primitive that all crops are drawn as: `crop/x,y,width,height`.
#pragma once

#include "augment/op.hpp"
#include "sample/sample.hpp"

namespace ava::augment {

/// Units: pixels.
Step crop_step(int x, int y, int width, int height);
/// The whole pixels that a box touches, within a width x height picture; at least one.
Step crop_step(const sample::Box& box, int width, int height);

}  // namespace ava::augment
