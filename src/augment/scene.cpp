#include "augment/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "augment/label_moves.hpp"
#include "image/warp.hpp"

namespace ava::augment {

namespace {

using sample::Point;

constexpr std::array<std::string_view, 5> kFillNames = {"black", "grey", "white", "edge", "mirror"};

image::Border border_of(Fill fill) {
  using Mode = image::Border::Mode;
  switch (fill) {
    case Fill::kBlack:
      return {Mode::kConstant, 0};
    case Fill::kGrey:
      return {Mode::kConstant, 128};
    case Fill::kWhite:
      return {Mode::kConstant, 255};
    case Fill::kEdge:
      return {Mode::kEdge, 0};
    case Fill::kMirror:
      return {Mode::kMirror, 0};
  }
  return {};
}

/// Do the corners of a width x height frame, moved by `map`, all lie in a frame of that other size?
bool corners_inside(const Transform& map, double width, double height, double in_width, double in_height) {
  constexpr double kClose = 1e-6;
  const std::array<Point, 4> corners = {Point{0, 0}, Point{width, 0}, Point{width, height}, Point{0, height}};
  return std::all_of(corners.begin(), corners.end(), [&](const Point& corner) {
    const Point p = map(corner);
    return p.x >= -kClose && p.y >= -kClose && p.x <= in_width + kClose && p.y <= in_height + kClose;
  });
}

/// Bilinear value of a field's coordinate at a continuous position of the target.
Point field_at(const Field& field, Point p) {
  // To the frame of the target it goes on as between the last two centres, beyond it like an identity.
  const auto held = [](double at, int size) { return size == 1 ? 0.0 : std::clamp(at - 0.5, -0.5, size - 0.5); };
  const double x = held(p.x, field.width);
  const double y = held(p.y, field.height);
  const int x0 = std::clamp(static_cast<int>(x), 0, std::max(field.width - 2, 0));
  const int y0 = std::clamp(static_cast<int>(y), 0, std::max(field.height - 2, 0));
  const int x1 = std::min(x0 + 1, field.width - 1);
  const int y1 = std::min(y0 + 1, field.height - 1);
  const double fx = x - x0;
  const double fy = y - y0;
  const auto mix = [&](const std::vector<float>& values) {
    const auto at = [&](int column, int row) {
      return static_cast<double>(values[static_cast<std::size_t>(row) * field.width + column]);
    };
    return (at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy;
  };
  return {mix(field.x) + (p.x - 0.5 - x), mix(field.y) + (p.y - 0.5 - y)};
}

/// Where the field takes its pixels from `from`: its inverse at one point, by fixed-point steps that shrink when they
/// overshoot.
Point inverse_at(const Field& field, Point from, double scale_x, double scale_y) {
  Point guess{from.x * scale_x, from.y * scale_y};
  double step = 1;
  double last = 1e300;
  for (int round = 0; round < 60; ++round) {
    const Point there = field_at(field, guess);
    const double dx = from.x - there.x;
    const double dy = from.y - there.y;
    const double miss = std::hypot(dx, dy);
    if (miss < 0.01) break;
    if (miss > last) step = std::max(step / 2, 0.1);
    last = miss;
    guess = {guess.x + step * scale_x * dx, guess.y + step * scale_y * dy};
  }
  return guess;
}

}  // namespace

Fill fill_of(std::string_view name) {
  const auto found = std::find(kFillNames.begin(), kFillNames.end(), name);
  return found == kFillNames.end() ? Fill::kBlack : static_cast<Fill>(found - kFillNames.begin());
}

std::span<const std::string_view> fill_names() { return kFillNames; }

Scene::Scene(sample::Sample sample, int width, int height, Decode decode, Others* others)
    : sample_(std::move(sample)),
      decode_(std::move(decode)),
      others_(others),
      width_(width),
      height_(height),
      base_width_(width),
      base_height_(height) {}

Scene::Scene(sample::Sample sample, image::Pixels pixels, Others* others)
    : sample_(std::move(sample)),
      others_(others),
      pixels_(std::move(pixels)),
      decoded_(true),
      width_(pixels_.width),
      height_(pixels_.height),
      base_width_(pixels_.width),
      base_height_(pixels_.height) {}

std::vector<sample::Box> Scene::boxes() const {
  std::vector<sample::Box> found;
  for (const sample::Label& label : sample_.labels)
    for (const sample::Entry& entry : label.data) {
      if (entry.points.size() < 2 || !entry.is_truth()) continue;
      sample::Box box = sample::hull_of(entry.points);
      if (sample::clip(box, width_, height_) != sample::Clip::kEmpty) found.push_back(box);
    }
  return found;
}

Result<void> Scene::warp(const Transform& transform, int width, int height, Fill fill) {
  if (transform.is_identity() && width == width_ && height == height_) return {};
  if (width < 1 || height < 1 || std::max(width, height) > image::kMaxWarpEdge)
    return Error(ErrorCode::kInvalidArgument, "picture.too_large",
                 fmt::format("an operation wants a picture of {}x{}", width, height));
  if (!transform.inverse())
    return Error(ErrorCode::kInvalidArgument, "op.singular", "the transform flattens the picture");
  if (has_pending_ && !may_compose(transform, width, height, fill)) AVA_CHECK(flush());
  if (!has_pending_) fill_ = fill;
  pending_ = transform.after(pending_);
  has_pending_ = true;
  width_ = width;
  height_ = height;
  changed_ = true;
  if (transform.determinant() < 0) mirrored_ = !mirrored_;
  move_points(sample_, transform, false);
  return {};
}

// One warp instead of two shows the same picture when the second looks at nothing outside the first one's frame; or
// when the first one's frame shows the whole source and both fill with the same value.
bool Scene::may_compose(const Transform& next, int width, int height, Fill fill) const {
  if (!next.is_affine() || !pending_.is_affine()) return false;
  const auto back = next.inverse();
  if (back && corners_inside(*back, width, height, width_, height_)) return true;
  const bool constant = fill == Fill::kBlack || fill == Fill::kGrey || fill == Fill::kWhite;
  return constant && fill == fill_ && corners_inside(pending_, base_width_, base_height_, width_, height_);
}

Result<void> Scene::bend(const Field& field, Fill fill) {
  AVA_CHECK(flush());
  AVA_TRY(image::Pixels bent, image::remap(pixels_, field.x, field.y, field.width, field.height, border_of(fill)));
  const double scale_x = static_cast<double>(field.width) / width_;
  const double scale_y = static_cast<double>(field.height) / height_;
  move_points(
      sample_, [&](Point p) { return inverse_at(field, p, scale_x, scale_y); }, true);
  replace_pixels(std::move(bent));
  return {};
}

Result<image::Pixels*> Scene::pixels() {
  AVA_CHECK(flush());
  changed_ = true;
  return &pixels_;
}

void Scene::replace_pixels(image::Pixels pixels) {
  pixels_ = std::move(pixels);
  decoded_ = true;
  has_pending_ = false;
  pending_ = Transform();
  width_ = base_width_ = pixels_.width;
  height_ = base_height_ = pixels_.height;
  changed_ = true;
}

Result<void> Scene::decode_now() {
  if (decoded_) return {};
  AVA_TRY(pixels_, decode_());
  decoded_ = true;
  return {};
}

Result<void> Scene::flush() {
  AVA_CHECK(decode_now());
  if (!has_pending_) return {};
  AVA_TRY(pixels_, image::warp(pixels_, pending_.m, width_, height_, border_of(fill_)));
  has_pending_ = false;
  pending_ = Transform();
  base_width_ = width_;
  base_height_ = height_;
  return {};
}

LabelCounts Scene::settle(const LabelRules& rules) {
  if (!changed_) return {};
  const bool mirrored = std::exchange(mirrored_, false);
  return settle_labels(sample_, width_, height_, rules, mirrored);
}

}  // namespace ava::augment
