// copy-paste: boxes of other pictures, pasted into this one (Dwibedi et al. 2017, "Cut, Paste and Learn").
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/several/blend.hpp"

namespace ava::augment {

namespace {

constexpr Parameter patch_edge(std::string_view name, std::string_view doc) { return patch_parameter(name, doc); }

constexpr std::array kCopyPasteParameters = {
    Parameter{.name = "count",
              .doc = "How many boxes are pasted; a step pastes one",
              .kind = ParameterKind::kInteger,
              .min = 1,
              .max = 20,
              .low = 1,
              .high = 3},
    Parameter{.name = "scale",
              .doc = "Size of what is pasted, made smaller where it would not fit",
              .unit = "times",
              .min = 0.01,
              .max = 4,
              .low = 0.8,
              .high = 1.2},
    url_parameter("url", "Url of the picture the box is from"),
    patch_edge("source-x", "Left edge in the other picture"),
    patch_edge("source-y", "Upper edge in the other picture"),
    patch_edge("source-width", "Width in the other picture"),
    patch_edge("source-height", "Height in the other picture"),
    patch_edge("x", "Left edge in this picture"),
    patch_edge("y", "Upper edge in this picture")};
enum : std::size_t { kCount, kScale, kUrl, kSource, kX = kSource + 4, kY };

/// Boxes that are hidden by more than this are not what they say any more.
constexpr double kMostHidden = 0.5;

/// How much of a polygon's area the patch lies on.
double hidden_share(const std::vector<sample::Point>& points, const Patch& patch) {
  std::vector<sample::Point> moved = points.size() == 2 ? sample::corners_of(sample::hull_of(points)) : points;
  const double area = area_of(moved);
  if (area <= 0) return 0;
  for (sample::Point& p : moved) p = {p.x - patch.x, p.y - patch.y};
  return area_of(cut_polygon(moved, patch.width, patch.height)) / area;
}

int scaled(int edge, double scale) { return std::max(1, static_cast<int>(std::lround(edge * scale))); }

/// Ground-truth entries that lie wholly inside the patch, which a few thousandths of a pixel must not decide.
sample::Sample entries_inside(sample::Sample row, const Patch& patch, const image::Pixels& picture) {
  constexpr double kClose = 0.5;
  for (sample::Label& label : row.labels)
    std::erase_if(label.data, [&](const sample::Entry& entry) {
      if (entry.points.size() < 2) return true;
      sample::Box box = sample::hull_of(entry.points);
      if (sample::clip(box, picture.width, picture.height) == sample::Clip::kEmpty) return true;
      return box.x0 < patch.x - kClose || box.y0 < patch.y - kClose || box.x1 > patch.x + patch.width + kClose ||
             box.y1 > patch.y + patch.height + kClose;
    });
  return row;
}

/// A random ground-truth box of a row.
std::optional<sample::Box> draw_box(const sample::Sample& row, Draws& draws) {
  std::vector<sample::Box> boxes;
  for (const sample::Label& label : row.labels)
    for (const sample::Entry& entry : label.data) {
      if (entry.points.size() < 2 || !entry.is_truth()) continue;
      sample::Box box = sample::hull_of(entry.points);
      // Its picture's size is not known before it is decoded; a step cuts to it.
      if (sample::clip(box, 1 << 20, 1 << 20) != sample::Clip::kEmpty) boxes.push_back(box);
    }
  if (boxes.empty()) return std::nullopt;
  return boxes[draws.below(boxes.size())];
}

class CopyPaste final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "copy-paste",
        .title = "Copy and paste boxes",
        .doc = "Pastes what is inside ground-truth boxes of other pictures at random places.",
        .labels =
            "Pasted boxes are added with all that lies in them; own boxes hidden by more than half are dropped; "
            "classes stay.",
        .family = Family::kSeveral,
        .parameters = kCopyPasteParameters,
        .needs_others = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const double count = draw_values(spec, draws).number(kCount);
    for (int i = 0; i < static_cast<int>(count); ++i) {
      AVA_TRY(auto url, draw_other(scene, draws));
      const sample::Sample* const row = url ? scene.others()->labels(*url) : nullptr;
      const auto box = row != nullptr ? draw_box(*row, draws) : std::nullopt;
      if (!box) continue;
      Step step = draw_values(spec, draws);
      const Patch source = patch_of(*box, 1 << 20, 1 << 20);
      step.values[kCount] = 1.0;
      step.values[kUrl] = std::move(*url);
      const std::array<int, 4> place = {source.x, source.y, source.width, source.height};
      for (std::size_t k = 0; k < place.size(); ++k) step.values[kSource + k] = static_cast<double>(place[k]);
      const double fits = std::min(static_cast<double>(scene.width()) / source.width,
                                   static_cast<double>(scene.height()) / source.height);
      step.values[kScale] = rounded(std::clamp(step.number(kScale), kCopyPasteParameters[kScale].min,
                                               std::max(fits, kCopyPasteParameters[kScale].min)));
      if (draw_place(scene, draws, step)) steps.push_back(std::move(step));
    }
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    AVA_TRY(image::Pixels* const own, scene.pixels());
    AVA_TRY(const image::Pixels other, other_pixels(scene, step.text(kUrl), own->channels));
    const sample::Box said{step.number(kSource), step.number(kSource + 1),
                           step.number(kSource) + step.number(kSource + 2),
                           step.number(kSource + 1) + step.number(kSource + 3)};
    const Patch source = patch_of(said, other.width, other.height);
    const Patch target{static_cast<int>(step.number(kX)), static_cast<int>(step.number(kY)),
                       scaled(source.width, step.number(kScale)), scaled(source.height, step.number(kScale))};
    const Transform map = Transform::translation(target.x, target.y)
                              .after(Transform::scaling(static_cast<double>(target.width) / source.width,
                                                        static_cast<double>(target.height) / source.height))
                              .after(Transform::translation(-source.x, -source.y));
    AVA_TRY(const image::Pixels part, brought(other, map, target));
    paste(part, target.x, target.y, *own);
    for (sample::Label& label : scene.sample().labels)
      std::erase_if(label.data, [&](const sample::Entry& entry) {
        return entry.points.size() >= 2 && hidden_share(entry.points, target) > kMostHidden;
      });
    const sample::Sample* const row = scene.others()->labels(step.text(kUrl));
    if (row == nullptr) return {};
    const sample::Sample inside = entries_inside(*row, source, other);
    add_boxes(&inside, map, target, scene.sample());
    return {};
  }

 private:
  /// A place that hides no own box too much; false: none was found.
  static bool draw_place(const Scene& scene, Draws& draws, Step& step) {
    constexpr int kTries = 10;
    const int width = scaled(static_cast<int>(step.number(kSource + 2)), step.number(kScale));
    const int height = scaled(static_cast<int>(step.number(kSource + 3)), step.number(kScale));
    const std::vector<sample::Box> boxes = scene.boxes();
    for (int i = 0; i < kTries; ++i) {
      const auto x = draws.below(static_cast<std::uint64_t>(std::max(0, scene.width() - width)) + 1);
      const auto y = draws.below(static_cast<std::uint64_t>(std::max(0, scene.height() - height)) + 1);
      step.values[kX] = static_cast<double>(x);
      step.values[kY] = static_cast<double>(y);
      const Patch target{static_cast<int>(x), static_cast<int>(y), width, height};
      if (std::none_of(boxes.begin(), boxes.end(), [&](const sample::Box& box) {
            return hidden_share(sample::corners_of(box), target) > kMostHidden;
          }))
        return true;
    }
    return false;
  }
};

}  // namespace

const Op& copy_paste() {
  static const CopyPaste op;
  return op;
}

}  // namespace ava::augment
