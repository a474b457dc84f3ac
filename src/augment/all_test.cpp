// The conformance suite: what every operation promises, asked of all of them.
#include "augment/all.hpp"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using sample::Entry;
using sample::Point;
using testing::box_entry;
using testing::Gallery;
using testing::meadow;
using testing::perform;
using testing::replay;
using testing::row_of;
using testing::spec_of;

std::string title_of(const Op& op) { return std::string(op.description().name); }

/// Two boxes with landmarks, a score and a cluster, unknown members everywhere, and a class.
sample::Sample rich_row() {
  Entry first = box_entry({8, 6, 30, 28});
  first.landmarks = {{0, {12.5, 10.25}, 0.5}, {1, {20, 20}, std::nullopt}};
  first.cluster = sample::Cluster{"12345678901234567890", true, 0.75};
  first.ground_truth = true;
  first.score = 0.9;
  first.extra = R"("id":1)";
  Entry second = box_entry({34, 20, 58, 40}, "dog");
  second.extra = R"("id":2,"k":[1,{"a":"b"}])";
  Entry guess = box_entry({5, 25, 40, 44}, "maybe");
  guess.score = 0.3;
  guess.extra = R"("id":3)";
  sample::Sample row = row_of({first, second, guess});
  row.labels[0].extra = R"("painter":"me")";
  row.extra = R"("weather":"rain")";
  row.label_extra = "7";
  Entry whole;
  whole.cls = "indoors";
  whole.score = 0.8;
  row.labels.push_back({sample::LabelType::kClassification, "scene", {whole}, ""});
  return row;
}

void expect_sound(const Pixels& pixels, int channels) {
  EXPECT_GE(pixels.width, 1);
  EXPECT_GE(pixels.height, 1);
  EXPECT_EQ(pixels.channels, channels);
  EXPECT_EQ(pixels.data.size(), static_cast<std::size_t>(pixels.width) * pixels.height * pixels.channels);
}

void check_parameter(const Parameter& p) {
  SCOPED_TRACE(std::string(p.name));
  EXPECT_TRUE(std::regex_match(std::string(p.name), std::regex("[a-z][a-z0-9]*(-[a-z0-9]+)*")));
  EXPECT_FALSE(p.doc.empty());
  if (p.kind == ParameterKind::kChoice) {
    EXPECT_GE(p.choices.size(), 2U);
    EXPECT_EQ(std::set(p.choices.begin(), p.choices.end()).size(), p.choices.size());
  } else if (p.kind == ParameterKind::kText) {
    EXPECT_TRUE(p.drawn_only);
  } else {
    EXPECT_LT(p.min, p.max);
    EXPECT_LE(p.min, p.low);
    EXPECT_LE(p.low, p.high);
    EXPECT_LE(p.high, p.max);
  }
}

TEST(Operations, SayEverythingThatFormsAndHelpNeed) {
  std::set<std::string_view> names;
  for (const Op* op : all()) {
    SCOPED_TRACE(title_of(*op));
    const Description& text = op->description();
    EXPECT_TRUE(names.insert(text.name).second);
    EXPECT_TRUE(std::regex_match(std::string(text.name), std::regex("[a-z][a-z0-9]*(-[a-z0-9]+)*")));
    EXPECT_FALSE(text.title.empty());
    EXPECT_TRUE(text.doc.ends_with('.'));
    EXPECT_TRUE(text.labels.ends_with('.'));
    std::set<std::string_view> parameters;
    for (const Parameter& p : text.parameters) {
      EXPECT_TRUE(parameters.insert(p.name).second) << p.name;
      check_parameter(p);
    }
    ASSERT_OK_AND(const Op* found, find(text.name));
    EXPECT_EQ(found, op);
  }
}

TEST(Operations, AreTheSameAfterJson) {
  for (const Op* op : all()) {
    SCOPED_TRACE(title_of(*op));
    const nlohmann::json json = op_to_json(spec_of(*op));
    ASSERT_OK_AND(const OpSpec back, op_from_json(json));
    EXPECT_EQ(op_to_json(back), json);
  }
}

