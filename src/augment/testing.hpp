// Pictures, rows and a gallery of other pictures for tests of operations.
#pragma once

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "augment/all.hpp"
#include "augment/op_text.hpp"
#include "augment/scene.hpp"

namespace ava::augment::testing {

/// Soft waves with fine grain, the green channel always highest, so that magenta in it is a marker.
inline image::Pixels meadow(int width, int height, int channels = 3, std::uint64_t seed = 1) {
  image::Pixels pixels{width, height, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double wave = 80 + 40 * std::sin(x * 0.11 + static_cast<double>(seed)) + 30 * std::cos(y * 0.07 - x * 0.05);
      const auto grain = static_cast<double>(random_at(seed, static_cast<std::uint64_t>(y) * 4096 + x) % 9);
      for (int c = 0; c < channels; ++c)
        pixels.data.push_back(static_cast<std::uint8_t>(wave + grain + (c == 1 ? 60 : 0)));
    }
  return pixels;
}

/// A filled circle, magenta in colour pictures, white in grey ones.
inline void paint_disc(image::Pixels& pixels, sample::Point centre, double radius) {
  for (int y = 0; y < pixels.height; ++y)
    for (int x = 0; x < pixels.width; ++x) {
      if (std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) > radius) continue;
      for (int c = 0; c < pixels.channels; ++c)
        pixels.data[(static_cast<std::size_t>(y) * pixels.width + x) * pixels.channels + c] = c == 1 ? 0 : 255;
    }
}

inline sample::Entry box_entry(const sample::Box& box, std::string cls = "cat") {
  sample::Entry entry;
  entry.cls = std::move(cls);
  entry.points = sample::corners_of(box);
  return entry;
}

/// One detection label "general" with these entries.
inline sample::Sample row_of(std::vector<sample::Entry> entries, std::string url = "file:///own.jpg") {
  sample::Sample row;
  row.url = std::move(url);
  row.labels.push_back({sample::LabelType::kDetection, "general", std::move(entries), ""});
  return row;
}

/// Four rows in memory, of 64x48 and 30x50 pixels, with a box of class "dog" and a classification each.
class Gallery final : public Others {
 public:
  std::uint64_t size() const override { return 4; }
  static std::string url_of(std::uint64_t number) { return "s3://bucket/a b/" + std::to_string(number) + ",x.jpg"; }
  Result<sample::Sample> row(std::uint64_t number) override {
    sample::Sample row = row_of({box_entry({10, 10, 26, 30}, "dog")}, url_of(number));
    sample::Entry whole;
    whole.cls = "outdoors";
    row.labels.push_back({sample::LabelType::kClassification, "scene", {whole}, ""});
    rows_[row.url] = row;
    return row;
  }
  Result<image::Pixels> pixels(const std::string& url) override {
    for (std::uint64_t i = 0; i < size(); ++i)
      if (url == url_of(i)) return i % 2 == 0 ? meadow(64, 48, 3, i + 2) : meadow(30, 50, 3, i + 2);
    return Error(ErrorCode::kNotFound, "storage.not_found", url);
  }
  const sample::Sample* labels(const std::string& url) override {
    const auto found = rows_.find(url);
    return found == rows_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, sample::Sample> rows_;
};

/// With nothing set; sets get a mirroring and the first photometric operation as members.
inline OpSpec spec_of(const Op& op) {
  OpSpec spec = default_spec(op);
  if (!op.description().has_members) return spec;
  for (const Op* member : all())
    if (member->description().name == "flop") spec.members.push_back(default_spec(*member));
  for (const Op* member : all())
    if (member->description().family == Family::kPhotometric && spec.members.size() < 2)
      spec.members.push_back(default_spec(*member));
  return spec;
}

/// `crop-safe/1`, as people write operations.
inline OpSpec spec_from(const std::string& text) { return parse_ops(text).value().front(); }

/// Draw and do; what was done.
inline Result<std::vector<Step>> perform(const OpSpec& spec, Scene& scene, std::uint64_t key) {
  Draws draws(random_key(key, "test"));
  std::vector<Step> steps;
  AVA_CHECK(spec.op->perform(spec, scene, draws, steps));
  return steps;
}

inline Result<void> replay(const std::string& text, Scene& scene) {
  AVA_TRY(const std::vector<Step> steps, parse_steps(text));
  return apply_all(steps, scene);
}

}  // namespace ava::augment::testing
