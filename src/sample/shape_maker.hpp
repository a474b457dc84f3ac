// Cuts the texts and numbers that may differ out of a line that the scanner has read; only line_shape.cpp uses it.
#pragma once

#include <cstdint>
#include <string_view>

#include "sample/line_shape.hpp"

namespace ava::sample {

/// Do both views say the same of a line?
bool same_views(const SampleView& a, const SampleView& b);

class ShapeMaker {
 public:
  explicit ShapeMaker(LineShape& shape) : shape_(shape) {}
  /// False: the line is too long or too rich for a shape.
  bool make(std::string_view whole, const SampleView& view);

 private:
  /// Where in the line the walk is; what a value may vary in follows from that.
  enum class Place : std::uint8_t {
    kTop,
    kUrl,
    kFixed,
    kAny,
    kLabel,
    kNewLabel,
    kData,
    kEntry,
    kClass,
    kScore,
    kBox,
    kPoint,
    kX,
    kY,
    kOldClasses,
    kOldClass,
    kOldDetect,
    kOldBoxes
  };
  using Slot = LineShape::Slot;

  bool value(Place place);
  bool object(Place place);
  bool array(Place place);
  bool string(Place place);
  bool number(Place place);
  static Place member(Place place, std::string_view key);
  static Place element(Place place, std::size_t index);
  bool take_parts(const SampleView& view);
  bool cut(Slot slot, std::uint32_t index, std::size_t until);
  void skip_blanks();
  bool end_of_string(std::size_t& end) const;

  LineShape& shape_;
  std::string_view line_;
  std::size_t at_ = 0;     ///< how far the walk is
  std::size_t fixed_ = 0;  ///< where the fixed text that is being gathered begins
  std::uint32_t entries_ = 0;
  std::uint32_t points_ = 0;
};

}  // namespace ava::sample
