#include "augment/scene.hpp"

#include <cmath>

#include "augment/label_moves.hpp"
#include "augment/op_text.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using sample::Box;
using sample::Point;

/// Smooth, and different everywhere.
Pixels slope(int width, int height) {
  Pixels pixels{width, height, 3, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const int value : {x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)})
        pixels.data.push_back(static_cast<std::uint8_t>(value));
  return pixels;
}

sample::Sample boxed(std::vector<Point> points) {
  sample::Sample sample;
  sample::Entry entry;
  entry.cls = "cat";
  entry.points = std::move(points);
  sample.labels.push_back({sample::LabelType::kDetection, "general", {entry}, ""});
  return sample;
}

const std::vector<Point>& points_of(const Scene& scene) { return scene.sample().labels[0].data[0].points; }

Result<void> run(Scene& scene, std::string_view steps) {
  AVA_TRY(const std::vector<Step> all, parse_steps(steps));
  return apply_all(all, scene);
}

double mean_difference(const Pixels& a, const Pixels& b) {
  if (a.data.size() != b.data.size()) return 1e9;
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += std::abs(a.data[i] - b.data[i]);
  return sum / static_cast<double>(a.data.size());
}

TEST(Scene, QuarterTurnsAndMirroringsMovePixelsWhole) {
  const Pixels source = slope(40, 30);
  Scene scene(boxed(sample::corners_of({5, 5, 15, 10})), source);
  ASSERT_OK(run(scene, "augment(rotate/90,expand;flip;rotate/90,expand;flop;rotate/180)"));
  EXPECT_EQ(scene.width(), 40);
  EXPECT_EQ(scene.height(), 30);
  ASSERT_OK_AND(const Pixels* turned, scene.pixels());
  Scene back(boxed({}), *turned);
  ASSERT_OK(run(back, "augment(rotate/180;flop;rotate/-90,expand;flip;rotate/-90,expand)"));
  ASSERT_OK_AND(const Pixels* again, back.pixels());
  EXPECT_EQ(again->data, source.data);
  EXPECT_TRUE(sample::is_rectangle(points_of(scene)));
}

TEST(Scene, ConsecutiveTransformsGiveTheSamePictureAsOneByOne) {
  const auto at_once = [] {
    Scene scene(boxed({}), slope(64, 48));
    EXPECT_OK(run(scene, "augment(flop;rotate/20,expand;flip;rotate/-7,crop)"));
    return *scene.pixels().value();
  }();
  Pixels stepwise = slope(64, 48);
  for (const std::string step : {"flop", "rotate/20,expand", "flip", "rotate/-7,crop"}) {
    Scene scene(boxed({}), stepwise);
    ASSERT_OK(run(scene, "augment(" + step + ")"));
    stepwise = *scene.pixels().value();
  }
  ASSERT_EQ(at_once.width, stepwise.width);
  EXPECT_LT(mean_difference(at_once, stepwise), 1.5);
}

// A cut and then a larger frame must not bring back what was cut off.
TEST(Scene, WhatAnOperationCutsOffStaysGone) {
  Pixels white{20, 20, 3, std::vector<std::uint8_t>(1200, 255)};
  Scene scene(boxed({}), white);
  ASSERT_OK(scene.warp(Transform::translation(10, 0), 20, 20, Fill::kBlack));
  ASSERT_OK(scene.warp(Transform::translation(-10, 0), 20, 20, Fill::kBlack));
  ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
  EXPECT_EQ(pixels->data[0], 255);
  EXPECT_EQ(pixels->data[19 * 3], 0);
}

