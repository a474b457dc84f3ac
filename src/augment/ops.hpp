// Every operation, a line each: defined in the file of its name, listed in all.cpp.
#pragma once

#include "augment/op.hpp"

namespace ava::augment {

// geometric
const Op& flip();
const Op& flop();
const Op& rotate();
const Op& transpose();
const Op& rotate90();
const Op& shear();
const Op& translate();
const Op& scale();
const Op& affine();
const Op& perspective();
const Op& crop();
const Op& crop_random();
const Op& crop_centre();
const Op& crop_box();
const Op& crop_safe();
const Op& pad();
const Op& resize();
const Op& elastic();
const Op& grid_distortion();
const Op& optical_distortion();
// sets
const Op& one_of();
const Op& some_of();
const Op& sequence();

}  // namespace ava::augment