TEST(Operations, DrawStepsThatReadBackAsTheyWere) {
  for (const Op* op : all())
    for (std::uint64_t key = 0; key < 25; ++key) {
      SCOPED_TRACE(title_of(*op));
      Gallery gallery;
      Scene scene(rich_row(), meadow(24, 18), &gallery);
      ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, key));
      const std::string text = ops_text(steps);
      ASSERT_OK_AND(const std::vector<Step> back, parse_steps(text));
      ASSERT_EQ(back.size(), steps.size()) << text;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(back[i].op, steps[i].op);
        EXPECT_EQ(back[i].values, steps[i].values) << text;
      }
      EXPECT_EQ(ops_text(back), text);
    }
}

TEST(Operations, DoSomethingWhenNothingIsSet) {
  for (const Op* op : all()) {
    SCOPED_TRACE(title_of(*op));
    int changed = 0;
    for (std::uint64_t key = 0; key < 8; ++key) {
      Gallery gallery;
      Scene scene(rich_row(), meadow(64, 48), &gallery);
      ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, key));
      EXPECT_FALSE(steps.empty() && scene.changed());
      ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
      changed += pixels->data != meadow(64, 48).data ? 1 : 0;
    }
    EXPECT_GE(changed, 4);
  }
}

TEST(Operations, GiveTheSameBytesAgainAndInAReplay) {
  for (const Op* op : all())
    for (std::uint64_t key = 0; key < 5; ++key) {
      SCOPED_TRACE(title_of(*op));
      Gallery gallery;
      Scene scene(rich_row(), meadow(64, 48), &gallery);
      ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, key));
      ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
      Gallery other;
      Scene again(rich_row(), meadow(64, 48), &other);
      ASSERT_OK_AND(const std::vector<Step> same, perform(spec_of(*op), again, key));
      EXPECT_EQ(ops_text(same), ops_text(steps));
      ASSERT_OK_AND(const Pixels* same_pixels, again.pixels());
      EXPECT_EQ(same_pixels->data, pixels->data);
      EXPECT_EQ(again.sample(), scene.sample());
      Gallery unread;  // a replay has no rows of others
      Scene replayed(rich_row(), meadow(64, 48), &unread);
      ASSERT_OK(replay(ops_text(steps), replayed));
      ASSERT_OK_AND(const Pixels* replayed_pixels, replayed.pixels());
      EXPECT_EQ(replayed_pixels->width, pixels->width);
      EXPECT_EQ(replayed_pixels->data, pixels->data) << ops_text(steps);
    }
}

TEST(Operations, ChangeNothingWithTheirIdentity) {
  for (const Op* op : all()) {
    if (op->description().identity.empty()) continue;
    SCOPED_TRACE(title_of(*op));
    ASSERT_OK_AND(const auto steps, parse_steps("augment(" + std::string(op->description().identity) + ")"));
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].op, op);
    for (const int channels : {1, 3}) {
      Scene scene(rich_row(), meadow(64, 48, channels));
      ASSERT_OK(apply_all(steps, scene));
      EXPECT_EQ(scene.sample(), rich_row());
      ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
      EXPECT_EQ(pixels->width, 64);
      EXPECT_EQ(pixels->data, meadow(64, 48, channels).data);
    }
  }
}

/// Where magenta is, weighted.
Point marker_in(const Pixels& pixels) {
  double sum = 0;
  Point centre;
  for (int y = 0; y < pixels.height; ++y)
    for (int x = 0; x < pixels.width; ++x) {
      const std::uint8_t* p = &pixels.data[(static_cast<std::size_t>(y) * pixels.width + x) * 3];
      const double weight = std::max(0, std::min(p[0], p[2]) - p[1] - 8);
      sum += weight;
      centre.x += weight * (x + 0.5);
      centre.y += weight * (y + 0.5);
    }
  return {centre.x / sum, centre.y / sum};
}

/// Landmark 0 in the middle of the disc, 1 to 8 around it, a pixel away from it.
sample::Sample marked_row(Point centre, double radius) {
  Entry entry = box_entry({centre.x - 12, centre.y - 9, centre.x + 12, centre.y + 9});
  entry.landmarks.push_back({0, centre, std::nullopt});
  for (int i = 0; i < 8; ++i) {
    const double turn = i * std::acos(-1.0) / 4;
    const double far = radius + 1;
    entry.landmarks.push_back(
        {i + 1, {centre.x + far * std::cos(turn), centre.y + far * std::sin(turn)}, std::nullopt});
  }
  return row_of({entry});
}

