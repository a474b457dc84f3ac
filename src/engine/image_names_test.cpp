#include "engine/image_names.hpp"

#include "base/testing.hpp"

namespace ava::engine {
namespace {

const std::vector<ImageInfo> kImages{
    {.name = "localhost/ava/torch:bookworm", .id = "sha256:448165ff4bc28eff6839d443"},
    {.name = "localhost/ava/base:bookworm", .id = "sha256:bf3fcdcb296d05e857767ccf"},
    {.name = "docker.io/library/debian:latest", .id = "sha256:0123456789abcdef01234567"},
    {.name = "ava/docker:1", .id = "sha256:ffff56789abcdef012345678"},
};

TEST(ImageNames, ShortNamesAreFoundWhateverTheEnginePutBeforeThem) {
  EXPECT_EQ(resolve_image("localhost/ava/torch:bookworm", kImages).value(), "localhost/ava/torch:bookworm");
  EXPECT_EQ(resolve_image("ava/torch:bookworm", kImages).value(), "localhost/ava/torch:bookworm");
  EXPECT_EQ(resolve_image("debian", kImages).value(), "docker.io/library/debian:latest");
  EXPECT_EQ(resolve_image("localhost/ava/docker:1", kImages).value(), "ava/docker:1");
}

TEST(ImageNames, AnIdNamesAnImageToo) {
  EXPECT_EQ(resolve_image("bf3fcdcb296d", kImages).value(), "sha256:bf3fcdcb296d05e857767ccf");
  EXPECT_ERROR(resolve_image("bf3f", kImages), "engine.image_not_found");
}

TEST(ImageNames, AMissingImageHintsAtNamesThatAreNear) {
  const auto missing = resolve_image("ava/troch:bookworm", kImages);
  EXPECT_ERROR(missing, "engine.image_not_found");
  EXPECT_THAT(missing.error().hint(), ::testing::StartsWith("there are: localhost/ava/torch:bookworm"));
  EXPECT_EQ(missing.error().pointer(), "/image");
  EXPECT_THAT(resolve_image("x", {}).error().hint(), ::testing::HasSubstr("deploy/images/build"));
}

TEST(ImageNames, AnImageOfARegistryIsNotALocalOne) {
  EXPECT_ERROR(resolve_image("registry.example:5000/ava/torch:bookworm", kImages), "engine.image_not_found");
  EXPECT_TRUE(has_registry_host("registry.example:5000/a"));
  EXPECT_FALSE(has_registry_host("ava/torch"));
  EXPECT_FALSE(has_registry_host("localhost/ava"));
}

TEST(ImageNames, RefusesWhatCannotBeAName) {
  EXPECT_ERROR(resolve_image("", kImages), "engine.bad_spec");
  EXPECT_ERROR(resolve_image("a b", kImages), "engine.bad_spec");
}

}  // namespace
}  // namespace ava::engine
