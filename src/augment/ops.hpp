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
// photometric
const Op& brightness();
const Op& contrast();
const Op& saturation();
const Op& hue();
const Op& gamma();
const Op& colour_jitter();
const Op& equalise();
const Op& clahe();
const Op& auto_contrast();
const Op& posterise();
const Op& solarise();
const Op& invert();
const Op& grayscale();
const Op& channel_shuffle();
const Op& white_balance();
const Op& blur();
const Op& box_blur();
const Op& motion_blur();
const Op& median_blur();
const Op& sharpen();
const Op& noise();
const Op& salt_pepper();
const Op& iso_noise();
const Op& jpeg();
const Op& downscale();
const Op& fog();
const Op& rain();
const Op& shadow();
// erasing
const Op& erase();
const Op& cutout();
const Op& coarse_dropout();
const Op& grid_mask();
const Op& cutout_boxes();
const Op& blur_boxes();
const Op& flip_boxes();
const Op& rotate_boxes();
// several pictures
const Op& mosaic();
const Op& mix_up();
const Op& copy_paste();
// sets
const Op& one_of();
const Op& some_of();
const Op& sequence();
const Op& randaugment();
const Op& augmix();

}  // namespace ava::augment
