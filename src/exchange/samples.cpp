#include "exchange/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sample/list_writer.hpp"

namespace ava::exchange {

std::string& Members::key(std::string_view name) {
  if (!out_.empty()) out_ += ',';
  sample::append_json_string(out_, name);
  out_ += ':';
  return out_;
}
Members& Members::text(std::string_view name, std::string_view value) {
  sample::append_json_string(key(name), value);
  return *this;
}
Members& Members::number(std::string_view name, double value) {
  sample::append_json_number(key(name), value);
  return *this;
}
Members& Members::flag(std::string_view name, bool value) {
  key(name) += value ? "true" : "false";
  return *this;
}
Members& Members::raw(std::string_view name, std::string_view json) {
  key(name) += json;
  return *this;
}

Judged judge(sample::Box& box, const Frame& frame) {
  const auto text = [&] { return fmt::format("{},{} {},{}", box.x0, box.y0, box.x1, box.y1); };
  for (const double edge : {box.x0, box.y0, box.x1, box.y1})
    if (!std::isfinite(edge)) return {"bbox_not_a_number", "box " + text(), false};
  if (box.x1 <= box.x0 || box.y1 <= box.y0) return {"bbox_empty", fmt::format("box {} has no area", text()), false};
  if (!frame.known()) return {};
  const std::string before = text();
  switch (sample::clip(box, frame.width, frame.height)) {
    case sample::Clip::kInside:
      return {};
    case sample::Clip::kClipped:
      return {{}, {}, true};
    case sample::Clip::kEmpty:
      break;
  }
  return {"bbox_empty", fmt::format("box {} is outside of the picture of {}x{}", before, frame.width, frame.height),
          false};
}

Judged judge(std::vector<sample::Point>& polygon, const Frame& frame) {
  for (const sample::Point& p : polygon)
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) return {"bbox_not_a_number", "a point is not a number", false};
  if (polygon.size() < 2) return {"bbox_too_few_points", fmt::format("{} points make no shape", polygon.size()), false};
  sample::Box hull = sample::hull_of(polygon);
  Judged judged = judge(hull, frame);
  if (!judged.slug.empty() || !judged.clipped) return judged;
  for (sample::Point& p : polygon) {
    p.x = std::clamp(p.x, 0.0, frame.width);
    p.y = std::clamp(p.y, 0.0, frame.height);
  }
  return judged;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

std::optional<double> number_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<long long> integer_of(std::string_view text) {
  text = trimmed(text);
  long long value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = trimmed(line)).empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

sample::Sample labelled_sample(std::string url, sample::LabelType type, const std::string& label) {
  sample::Sample sample;
  sample.url = std::move(url);
  sample::Label& made = sample.labels.emplace_back();
  made.type = type;
  made.name = label;
  return sample;
}

sample::Entry box_entry(const sample::Box& box, std::string cls) {
  sample::Entry entry;
  entry.cls = std::move(cls);
  entry.points = sample::corners_of(box);
  return entry;
}

std::string_view split_of_name(std::string_view name) {
  while (!name.empty() && ((name.back() >= '0' && name.back() <= '9') || name.back() == '/' || name.back() == '_'))
    name.remove_suffix(1);
  for (const std::string_view train : {"train", "training", "Train"})
    if (name == train) return "train";
  for (const std::string_view val : {"val", "valid", "validation", "Validation"})
    if (name == val) return "val";
  for (const std::string_view test : {"test", "testing", "Test"})
    if (name == test) return "test";
  return {};
}

std::string_view split_of_folders(std::string_view name) {
  for (std::string_view rest = name; rest.find('/') != std::string_view::npos;) {
    const std::string_view folder = rest.substr(0, rest.find('/'));
    if (const auto part = split_of_name(folder); !part.empty()) return part;
    rest.remove_prefix(folder.size() + 1);
  }
  return {};
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') break;
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>((bits >> have) & 0xFF));
  }
  return out;
}

}  // namespace ava::exchange