/// A disc painted where the label says is found where the label has gone; false: it left the picture.
bool marker_stayed_with_its_label(const Op& op, Point centre, std::uint64_t key) {
  constexpr double kRadius = 2.5;
  Pixels pixels = meadow(96, 72);
  testing::paint_disc(pixels, centre, kRadius);
  Scene scene(marked_row(centre, kRadius), pixels);
  const auto steps = perform(spec_of(op), scene, key);
  EXPECT_OK(steps);
  const Entry& entry = scene.sample().labels[0].data[0];
  for (const sample::Landmark& mark : entry.landmarks)
    if (mark.point.x < 0 || mark.point.y < 0 || mark.point.x > scene.width() || mark.point.y > scene.height())
      return false;
  const Point found = marker_in(*scene.pixels().value());
  const Point said = entry.landmarks[0].point;
  EXPECT_LE(std::hypot(found.x - said.x, found.y - said.y), 1.0)
      << ops_text(steps.value()) << " found " << found.x << "," << found.y << " said " << said.x << "," << said.y;
  return true;
}

TEST(GeometricOperations, KeepLabelsOnTheirPixels) {
  for (const Op* op : all()) {
    if (op->description().family != Family::kGeometric) continue;
    SCOPED_TRACE(title_of(*op));
    int seen = 0;
    for (std::uint64_t key = 0; key < 12; ++key)
      for (const Point centre : {Point{48, 36}, Point{21.5, 50.5}, Point{70, 20}})
        seen += marker_stayed_with_its_label(*op, centre, key) ? 1 : 0;
    EXPECT_GE(seen, 6);
  }
}

TEST(GeometricOperations, GiveTheSameInAChainAsOneByOne) {
  for (const Op* op : all()) {
    if (op->description().family != Family::kGeometric) continue;
    SCOPED_TRACE(title_of(*op));
    Scene scene(rich_row(), meadow(64, 48));
    ASSERT_OK(replay("augment(rotate/6;flop)", scene));
    ASSERT_OK_AND(const std::vector<Step> middle, perform(spec_of(*op), scene, 3));
    ASSERT_OK(replay("augment(rotate/-4)", scene));
    ASSERT_OK_AND(const Pixels* at_once, scene.pixels());
    sample::Sample row = rich_row();
    Pixels pixels = meadow(64, 48);
    for (const std::string& text : {std::string("augment(rotate/6)"), std::string("augment(flop)"), ops_text(middle),
                                    std::string("augment(rotate/-4)")}) {
      Scene step(row, pixels);
      ASSERT_OK(replay(text, step));
      pixels = *step.pixels().value();
      row = step.sample();
    }
    EXPECT_EQ(row, scene.sample());
    ASSERT_EQ(pixels.data.size(), at_once->data.size());
    double sum = 0;
    for (std::size_t i = 0; i < pixels.data.size(); ++i) sum += std::abs(pixels.data[i] - at_once->data[i]);
    EXPECT_LT(sum / static_cast<double>(pixels.data.size()), 3);
  }
}

TEST(PhotometricOperations, LeaveLabelsAsTheyAre) {
  for (const Op* op : all()) {
    if (op->description().family != Family::kPhotometric) continue;
    SCOPED_TRACE(title_of(*op));
    Scene scene(rich_row(), meadow(64, 48));
    ASSERT_OK(perform(spec_of(*op), scene, 1));
    EXPECT_EQ(scene.sample(), rich_row());
    EXPECT_EQ(scene.width(), 64);
    EXPECT_EQ(scene.height(), 48);
  }
}

