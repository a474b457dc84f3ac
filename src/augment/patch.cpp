#include "augment/patch.hpp"

#include <algorithm>
#include <cmath>

namespace ava::augment {

Patch patch_of(const sample::Box& box, int width, int height) {
  const double x0 = std::clamp(std::floor(box.x0), 0.0, width - 1.0);
  const double y0 = std::clamp(std::floor(box.y0), 0.0, height - 1.0);
  const double x1 = std::clamp(std::ceil(box.x1), x0 + 1, static_cast<double>(width));
  const double y1 = std::clamp(std::ceil(box.y1), y0 + 1, static_cast<double>(height));
  return {static_cast<int>(x0), static_cast<int>(y0), static_cast<int>(x1 - x0), static_cast<int>(y1 - y0)};
}

Patch patch_of(const Step& step, std::size_t first, const Scene& scene) {
  const double x = step.number(first);
  const double y = step.number(first + 1);
  return patch_of({x, y, x + step.number(first + 2), y + step.number(first + 3)}, scene.width(), scene.height());
}

void draw_for_boxes(const OpSpec& spec, std::size_t first, std::size_t which, Scene& scene, Draws& draws,
                    std::vector<Step>& steps) {
  std::vector<Patch> patches;
  for (const sample::Box& box : scene.boxes()) {
    const Patch patch = patch_of(box, scene.width(), scene.height());
    // Two labels around one thing: turning it twice is not what anybody wants.
    if (std::find(patches.begin(), patches.end(), patch) == patches.end()) patches.push_back(patch);
  }
  if (patches.empty()) return;
  if (draw_values(spec, draws).text(which) == "one") patches = {patches[draws.below(patches.size())]};
  for (const Patch& patch : patches) {
    Step step = draw_values(spec, draws);
    const std::array<int, 4> place = {patch.x, patch.y, patch.width, patch.height};
    for (std::size_t i = 0; i < place.size(); ++i) step.values[first + i] = static_cast<double>(place[i]);
    step.values[which] = std::string(kWhichBoxes.front());
    steps.push_back(std::move(step));
  }
}

void move_labels_inside(Scene& scene, const Patch& patch, const PointMap& map) {
  const double x1 = patch.x + patch.width;
  const double y1 = patch.y + patch.height;
  const auto seen = [&](const sample::Point& p) { return p.x >= patch.x && p.y >= patch.y && p.x <= x1 && p.y <= y1; };
  for (sample::Label& label : scene.sample().labels)
    for (sample::Entry& entry : label.data) {
      if (entry.points.size() < 2) continue;
      sample::Box hull = sample::hull_of(entry.points);
      if (sample::clip(hull, scene.width(), scene.height()) == sample::Clip::kEmpty) continue;
      if (!seen({hull.x0, hull.y0}) || !seen({hull.x1, hull.y1})) continue;
      const bool is_patch = patch_of(hull, scene.width(), scene.height()) == patch;
      const std::vector<sample::Point> outline = entry.points;
      move_entry(entry, map, false);
      if (is_patch && sample::is_rectangle(outline)) entry.points = outline;
      std::erase_if(entry.landmarks, [&](const sample::Landmark& mark) { return !seen(mark.point); });
    }
}

}  // namespace ava::augment
