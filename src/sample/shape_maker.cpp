#include "sample/shape_maker.hpp"

#include <algorithm>

namespace ava::sample {

namespace {

constexpr std::size_t kMaxBytes = 4096;
constexpr std::size_t kMaxPieces = 256;

bool same_entries(const EntryView& a, const EntryView& b) {
  return a.cls == b.cls && a.has_score == b.has_score && a.score == b.score && a.truth == b.truth &&
         a.has_cluster == b.has_cluster && std::ranges::equal(a.points, b.points);
}

bool same_labels(const LabelView& a, const LabelView& b) {
  return a.type == b.type && a.name == b.name && std::ranges::equal(a.data, b.data, same_entries);
}

}  // namespace

bool same_views(const SampleView& a, const SampleView& b) {
  return a.url == b.url && a.type == b.type && a.old_form == b.old_form && a.invalid == b.invalid &&
         std::ranges::equal(a.labels, b.labels, same_labels);
}

bool ShapeMaker::make(std::string_view whole, const SampleView& view) {
  if (whole.size() > kMaxBytes || !whole.ends_with('\n')) return false;
  line_ = whole;
  skip_blanks();
  shape_.lead_ = static_cast<std::uint32_t>(at_);
  if (!value(Place::kTop)) return false;
  shape_.tail_ = static_cast<std::uint32_t>(line_.size() - at_);
  skip_blanks();
  return at_ == line_.size() && cut(Slot::kEnd, 0, at_) && take_parts(view);
}

/// Types, names and numbers of entries come from the scanner: they are the same in every line of the shape.
bool ShapeMaker::take_parts(const SampleView& view) {
  shape_.old_form_ = view.old_form;
  shape_.invalid_ = view.invalid;
  shape_.points_ = points_;
  std::uint32_t points = 0;
  for (const LabelView& label : view.labels) {
    // Whether several entries of a classification disagree depends on their texts: that is the scanner's to say.
    if (label.type == LabelType::kClassification && label.data.size() > 1) return false;
    shape_.labels_.push_back({label.type, std::string(label.name), static_cast<std::uint32_t>(shape_.entries_.size()),
                              static_cast<std::uint32_t>(label.data.size())});
    for (const EntryView& entry : label.data) {
      const auto count = static_cast<std::uint32_t>(entry.points.size());
      shape_.entries_.push_back({points, count, entry.has_score});
      points += count;
    }
  }
  return points == points_ && shape_.entries_.size() == entries_;
}

/// End a piece of fixed text here; the text or number behind it goes on to `until`.
bool ShapeMaker::cut(Slot slot, std::uint32_t index, std::size_t until) {
  const std::string_view fixed = line_.substr(fixed_, at_ - fixed_);
  if (shape_.pieces_.size() >= kMaxPieces || fixed.find('\\') != std::string_view::npos) return false;
  shape_.pieces_.push_back(
      {static_cast<std::uint32_t>(shape_.text_.size()), static_cast<std::uint32_t>(fixed.size()), index, slot});
  shape_.text_ += fixed;
  at_ = fixed_ = until;
  return true;
}

void ShapeMaker::skip_blanks() {
  while (at_ < line_.size() && is_json_blank(line_[at_])) ++at_;
}

/// The closing quote of the string that begins at the quote where the walk is.
bool ShapeMaker::end_of_string(std::size_t& end) const {
  for (end = at_ + 1; end < line_.size() && line_[end] != '"'; ++end)
    if (line_[end] == '\\') ++end;
  return end < line_.size();
}

ShapeMaker::Place ShapeMaker::member(Place place, std::string_view key) {
  switch (place) {
    case Place::kTop:
      if (key == "url") return Place::kUrl;
      if (key == "label") return Place::kLabel;
      return key == "type" || key == "invalid" ? Place::kFixed : Place::kAny;
    case Place::kLabel:
      return key == "class" ? Place::kOldClasses : key == "detect" ? Place::kOldDetect : Place::kFixed;
    case Place::kNewLabel:
      if (key == "data") return Place::kData;
      return key == "name" || key == "type" || key == "version" ? Place::kFixed : Place::kAny;
    case Place::kEntry:
      if (key == "class") return Place::kClass;
      if (key == "score") return Place::kScore;
      if (key == "bbox" || key == "pts") return Place::kBox;
      return key == "ground_truth" ? Place::kFixed : Place::kAny;
    case Place::kOldClasses:
      return Place::kOldClass;
    case Place::kOldDetect:
      return Place::kOldBoxes;
    case Place::kOldBoxes:
      return key == "bbox" ? Place::kData : Place::kFixed;
    case Place::kAny:
      return Place::kAny;
    default:
      return Place::kFixed;
  }
}

ShapeMaker::Place ShapeMaker::element(Place place, std::size_t index) {
  switch (place) {
    case Place::kLabel:
      return Place::kNewLabel;
    case Place::kData:
      return Place::kEntry;
    case Place::kBox:
      return Place::kPoint;
    case Place::kPoint:
      return index == 0 ? Place::kX : Place::kY;
    case Place::kAny:
      return Place::kAny;
    default:
      return Place::kFixed;
  }
}

bool ShapeMaker::value(Place place) {
  skip_blanks();
  if (at_ >= line_.size()) return false;
  switch (line_[at_]) {
    case '{':
      return object(place);
    case '[':
      return array(place);
    case '"':
      return string(place);
    case 't':
    case 'n':
      at_ += 4;
      return true;
    case 'f':
      at_ += 5;
      return true;
    default:
      return number(place);
  }
}

bool ShapeMaker::object(Place place) {
  if (place == Place::kEntry) ++entries_;
  for (++at_;; ++at_) {
    skip_blanks();
    if (at_ < line_.size() && line_[at_] == '}') break;
    std::size_t end = 0;
    if (at_ >= line_.size() || line_[at_] != '"' || !end_of_string(end)) return false;
    const std::string_view key = line_.substr(at_ + 1, end - at_ - 1);
    // A truth that is written down would have to be told from one that follows from the score.
    if (place == Place::kEntry && key == "ground_truth") return false;
    at_ = end + 1;
    skip_blanks();
    ++at_;  // the colon
    if (!value(member(place, key))) return false;
    skip_blanks();
    if (at_ >= line_.size() || line_[at_] != ',') break;
  }
  return at_ < line_.size() && line_[at_++] == '}';
}

bool ShapeMaker::array(Place place) {
  ++at_;
  skip_blanks();
  if (at_ < line_.size() && line_[at_] == ']') return ++at_, true;
  for (std::size_t index = 0;; ++index, ++at_) {
    if (!value(element(place, index))) return false;
    skip_blanks();
    if (at_ >= line_.size() || line_[at_] != ',') break;
  }
  return at_ < line_.size() && line_[at_++] == ']';
}

bool ShapeMaker::string(Place place) {
  std::size_t end = 0;
  if (!end_of_string(end)) return false;
  const bool empty = end == at_ + 1;
  if (place == Place::kOldClass && !empty) ++entries_;
  const bool varies =
      place == Place::kUrl || place == Place::kClass || place == Place::kAny || (place == Place::kOldClass && !empty);
  if (!varies) {
    at_ = end + 1;
    return true;
  }
  const Slot slot = place == Place::kUrl     ? Slot::kUrl
                    : place == Place::kClass ? Slot::kClass
                    : place == Place::kAny   ? Slot::kText
                                             : Slot::kOldClass;
  ++at_;
  if (!cut(slot, entries_ == 0 ? 0 : entries_ - 1, end)) return false;
  ++at_;  // the closing quote begins the next piece
  return true;
}

bool ShapeMaker::number(Place place) {
  std::size_t end = at_;
  while (end < line_.size() && std::string_view(",]} \t\r\n").find(line_[end]) == std::string_view::npos) ++end;
  if (end == at_) return false;
  switch (place) {
    case Place::kScore:
      return cut(Slot::kScore, entries_ - 1, end);
    case Place::kX:
      return cut(Slot::kX, points_, end);
    case Place::kY:
      return cut(Slot::kY, points_++, end);
    case Place::kAny:
      return cut(Slot::kNumber, 0, end);
    default:
      at_ = end;
      return true;
  }
}

}  // namespace ava::sample
