// mosaic: four pictures in one (as YOLOv4 made it known): this one and three others around a split point.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/several/blend.hpp"

namespace ava::augment {

namespace {

constexpr std::array kMosaicParameters = {Parameter{.name = "x",
                                                    .doc = "Where left and right pictures meet",
                                                    .unit = "fraction of the width",
                                                    .min = 0.1,
                                                    .max = 0.9,
                                                    .low = 0.3,
                                                    .high = 0.7},
                                          Parameter{.name = "y",
                                                    .doc = "Where upper and lower pictures meet",
                                                    .unit = "fraction of the height",
                                                    .min = 0.1,
                                                    .max = 0.9,
                                                    .low = 0.3,
                                                    .high = 0.7},
                                          url_parameter("top-right", "Url of the picture at the top right"),
                                          url_parameter("bottom-left", "Url of the picture at the bottom left"),
                                          url_parameter("bottom-right", "Url of the picture at the bottom right")};
constexpr std::size_t kFirstUrl = 2;

/// Top left, top right, bottom left, bottom right. The first is never empty; the others are, in a picture of one pixel.
std::array<Patch, 4> quarters_of(const Scene& scene, double at_x, double at_y) {
  const int x = std::max(1, static_cast<int>(std::lround(at_x * scene.width())));
  const int y = std::max(1, static_cast<int>(std::lround(at_y * scene.height())));
  const int right = scene.width() - x;
  const int below = scene.height() - y;
  return {{{0, 0, x, y}, {x, 0, right, y}, {0, y, x, below}, {x, y, right, below}}};
}

class Mosaic final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "mosaic",
        .title = "Mosaic",
        .doc =
            "Puts this picture at the top left and three others beside and below it; each fills its part, the size "
            "stays.",
        .labels =
            "All four keep their boxes and landmarks, cut at the parts' edges, less than a tenth left is dropped; "
            "classes are this picture's.",
        .family = Family::kSeveral,
        .parameters = kMosaicParameters,
        .needs_others = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    Step step = draw_values(spec, draws);
    for (std::size_t i = kFirstUrl; i < step.values.size(); ++i) {
      AVA_TRY(auto url, draw_other(scene, draws));
      if (!url) return {};
      step.values[i] = std::move(*url);
    }
    steps.push_back(std::move(step));
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    AVA_TRY(const image::Pixels* const own, scene.pixels());
    const std::array<Patch, 4> quarters = quarters_of(scene, step.number(0), step.number(1));
    image::Pixels all{own->width, own->height, own->channels, {}};
    all.data.resize(own->data.size());
    const Transform own_map = covering(*own, quarters[0]);
    AVA_TRY(const image::Pixels own_part, brought(*own, own_map, quarters[0]));
    paste(own_part, 0, 0, all);
    sample::Sample& row = scene.sample();
    move_points(row, own_map, false);
    cut_to(row, quarters[0]);
    for (std::size_t i = 1; i < quarters.size(); ++i) {
      const Patch& quarter = quarters[i];
      if (quarter.width < 1 || quarter.height < 1) continue;
      const std::string& url = step.text(kFirstUrl + i - 1);
      AVA_TRY(const image::Pixels other, other_pixels(scene, url, all.channels));
      const Transform map = covering(other, quarter);
      AVA_TRY(const image::Pixels part, brought(other, map, quarter));
      paste(part, quarter.x, quarter.y, all);
      add_boxes(scene.others()->labels(url), map, quarter, row);
    }
    scene.replace_pixels(std::move(all));
    return {};
  }
};

}  // namespace

const Op& mosaic() {
  static const Mosaic op;
  return op;
}

}  // namespace ava::augment