TEST(Scene, ALandmarkFollowsABentPicture) {
  sample::Sample sample = boxed(sample::corners_of({10, 10, 30, 20}));
  sample.labels[0].data[0].landmarks = {{3, {20, 15}, {}}};
  Scene scene(std::move(sample), slope(40, 30));
  Field field{40, 30, {}, {}};
  for (int y = 0; y < 30; ++y)
    for (int x = 0; x < 40; ++x) {
      field.x.push_back(static_cast<float>(x + 0.5 + 3 * std::sin(y / 5.0)));
      field.y.push_back(static_cast<float>(y + 0.5 + 2 * std::cos(x / 6.0)));
    }
  ASSERT_OK(scene.bend(field, Fill::kEdge));
  const sample::Landmark& mark = scene.sample().labels[0].data[0].landmarks[0];
  EXPECT_EQ(mark.index, 3);
  EXPECT_NEAR(mark.point.x + 3 * std::sin((mark.point.y - 0.5) / 5), 20, 0.2);
  EXPECT_NEAR(mark.point.y + 2 * std::cos((mark.point.x - 0.5) / 6), 15, 0.2);
}

TEST(Scene, BoxesAreCutToThePictureAndSmallRestsDropped) {
  Scene scene(boxed(sample::corners_of({0, 0, 10, 10})), slope(40, 30));
  ASSERT_OK(scene.warp(Transform::translation(-5, 0), 40, 30, Fill::kBlack));
  EXPECT_EQ(scene.settle({}).boxes_clipped, 1U);
  EXPECT_EQ(sample::hull_of(points_of(scene)), (Box{0, 0, 5, 10}));
  ASSERT_OK(scene.warp(Transform::translation(-4.8, 0), 40, 30, Fill::kBlack));
  EXPECT_EQ(scene.settle({}).boxes_dropped, 1U);
  EXPECT_TRUE(scene.sample().labels[0].data.empty());
}

TEST(Scene, NothingDoneMeansNothingTouched) {
  Scene scene(boxed(sample::corners_of({-5, -5, 1000000.1, 3})), slope(8, 8));
  EXPECT_FALSE(scene.changed());
  EXPECT_EQ(scene.settle({}).boxes_clipped, 0U);
  EXPECT_EQ(points_of(scene)[0], (Point{-5, -5}));
}

TEST(Scene, MirroringSwapsTheLandmarksThatAreNamed) {
  sample::Sample sample = boxed({});
  sample.labels[0].data[0].landmarks = {{0, {10, 15}, {}}, {1, {30, 15}, {}}, {2, {20, 20}, {}}};
  Scene scene(std::move(sample), slope(40, 30));
  ASSERT_OK(run(scene, "augment(flop)"));
  scene.settle({.mirrored_landmarks = {{0, 1}}});
  const auto& marks = scene.sample().labels[0].data[0].landmarks;
  EXPECT_EQ(marks[0].index, 0);
  EXPECT_EQ(marks[0].point, (Point{10, 15}));  // the left eye is still on the left
  EXPECT_EQ(marks[2].point, (Point{20, 20}));
}

TEST(CutPolygon, KeepsTheTurnedCorner) {
  const std::vector<Point> diamond = {{10, -5}, {20, 5}, {10, 15}, {0, 5}};
  const auto left = cut_polygon(diamond, 100, 100);
  EXPECT_EQ(left.size(), 5U);
  EXPECT_DOUBLE_EQ(area_of(left), 200 - 25);
  EXPECT_TRUE(cut_polygon(std::vector<Point>{{-5, -5}, {-1, -5}, {-1, -1}}, 10, 10).empty());
}

TEST(Transform, FourCornersAndBack) {
  const std::array<Point, 4> from = {Point{0, 0}, {10, 0}, {10, 8}, {0, 8}};
  const std::array<Point, 4> to = {Point{1, 1}, {12, 0}, {9, 9}, {-1, 7}};
  const auto map = Transform::of_corners(from, to);
  ASSERT_TRUE(map);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR((*map)(from[i]).x, to[i].x, 1e-9);
    const Point back = (*map->inverse())(to[i]);
    EXPECT_NEAR(back.y, from[i].y, 1e-9);
  }
  EXPECT_FALSE(Transform::of_corners(from, {Point{0, 0}, {1, 1}, {2, 2}, {3, 3}}));
}

}  // namespace
}  // namespace ava::augment
