#include "format/roidb_entry.hpp"
#include "format/raw_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ava::format::roidb {

namespace {

std::uint16_t clamped(double value, std::uint32_t size) {
  return static_cast<std::uint16_t>(std::clamp(value, 0.0, static_cast<double>(size) - 1));
}

template <class T, class Of>
std::string numbers(std::size_t count, Of of) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) append_raw(out, static_cast<T>(of(i)));
  return out;
}

float roidb_area(const PixelBox& box) { return static_cast<float>((box[2] - box[0] + 1.0) * (box[3] - box[1] + 1.0)); }

/// `gt_overlaps` up to its number of rows, then columns, then the three keys about the largest overlap.
void put_overlaps(std::string& out, const Entry& entry) {
  const std::size_t count = entry.classes.size();
  const auto cls = [&entry](std::size_t i) { return entry.classes[i]; };
  const auto one = [](std::size_t) { return 1; };
  const auto place = [](std::size_t i) { return i; };
  pickle::put_text(out, "gt_overlaps");
  out += "cscipy.sparse.csr\ncsr_matrix\n";
  pickle::put_array(out, {"f4", 0, numbers<float>(count, one)});
  pickle::put_array(out, {"i4", 0, numbers<std::int32_t>(count, cls)});
  pickle::put_array(out, {"i4", 0, numbers<std::int32_t>(count + 1, place)});
  out += pickle::kTuple3;
  pickle::put_int(out, static_cast<std::uint32_t>(count));
}

void put_largest(std::string& out, const Entry& entry) {
  const std::size_t count = entry.classes.size();
  ((out += pickle::kTuple2) += pickle::kTuple2) += pickle::kReduce;
  pickle::put_text(out, "max_overlaps");
  pickle::put_array(out, {"f4", 0, numbers<float>(count, [](std::size_t) { return 1; })});
  pickle::put_text(out, "max_classes");
  pickle::put_array(out, {"i8", 0, numbers<std::int64_t>(count, [&](std::size_t i) { return entry.classes[i]; })});
  pickle::put_text(out, "flipped");
}

void put_areas(std::string& out, const Entry& entry) {
  pickle::put_text(out, "seg_areas");
  pickle::put_array(
      out, {"f4", 0, numbers<float>(entry.boxes.size(), [&](std::size_t i) { return roidb_area(entry.boxes[i]); })});
  out += pickle::kSetItems;
}

std::string key(std::string_view name) {
  std::string out;
  pickle::put_text(out, name);
  return out;
}

}  // namespace

PixelBox pixels_of(const sample::Box& box, std::uint32_t width, std::uint32_t height) {
  const std::uint16_t left = clamped(std::floor(box.x0), width);
  const std::uint16_t top = clamped(std::floor(box.y0), height);
  return {left, top, std::max(left, clamped(std::ceil(box.x1) - 1, width)),
          std::max(top, clamped(std::ceil(box.y1) - 1, height))};
}

void mirror(Entry& entry) {
  entry.flipped = true;
  for (PixelBox& box : entry.boxes) {
    const std::uint16_t left = box[0];
    box[0] = static_cast<std::uint16_t>(entry.width - box[2] - 1);
    box[2] = static_cast<std::uint16_t>(entry.width - left - 1);
  }
}

void put_entry(std::string& out, const Entry& entry, std::uint32_t columns) {
  out += pickle::kDict;
  pickle::put_text(out, "boxes");
  pickle::put_array(
      out,
      {"u2", 4, numbers<std::uint16_t>(4 * entry.boxes.size(), [&](auto i) { return entry.boxes[i / 4][i % 4]; })});
  pickle::put_text(out, "gt_classes");
  pickle::put_array(out,
                    {"i4", 0, numbers<std::int32_t>(entry.classes.size(), [&](auto i) { return entry.classes[i]; })});
  put_overlaps(out, entry);
  pickle::put_int(out, columns);
  put_largest(out, entry);
  out += entry.flipped ? pickle::kTrue : pickle::kFalse;
  pickle::put_text(out, "width");
  pickle::put_int(out, entry.width);
  pickle::put_text(out, "height");
  pickle::put_int(out, entry.height);
  pickle::put_text(out, "image");
  pickle::put_text(out, entry.image);
  put_areas(out, entry);
}

Result<Entry> take_entry(pickle::Scanner& in) {
  Entry entry;
  std::uint32_t count = 0;
  std::uint32_t class_count = 0;
  AVA_CHECK(in.expect(std::string(pickle::kDict) + key("boxes")));
  AVA_TRY(const std::string boxes, in.array("u2", 4, count));
  AVA_CHECK(in.expect(key("gt_classes")));
  AVA_TRY(const std::string classes, in.array("i4", 0, class_count));
  if (count == 0 || class_count != count)
    return Error(ErrorCode::kCorrupt, "roidb.corrupt", fmt::format("{} boxes with {} classes", count, class_count));
  entry.boxes.resize(count);
  entry.classes.resize(count);
  std::memcpy(entry.boxes.data(), boxes.data(), boxes.size());
  std::memcpy(entry.classes.data(), classes.data(), classes.size());
  std::string derived;
  put_overlaps(derived, entry);
  AVA_CHECK(in.expect(derived));
  AVA_TRY(const std::uint32_t columns, in.integer());
  derived.clear();
  put_largest(derived, entry);
  AVA_CHECK(in.expect(derived));
  AVA_TRY(const char flipped, in.peek());
  entry.flipped = flipped == pickle::kTrue.front();
  AVA_CHECK(in.expect(std::string(entry.flipped ? pickle::kTrue : pickle::kFalse) + key("width")));
  AVA_TRY(entry.width, in.integer());
  AVA_CHECK(in.expect(key("height")));
  AVA_TRY(entry.height, in.integer());
  AVA_CHECK(in.expect(key("image")));
  AVA_TRY(entry.image, in.text());
  derived.clear();
  put_areas(derived, entry);
  AVA_CHECK(in.expect(derived));
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [left, top, right, bottom] = entry.boxes[i];
    const bool inside = left <= right && top <= bottom && right < entry.width && bottom < entry.height;
    if (!inside || entry.classes[i] == 0 || entry.classes[i] >= columns)
      return Error(ErrorCode::kCorrupt, "roidb.corrupt", fmt::format("{}: box {} cannot be", entry.image, i));
  }
  return entry;
}

}  // namespace ava::format::roidb
