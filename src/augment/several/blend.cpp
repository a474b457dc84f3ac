#include "augment/several/blend.hpp"

#include <algorithm>
#include <utility>

#include "image/warp.hpp"

namespace ava::augment {

namespace {

using sample::Entry;
using sample::Label;
using sample::LabelType;
using sample::Point;

image::Pixels with_channels(image::Pixels from, int channels) {
  if (from.channels == channels) return from;
  const auto count = static_cast<std::size_t>(from.width) * static_cast<std::size_t>(from.height);
  image::Pixels to{from.width, from.height, channels, {}};
  to.data.reserve(count * channels);
  for (std::size_t i = 0; i < count; ++i) {
    if (channels == 3) {
      to.data.insert(to.data.end(), 3, from.data[i]);
      continue;
    }
    // Rec. 601 luma, in 16-bit fixed point.
    const std::uint8_t* rgb = &from.data[i * 3];
    to.data.push_back(static_cast<std::uint8_t>((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >> 16U));
  }
  return to;
}

/// False: too little of it is left.
bool cut_entry(Entry& entry, const Patch& patch) {
  const auto inside = [&](const Point& p) {
    return p.x >= patch.x && p.y >= patch.y && p.x <= patch.x + patch.width && p.y <= patch.y + patch.height;
  };
  std::erase_if(entry.landmarks, [&](const sample::Landmark& mark) { return !inside(mark.point); });
  if (entry.points.empty()) return true;
  if (entry.points.size() == 1) return inside(entry.points[0]);
  if (std::all_of(entry.points.begin(), entry.points.end(), inside)) return true;
  const bool upright = sample::is_rectangle(entry.points);
  if (entry.points.size() == 2) entry.points = sample::corners_of(sample::hull_of(entry.points));
  const double before = area_of(entry.points);
  for (Point& p : entry.points) p = {p.x - patch.x, p.y - patch.y};
  entry.points = cut_polygon(entry.points, patch.width, patch.height);
  for (Point& p : entry.points) p = {p.x + patch.x, p.y + patch.y};
  if (entry.points.empty() || area_of(entry.points) < kMinVisibility * before) return false;
  if (upright) entry.points = sample::corners_of(sample::hull_of(entry.points));
  return true;
}

std::vector<Entry>& entries_of(sample::Sample& row, const Label& like) {
  for (Label& label : row.labels)
    if (label.type == like.type && label.name == like.name) return label.data;
  row.labels.push_back({like.type, like.name, {}, like.extra});
  row.has_label = true;
  return row.labels.back().data;
}

}  // namespace

Result<std::optional<std::string>> draw_other(Scene& scene, Draws& draws) {
  Others* const others = scene.others();
  if (others == nullptr || others->size() == 0) return std::optional<std::string>();
  constexpr int kTries = 4;
  std::string url;
  // The picture itself is no other one, but better than none in a list of one.
  for (int i = 0; i < kTries && (url.empty() || url == scene.sample().url); ++i) {
    AVA_TRY(sample::Sample row, others->row(draws.below(others->size())));
    url = std::move(row.url);
  }
  return std::optional<std::string>(std::move(url));
}

Result<image::Pixels> other_pixels(Scene& scene, const std::string& url, int channels) {
  if (scene.others() == nullptr)
    return Error(ErrorCode::kInvalidArgument, "op.needs_others", "this operation needs the other pictures of the list");
  AVA_TRY(image::Pixels pixels, scene.others()->pixels(url));
  return with_channels(std::move(pixels), channels);
}

Transform covering(const image::Pixels& from, const Patch& patch) {
  const double scale =
      std::max(static_cast<double>(patch.width) / from.width, static_cast<double>(patch.height) / from.height);
  return Transform::translation(patch.x + patch.width / 2.0, patch.y + patch.height / 2.0)
      .after(Transform::scaling(scale, scale))
      .after(Transform::translation(-from.width / 2.0, -from.height / 2.0));
}

Result<image::Pixels> brought(const image::Pixels& from, const Transform& map, const Patch& patch) {
  const Transform into_patch = Transform::translation(-patch.x, -patch.y).after(map);
  return image::warp(from, into_patch.m, patch.width, patch.height, {image::Border::Mode::kEdge, 0});
}

void paste(const image::Pixels& part, int x, int y, image::Pixels& onto) {
  const int x0 = std::max(x, 0);
  const int x1 = std::min(x + part.width, onto.width);
  if (x1 <= x0) return;
  for (int row = std::max(y, 0); row < std::min(y + part.height, onto.height); ++row) {
    const std::uint8_t* from =
        part.data.data() + (static_cast<std::size_t>(row - y) * part.width + (x0 - x)) * part.channels;
    std::uint8_t* to = onto.data.data() + (static_cast<std::size_t>(row) * onto.width + x0) * onto.channels;
    std::copy_n(from, static_cast<std::size_t>(x1 - x0) * part.channels, to);
  }
}

void cut_to(sample::Sample& row, const Patch& patch) {
  for (Label& label : row.labels) std::erase_if(label.data, [&](Entry& entry) { return !cut_entry(entry, patch); });
}

void add_boxes(const sample::Sample* row, const PointMap& map, const Patch& patch, sample::Sample& onto) {
  if (row == nullptr) return;
  for (const Label& label : row->labels) {
    if (label.type == LabelType::kClassification) continue;
    for (Entry entry : label.data) {
      if (entry.points.size() < 2 || !entry.is_truth()) continue;
      move_entry(entry, map, false);
      if (cut_entry(entry, patch)) entries_of(onto, label).push_back(std::move(entry));
    }
  }
}

}  // namespace ava::augment
