#include "sample/line_shape.hpp"

#include "sample/byte_scan.hpp"
#include "sample/shape_maker.hpp"

namespace ava::sample {

namespace {

constexpr std::size_t kPadding = 16;

/// The inside of a JSON string that begins at `at`, which moves to its closing quote. False: left to the scanner.
bool read_string(const char*& at, const char* end, TextArena& arena, std::string_view& out) {
  const char* const first = at;
  auto [stop, ascii] = plain_end(at, end);
  bool escapes = false;
  while (stop < end && *stop == '\\') {
    escapes = true;
    if (stop + 2 > end) return false;
    // The escaped character is judged by unescape(); here it only must not end the string.
    const auto [after, rest_ascii] = plain_end(stop + 2, end);
    ascii = ascii && rest_ascii && static_cast<unsigned char>(stop[1]) < 0x80;
    if (static_cast<unsigned char>(stop[1]) < 0x20) return false;
    stop = after;
  }
  if (stop >= end || *stop != '"') return false;
  if (!ascii && !is_utf8(first, stop)) return false;
  at = stop;
  out = {first, static_cast<std::size_t>(stop - first)};
  return !escapes || arena.unescape(out, out);
}

}  // namespace

std::unique_ptr<LineShape> LineShape::learn(std::string_view whole, const SampleView& view, ViewPools& pools) {
  std::unique_ptr<LineShape> shape(new LineShape);
  if (!ShapeMaker(*shape).make(whole, view)) return nullptr;
  shape->text_.append(kPadding, '\0');
  const ViewPools::Mark mark = pools.mark();
  SampleView again;
  const char* const end = whole.data() + whole.size();
  const bool same = shape->match(whole.data(), end, again, pools) == end && same_views(again, view);
  pools.cut(mark);
  if (!same) return nullptr;
  return shape;
}

const char* LineShape::match(const char* at, const char* end, SampleView& view, ViewPools& pools) const {
  // The first piece holds the beginning of nearly every line; a line of another shape costs no more than this.
  const Piece& first = pieces_.front();
  if (static_cast<std::size_t>(end - at) < first.size || !same_bytes(at, text_.data(), first.size)) return nullptr;
  const ViewPools::Mark mark = pools.mark();
  EntryView* const entries = pools.entries.add(entries_.size());
  Point* const points = pools.points.add(points_);
  LabelView* const labels = pools.labels.add(labels_.size());
  if (entries != nullptr && points != nullptr && labels != nullptr) {
    const char* const stop = walk(at, end, view, entries, points, pools);
    if (stop != nullptr && finish(view, entries, points, labels)) {
      view.raw = {at + lead_, static_cast<std::size_t>(stop - at) - lead_ - tail_};
      return stop;
    }
  }
  pools.cut(mark);
  return nullptr;
}

/// Go through the line. Null: it is of another shape.
const char* LineShape::walk(const char* at, const char* end, SampleView& view, EntryView* entries, Point* points,
                            ViewPools& pools) const {
  TextArena& arena = pools.arena;
  std::string_view text;
  double number = 0;
  for (const Piece& piece : pieces_) {
    if (static_cast<std::size_t>(end - at) < piece.size || !same_bytes(at, text_.data() + piece.begin, piece.size))
      return nullptr;
    at += piece.size;
    switch (piece.slot) {
      case Slot::kUrl:
        if (!read_string(at, end, arena, view.url) || !pools.urls.take(view.url)) return nullptr;
        break;
      case Slot::kOldClass:
        // No text at all would mean no entry.
        if (!read_string(at, end, arena, entries[piece.index].cls) || entries[piece.index].cls.empty()) return nullptr;
        break;
      case Slot::kClass:
        if (!read_string(at, end, arena, entries[piece.index].cls)) return nullptr;
        break;
      case Slot::kText:
        if (!read_string(at, end, arena, text)) return nullptr;
        break;
      case Slot::kScore:
        at = read_number(at, entries[piece.index].score);
        break;
      case Slot::kX:
        at = read_number(at, points[piece.index].x);
        break;
      case Slot::kY:
        at = read_number(at, points[piece.index].y);
        break;
      case Slot::kNumber:
        at = read_number(at, number);
        break;
      case Slot::kEnd:
        return at;
    }
    if (at == nullptr || at > end) return nullptr;
  }
  return nullptr;
}

/// Tie the parts together and judge what depends on their values, as the scanner does.
bool LineShape::finish(SampleView& view, EntryView* entries, Point* points, LabelView* labels) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const EntryPart& part = entries_[i];
    EntryView& entry = entries[i];
    entry.has_score = part.has_score;
    entry.truth = entry.score == 0;
    if (part.points == 0) continue;
    entry.points = {points + part.points_begin, part.points};
    const Box hull = hull_of(entry.points);
    if (!(hull.x1 > hull.x0) || !(hull.y1 > hull.y0)) return false;
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const LabelPart& part = labels_[i];
    labels[i] = {part.type, part.name, {entries + part.entries_begin, part.entries}};
  }
  view.labels = {labels, labels_.size()};
  view.old_form = old_form_;
  view.invalid = invalid_;
  return true;
}

}  // namespace ava::sample
