// Colours of a picture, pixel by pixel: tables, hue, saturation, and what follows from how often values occur. Grey
// pictures (1 channel) have no colour: what is about colour leaves them as they are. Integers only, so that results are
// the same on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// What of a value fits into a byte.
inline std::uint8_t to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

using Table = std::array<std::uint8_t, 256>;
/// From a function of a value in [0, 255]; results are rounded and cut to that range.
Table table_of(const std::function<double(double)>& map);

/// Every byte through the table.
void apply_table(Pixels& pixels, const Table& table);
/// One table per channel; a grey picture takes the first.
void apply_tables(Pixels& pixels, const std::array<Table, 3>& tables);

/// Brightness as seen (ITU-R BT.601), row by row.
std::vector<std::uint8_t> luma_of(const Pixels& pixels);
/// Its mean. Units: 0..255.
double mean_luma(const Pixels& pixels);

/// Turn the hue of HSV. Value and saturation stay exactly; 120 makes red green.
void shift_hue(Pixels& pixels, double degrees);
/// 0 makes it grey, 1 changes nothing, 2 doubles the distance from grey.
void scale_saturation(Pixels& pixels, double factor);
/// Channel i becomes the old channel order[i].
void reorder(Pixels& pixels, const std::array<int, 3>& order);

/// Whether the brightness is treated and colours keep their tint, or each channel by itself.
enum class By : std::uint8_t { kLuma, kChannel };
/// Values are spread so that all occur about equally often.
void equalise(Pixels& pixels, By by);
/// Stretch so that the darkest becomes 0 and the brightest 255, `cutoff` of the pixels at either end not counted.
/// kLuma: all channels by as much as the brightness needs.
void stretch(Pixels& pixels, double cutoff, By by);
/// Contrast-limited adaptive histogram equalisation of the brightness, in tiles x tiles parts.
/// Units: clip >= 1, times the mean of the histogram. Errors: `picture.filter`.
Result<void> equalise_locally(Pixels& pixels, double clip, int tiles);

}  // namespace ava::image
