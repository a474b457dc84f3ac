#include "data_sheet.hpp"

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "image/draw.hpp"
#include "image/resize.hpp"

namespace ava::cli {

namespace {

constexpr int kCell = 300;  ///< edge of a picture's place
constexpr int kGap = 8;
constexpr int kAcross = 4;  ///< pictures: two pairs

using Classes = std::map<std::string, std::uint64_t>;

void draw_labels(image::Pixels& pixels, const std::vector<graph::ShownLabel>& labels, double scale, Classes& classes) {
  for (const graph::ShownLabel& label : labels) {
    const image::Colour colour = image::colour_of(classes.emplace(label.cls, classes.size()).first->second);
    std::vector<std::pair<double, double>> outline;
    for (const auto& point : label.points) outline.emplace_back(point[0] * scale, point[1] * scale);
    if (outline.size() == 2)
      image::draw_box(pixels, outline[0].first, outline[0].second, outline[1].first, outline[1].second, colour);
    else if (!outline.empty())
      image::draw_outline(pixels, outline, colour);
    for (const auto& mark : label.landmarks) image::draw_point(pixels, mark[0] * scale, mark[1] * scale, colour);
  }
}

void paste(image::Pixels& sheet, const image::Pixels& picture, int x, int y) {
  for (int row = 0; row < picture.height; ++row) {
    const auto* from = picture.data.data() + static_cast<std::size_t>(row) * picture.width * 3;
    auto* to = sheet.data.data() + (static_cast<std::size_t>(y + row) * sheet.width + x) * 3;
    std::copy(from, from + static_cast<std::ptrdiff_t>(picture.width) * 3, to);
  }
}

/// One picture into its place, in the middle.
Result<void> place(image::Pixels& sheet, const std::string& jpeg, int width,
                   const std::vector<graph::ShownLabel>& labels, std::size_t number, Classes& classes) {
  AVA_TRY(image::Pixels picture, image::decode(jpeg, {.channels = 3}));
  const double shrink = std::min(1.0, static_cast<double>(kCell) / std::max(picture.width, picture.height));
  if (shrink < 1) {
    const auto scaled = [shrink](int edge) { return std::max(1, static_cast<int>(edge * shrink)); };
    AVA_TRY(picture, image::resize(picture, scaled(picture.width), scaled(picture.height)));
  }
  draw_labels(picture, labels, static_cast<double>(picture.width) / width, classes);
  const int column = static_cast<int>(number % kAcross);
  const int row = static_cast<int>(number / kAcross);
  paste(sheet, picture, kGap + column * (kCell + kGap) + (kCell - picture.width) / 2,
        kGap + row * (kCell + kGap) + (kCell - picture.height) / 2);
  return {};
}

}  // namespace

Result<void> write_sheet(const std::vector<graph::Shown>& shown, const std::string& path) {
  const int rows = (static_cast<int>(shown.size()) * 2 + kAcross - 1) / kAcross;
  image::Pixels sheet{
      .width = kGap + kAcross * (kCell + kGap), .height = kGap + rows * (kCell + kGap), .channels = 3, .data = {}};
  sheet.data.assign(static_cast<std::size_t>(sheet.width) * sheet.height * 3, 245);
  Classes classes;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const graph::Shown& one = shown[i];
    if (!one.error.empty()) continue;
    AVA_CHECK(place(sheet, one.before, one.width, one.before_labels, 2 * i, classes));
    AVA_CHECK(place(sheet, one.after, one.after_width, one.after_labels, 2 * i + 1, classes));
  }
  AVA_TRY(const std::string bytes, path.ends_with(".png") ? image::encode_png(sheet) : image::encode_jpeg(sheet, 90));
  return file::write_atomic(path, bytes);
}

}  // namespace ava::cli
