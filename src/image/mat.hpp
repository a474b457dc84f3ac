// How the files that use OpenCV's imgproc see our pixels. Only such .cpp files include it: it brings the library in.
#pragma once

#include <exception>
#include <opencv2/imgproc.hpp>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// Lifetime: as long as the pixels, and as long as their data does not move.
inline cv::Mat mat_of(Pixels& pixels) {
  return {pixels.height, pixels.width, CV_8UC(pixels.channels), pixels.data.data()};
}

/// Do the work; what the library throws becomes an error. Errors: `picture.filter`.
template <typename Work>
Result<void> guarded(const Work& work) {
  try {
    work();
  } catch (const std::exception& failed) {
    return Error(ErrorCode::kInternal, "picture.filter", failed.what());
  }
  return {};
}

}  // namespace ava::image