/// At the edge, beyond it, without size, the wrong way round, far away.
sample::Sample crooked_row() {
  sample::Sample row = row_of({box_entry({0, 0, 64, 48}), box_entry({-0.0000001, -0.0000001, 64.0000001, 48.0000001}),
                               box_entry({60, 40, 65.0000001, 50}), box_entry({-20, -20, -5, -5}),
                               box_entry({64, 48, 80, 80}), box_entry({10, 10, 10, 10}), box_entry({12, 4, 12, 40}),
                               box_entry({30, 30, 20, 20}), box_entry({-1e7, -1e7, 1e7, 1e7})});
  Entry polygon = box_entry({0, 0, 1, 1});
  polygon.points = {{32, -10}, {80, 24}, {32, 60}, {-10, 24}};
  polygon.landmarks = {{0, {64, 48}, std::nullopt}, {1, {-1, 70}, std::nullopt}, {2, {1e7, 3}, std::nullopt}};
  Entry pair = box_entry({0, 0, 1, 1});
  pair.points = {{3, 4}, {30, 40}};
  Entry point = box_entry({0, 0, 1, 1});
  point.points = {{64, 20}};
  Entry nothing;
  for (const Entry& entry : {polygon, pair, point, nothing}) row.labels[0].data.push_back(entry);
  return row;
}

TEST(Operations, TakeAnyBoxAndEndInsideThePicture) {
  for (const Op* op : all())
    for (std::uint64_t key = 0; key < 6; ++key) {
      SCOPED_TRACE(title_of(*op));
      Gallery gallery;
      Scene scene(crooked_row(), meadow(64, 48), &gallery);
      ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, key));
      if (!scene.changed()) continue;
      scene.settle({});
      const auto inside = [&](Point p) {
        return p.x >= 0 && p.y >= 0 && p.x <= scene.width() && p.y <= scene.height();  // false for NaN, too
      };
      for (const sample::Label& label : scene.sample().labels)
        for (const Entry& entry : label.data) {
          EXPECT_TRUE(std::all_of(entry.points.begin(), entry.points.end(), inside)) << ops_text(steps);
          EXPECT_TRUE(std::all_of(entry.landmarks.begin(), entry.landmarks.end(), [&](const auto& mark) {
            return inside(mark.point);
          })) << ops_text(steps);
        }
    }
}

TEST(Operations, TakeTinyGreyAndBarePictures) {
  for (const Op* op : all())
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {1, 40}, {40, 1}, {17, 33}})
      for (const int channels : {1, 3}) {
        SCOPED_TRACE(title_of(*op));
        SCOPED_TRACE(width);
        Gallery gallery;
        sample::Sample row = channels == 1 ? row_of({}) : row_of({box_entry({0, 0, width * 0.7, height * 0.8})});
        Scene scene(row, meadow(width, height, channels), &gallery);
        ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, 5));
        ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
        expect_sound(*pixels, channels);
      }
}

TEST(Operations, StandWithoutOtherPictures) {
  for (const Op* op : all()) {
    SCOPED_TRACE(title_of(*op));
    Scene scene(rich_row(), meadow(64, 48));
    ASSERT_OK_AND(const std::vector<Step> steps, perform(spec_of(*op), scene, 2));
    EXPECT_TRUE(steps.empty() || !op->description().needs_others);
  }
}

TEST(Operations, LeaveWhatTheyDoNotKnowAlone) {
  for (const Op* op : all())
    for (std::uint64_t key = 0; key < 5; ++key) {
      SCOPED_TRACE(title_of(*op));
      Gallery gallery;
      Scene scene(rich_row(), meadow(64, 48), &gallery);
      ASSERT_OK(perform(spec_of(*op), scene, key));
      const sample::Sample before = rich_row();
      const sample::Sample& after = scene.sample();
      EXPECT_EQ(after.url, before.url);
      EXPECT_EQ(after.extra, before.extra);
      EXPECT_EQ(after.label_extra, before.label_extra);
      ASSERT_GE(after.labels.size(), 2U);
      EXPECT_EQ(after.labels[0].extra, before.labels[0].extra);
      EXPECT_EQ(after.labels[1], before.labels[1]);
      std::size_t kept = 0;
      for (const Entry& was : before.labels[0].data)
        for (const Entry& is : after.labels[0].data) {
          if (is.extra != was.extra) continue;
          ++kept;
          EXPECT_EQ(is.cls, was.cls);
          EXPECT_EQ(is.score, was.score);
          EXPECT_EQ(is.cluster, was.cluster);
          EXPECT_EQ(is.ground_truth, was.ground_truth);
        }
      // Only another picture on top can take an entry away.
      EXPECT_TRUE(kept == before.labels[0].data.size() || op->description().family == Family::kSeveral) << kept;
    }
}

}  // namespace
}  // namespace ava::augment
