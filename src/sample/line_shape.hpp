// Lists are written by programs: most lines differ only in a few texts and numbers. A shape is one plain line with
// these cut out. A line that equals the shape between its own texts and numbers is plain for the same reason as the
// line the shape was learnt from, and needs no tokens: a few comparisons read it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sample/sample.hpp"
#include "sample/view_pools.hpp"

namespace ava::sample {

/// Thread: one at a time. Lifetime: the names of the labels it hands out are its own.
class LineShape {
 public:
  /// Learn from a line, with its blanks and its end, and from what the scanner made of it. Null: not worth it, or not
  /// possible; a shape that does not give back the same view of its own line is never handed out.
  static std::unique_ptr<LineShape> learn(std::string_view whole, const SampleView& view, ViewPools& pools);

  /// The place behind the line that begins at `at`, when it has this shape; 16 bytes behind `end` are readable.
  /// Null: it has another one, and nothing was kept.
  const char* match(const char* at, const char* end, SampleView& view, ViewPools& pools) const;

  std::uint64_t version_numbers = 0;
  std::uint64_t missing_types = 0;
  std::size_t next = 0;  ///< the shape of the line that came behind one of this shape

 private:
  friend class ShapeMaker;
  enum class Slot : std::uint8_t { kUrl, kClass, kOldClass, kText, kScore, kX, kY, kNumber, kEnd };
  /// A piece of fixed text and what stands behind it.
  struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint32_t index = 0;  ///< entry or point
    Slot slot = Slot::kEnd;
  };
  struct EntryPart {
    std::uint32_t points_begin = 0;
    std::uint32_t points = 0;
    bool has_score = false;
  };
  struct LabelPart {
    LabelType type = LabelType::kClassification;
    std::string name;
    std::uint32_t entries_begin = 0;
    std::uint32_t entries = 0;
  };

  LineShape() = default;
  const char* walk(const char* at, const char* end, SampleView& view, EntryView* entries, Point* points,
                   ViewPools& pools) const;
  bool finish(SampleView& view, EntryView* entries, Point* points, LabelView* labels) const;

  std::string text_;  ///< the fixed text, 16 bytes longer than used
  std::vector<Piece> pieces_;
  std::vector<EntryPart> entries_;
  std::vector<LabelPart> labels_;
  std::uint32_t points_ = 0;
  std::uint32_t lead_ = 0;  ///< blanks before the line
  std::uint32_t tail_ = 0;  ///< blanks and line end behind it
  bool old_form_ = false;
  bool invalid_ = false;
};

}  // namespace ava::sample
