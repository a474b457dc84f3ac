#include "image/draw.hpp"

#include <gtest/gtest.h>

namespace ava::image {
namespace {

Pixels black(int width, int height) {
  return {width, height, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
}
Colour at(const Pixels& p, int x, int y) {
  const std::size_t i = 3 * static_cast<std::size_t>(y * p.width + x);
  return {p.data[i], p.data[i + 1], p.data[i + 2]};
}
constexpr Colour kRed = {255, 0, 0};
constexpr Colour kBlack = {0, 0, 0};

TEST(Draw, ABoxCoversThePixelsBetweenItsEdges) {
  Pixels p = black(40, 30);
  draw_box(p, 10, 5, 20, 15, kRed);
  for (const auto& [x, y] : {std::pair{10, 5}, std::pair{19, 14}, std::pair{10, 14}, std::pair{15, 5}})
    EXPECT_EQ(at(p, x, y), kRed) << x << "," << y;
  for (const auto& [x, y] : {std::pair{9, 5}, std::pair{20, 14}, std::pair{15, 15}, std::pair{15, 10}})
    EXPECT_EQ(at(p, x, y), kBlack) << x << "," << y;
}

TEST(Draw, WhatLiesOutsideIsCut) {
  Pixels p = black(20, 20);
  draw_box(p, -50, -50, 1e300, 10, kRed);
  draw_point(p, 1e9, -1e9, kRed);
  draw_text(p, "a long text for a small picture", -5, -5, kRed);
  EXPECT_EQ(p.data.size(), 1200u);
  EXPECT_EQ(at(p, 5, 9).at(0), 255);
}

TEST(Draw, OutlinesPointsAndTextLeaveTheirMark) {
  Pixels p = black(100, 60);
  const std::pair<double, double> corners[] = {{10, 10}, {50, 10}, {30, 40}};
  draw_outline(p, corners, kRed);
  EXPECT_GT(at(p, 30, 10).at(0), 200);  // its edges are smoothed
  draw_point(p, 80, 50, kRed);
  EXPECT_EQ(at(p, 80, 50), kRed);
  draw_text(p, "cat", 60, 20, {0, 0, 200});
  EXPECT_EQ(at(p, 60, 19), (Colour{0, 0, 200}));
}

}  // namespace
}  // namespace ava::image
