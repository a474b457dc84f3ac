// A picture and its labels on the way through operations. Labels are moved at once; the pixels of consecutive
// transforms are moved in one warp, when somebody needs them; the file is decoded when the first one does.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "augment/transform.hpp"
#include "base/result.hpp"
#include "image/codec.hpp"
#include "sample/sample.hpp"

namespace ava::augment {

/// What pixels from outside the picture look like: "black", "grey" (128), "white", "edge", "mirror".
enum class Fill : std::uint8_t { kBlack, kGrey, kWhite, kEdge, kMirror };

/// What is kept of boxes that were cut by the edge of the picture.
struct LabelRules {
  double min_area = 1;          ///< square pixels, of what is left
  double min_visibility = 0.1;  ///< fraction of the box that is left, over all operations of the node
  bool hull = false;            ///< write upright boxes instead of turned polygons
  /// Indexes of landmarks that change places when the picture is mirrored: left eye and right eye.
  std::vector<std::pair<std::int64_t, std::int64_t>> mirrored_landmarks;
};

/// What happened to labels.
struct LabelCounts {
  std::uint64_t boxes_clipped = 0;
  std::uint64_t boxes_dropped = 0;
  std::uint64_t landmarks_dropped = 0;
  void add(const LabelCounts& other);
};

/// Other pictures, for operations that need several (mosaic, mix-up, copy-paste).
class Others {
 public:
  virtual ~Others() = default;
  virtual std::uint64_t size() const = 0;
  /// A row by its number. Errors: `list.changed`, `storage.*`.
  virtual Result<sample::Sample> row(std::uint64_t number) = 0;
  /// Upright pixels, 3 channels. Errors: those of storage and of decoding.
  virtual Result<image::Pixels> pixels(const std::string& url) = 0;
  /// The row of that url, if it was asked for by number before; a replay has none.
  virtual const sample::Sample* labels(const std::string& url) = 0;
};

/// Where the target's pixels come from: for each pixel of a width x height target, row by row, a continuous position in
/// the present picture (positions of pixel centres: an identity has 0.5, 1.5, ...).
struct Field {
  int width = 0;
  int height = 0;
  std::vector<float> x;
  std::vector<float> y;
};

/// Thread: one at a time.
class Scene {
 public:
  using Decode = std::function<Result<image::Pixels>()>;
  /// Size as decode() will give it. Labels are taken as they are, outside or degenerate too.
  Scene(sample::Sample sample, int width, int height, Decode decode, Others* others = nullptr);
  Scene(sample::Sample sample, image::Pixels pixels, Others* others = nullptr);

  int width() const { return width_; }
  int height() const { return height_; }
  const sample::Sample& sample() const { return sample_; }
  sample::Sample& sample() { return sample_; }
  /// Null when there are none.
  Others* others() const { return others_; }
  /// Hulls of all ground-truth entries with points, cut to the picture; empty ones left out. Shape: N boxes.
  std::vector<sample::Box> boxes() const;

  /// Turn, mirror, move, scale, cut: labels now, pixels later together with the next ones.
  /// Errors: those of decoding; `op.singular` when it cannot be undone; `picture.too_large`.
  Result<void> warp(const Transform& transform, int width, int height, Fill fill);
  /// Move pixels by a field; labels follow by inverting it (their points, to 0.1 pixel). Errors: as warp().
  Result<void> bend(const Field& field, Fill fill);
  /// The pixels, everything done that was asked for so far; whoever changes them calls this. Shape: 1 or 3 channels.
  /// Errors: those of decoding.
  Result<image::Pixels*> pixels();
  /// Take other pixels of any size instead (mosaic); labels are the caller's.
  void replace_pixels(image::Pixels pixels);

  /// Did anything touch the picture? When not, the file's own bytes are the result.
  bool changed() const { return changed_; }
  /// Cut labels to the picture, drop what is too small, swap mirrored landmarks. Once, at the end of a node.
  LabelCounts settle(const LabelRules& rules);

 private:
  Result<void> decode_now();
  Result<void> flush();
  bool may_compose(const Transform& next, int width, int height, Fill fill) const;

  sample::Sample sample_;
  Decode decode_;
  Others* others_ = nullptr;
  image::Pixels pixels_;
  bool decoded_ = false;
  int width_ = 0;  ///< with what is pending
  int height_ = 0;
  int base_width_ = 0;  ///< of the pixels before what is pending
  int base_height_ = 0;
  Transform pending_;  ///< not done to the pixels yet
  bool has_pending_ = false;
  Fill fill_ = Fill::kBlack;
  bool mirrored_ = false;  ///< an odd number of mirrorings since the beginning
  bool changed_ = false;
};

/// The fill of a step, from the text of its `fill` parameter.
Fill fill_of(std::string_view name);
/// black, grey, white, edge, mirror.
std::span<const std::string_view> fill_names();

}  // namespace ava::augment
