// crop-random: a rectangle of drawn size, shape and place, as RandomResizedCrop draws it, without resizing.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/geometric/crop.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kCropRandomParameters = {Parameter{.name = "scale",
                                                        .doc = "How much of the picture is kept",
                                                        .unit = "fraction of the area",
                                                        .min = 0.001,
                                                        .max = 1,
                                                        .low = 0.5,
                                                        .high = 1},
                                              Parameter{.name = "ratio",
                                                        .doc = "Width by height of what is kept, in pixels",
                                                        .unit = "times",
                                                        .min = 0.01,
                                                        .max = 100,
                                                        .low = 0.75,
                                                        .high = 1.33333}};

class CropRandom final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop-random",
        .title = "Random crop",
        .doc = "Keeps a rectangle of random size, shape and place; wide and tall shapes are equally likely.",
        .labels = "Boxes and landmarks move along; boxes are cut at the edge and dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kCropRandomParameters};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    constexpr int kTries = 10;
    const double area = static_cast<double>(scene.width()) * scene.height();
    int width = 0;
    int height = 0;
    for (int i = 0; i < kTries; ++i) {
      const double part = area * draws.between(spec.settings[0].low, spec.settings[0].high);
      const double ratio = std::exp(draws.between(std::log(spec.settings[1].low), std::log(spec.settings[1].high)));
      width = static_cast<int>(std::lround(std::sqrt(part * ratio)));
      height = static_cast<int>(std::lround(std::sqrt(part / ratio)));
      if (width >= 1 && height >= 1 && width <= scene.width() && height <= scene.height()) break;
    }
    // No shape fitted: as much of the last one as there is.
    width = std::clamp(width, 1, scene.width());
    height = std::clamp(height, 1, scene.height());
    const auto room_x = static_cast<std::uint64_t>(scene.width() - width);
    const auto room_y = static_cast<std::uint64_t>(scene.height() - height);
    const auto x = static_cast<int>(draws.below(room_x + 1));
    const auto y = static_cast<int>(draws.below(room_y + 1));
    steps.push_back(crop_step(x, y, width, height));
    return {};
  }
};

}  // namespace

const Op& crop_random() {
  static const CropRandom op;
  return op;
}

}  // namespace ava::augment
