// One annotated picture of an AVA list, old or new form, and the two shapes it has in memory: SampleView (views into
// a batch, cheap for millions of lines) and Sample (owns everything, unknown members kept, for changing and writing).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::sample {

enum class LabelType : std::uint8_t { kClassification, kDetection, kFace };

/// "classification", "detection", "face".
std::string_view name_of(LabelType type);

/// Which annotation of a sample is meant: "classification.pulp". Reads the old names too: "class.pulp",
/// "detect.general_d", "facecluster" (= "face.face").
struct LabelKey {
  LabelType type = LabelType::kClassification;
  std::string name;
  std::string str() const;
  /// Errors: `label.bad_key`.
  static Result<LabelKey> parse(std::string_view text);
  // clang-tidy 14 takes the 0 inside a defaulted comparison for a pointer.
  auto operator<=>(const LabelKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Units: pixels, origin at the top-left corner of the top-left pixel, x right, y down.
struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

/// The pair of edges (x0,y0)-(x1,y1); width is x1 - x0.
struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const Box&) const = default;
};

/// Smallest box around the points (needs at least two).
Box hull_of(std::span<const Point> points);
/// The four corners clockwise from the top left, as lists are written.
std::vector<Point> corners_of(const Box& box);
/// True when the polygon is just its hull.
bool is_rectangle(std::span<const Point> points);
enum class Clip : std::uint8_t { kInside, kClipped, kEmpty };
/// Cut the box to the picture. kEmpty: nothing is left (slug `bbox_empty`). Source: formats.md 2.5.
Clip clip(Box& box, double width, double height);

/// One data entry of a label. Lifetime: views of the SampleView it belongs to.
struct EntryView {
  std::string_view cls;  ///< empty: no class
  std::span<const Point> points;
  double score = 0;  ///< meaningful when has_score
  bool has_score = false;
  bool truth = true;  ///< ground truth (formats.md 2.4), not a prediction
  bool has_cluster = false;
  std::string_view cluster;  ///< face: cluster id
};

struct LabelView {
  LabelType type = LabelType::kClassification;
  std::string_view name;
  std::span<const EntryView> data;
};

/// One accepted line. Lifetime: until the Batch that holds it is read into again or destroyed.
struct SampleView {
  std::string_view raw;      ///< the line without its end
  std::uint64_t line = 0;    ///< from 1
  std::uint64_t offset = 0;  ///< of the line's first byte in the file
  std::string_view url;
  std::string_view type = "image";
  std::span<const LabelView> labels;
  bool old_form = false;
  bool invalid = false;  ///< `"invalid": true`: stays in the list, not formatted (`marked_invalid`)

  const LabelView* find(LabelType label_type, std::string_view name) const;
  const LabelView* find(const LabelKey& key) const { return find(key.type, key.name); }
};

struct Landmark {
  std::int64_t index = 0;
  Point point;
  std::optional<double> score;
  bool operator==(const Landmark&) const = default;
};

struct Cluster {
  std::string id;  ///< decimal digits, or any text when !is_integer
  bool is_integer = true;
  std::optional<double> score;
  bool operator==(const Cluster&) const = default;
};

/// One data entry, owned. `extra` are the unknown members as JSON text without blanks: `"index":0,"k":[1]`.
struct Entry {
  std::string cls;
  std::vector<Point> points;
  std::optional<double> score;  ///< face: bbox_score
  std::vector<Landmark> landmarks;
  std::optional<Cluster> cluster;
  std::optional<bool> ground_truth;
  std::string extra;
  /// Source: formats.md 2.4.
  bool is_truth() const { return ground_truth.value_or(false) || score.value_or(0) == 0; }
  bool operator==(const Entry&) const = default;
};

struct Label {
  LabelType type = LabelType::kClassification;
  std::string name;
  std::vector<Entry> data;
  std::string extra;
  bool operator==(const Label&) const = default;
};

/// One line, owned.
struct Sample {
  std::string url;
  std::string type = "image";
  std::string source_url;
  std::string ops;
  std::vector<Label> labels;
  bool has_label = true;  ///< false: the line had no `label` member
  bool old_form = false;
  bool invalid = false;
  std::string extra;        ///< unknown top-level members as JSON text, in order (`invalid` is one of them)
  std::string label_extra;  ///< unknown parts of `label`: members (old form) or elements (new form) as JSON text

  const Label* find(const LabelKey& key) const;
  bool operator==(const Sample&) const = default;
};

/// Whether a list gives a top-level member of this name a meaning: nothing of a stranger may be written under it.
bool is_list_member(std::string_view name);

/// The class of a sample for a classification label: its first ground-truth entry with a class, or empty.
/// `several` tells that distinct classes were there (counted `several_classes`). Source: formats.md 2.6.
std::string_view class_of(const SampleView& sample, const LabelKey& key, bool* several = nullptr);
std::string_view class_of(const LabelView& label, bool* several = nullptr);

/// Check a class or label name that will become a line of labels.csv. Errors: `name.line_break`, `name.not_utf8`,
/// `name.empty`.
Result<void> check_class_name(std::string_view name);

}  // namespace ava::sample
