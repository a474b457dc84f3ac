// What tests with containers share.
#pragma once

#include <string>

#include "base/testing.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

inline constexpr auto kTestImage = "localhost/ava/base:bookworm";

/// Why a test that needs kTestImage cannot run; empty when it can.
inline std::string missing_image(Engine& engine) {
  const auto images = engine.images();
  EXPECT_OK(images);
  if (!images.ok()) return "the engine does not list its images";
  for (const ImageInfo& image : *images)
    if (image.name == kTestImage) return "";
  return std::string("the image ") + kTestImage + " is not built (deploy/images/build --base)";
}

}  // namespace ava::engine
