// Where the parts of the views of one block live: filled by the scanner and by the learnt shapes of lines. Nothing in
// them moves while a block is filled, so views stay valid.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "sample/sample.hpp"
#include "sample/tokens.hpp"
#include "sample/url_check.hpp"

namespace ava::sample {

/// A vector that never moves: its views stay valid while the block is filled.
template <class T>
class Pool {
 public:
  void reset(std::size_t capacity) {
    items_.clear();
    if (items_.capacity() < capacity) items_.reserve(capacity);
  }
  T* add() { return items_.size() == items_.capacity() ? nullptr : &items_.emplace_back(); }
  /// `count` new ones in a row, or null.
  T* add(std::size_t count) {
    if (items_.capacity() - items_.size() < count) return nullptr;
    const std::size_t begin = items_.size();
    items_.resize(begin + count);
    return items_.data() + begin;
  }
  std::size_t size() const { return items_.size(); }
  void cut(std::size_t size) { items_.resize(size); }
  std::span<T> from(std::size_t begin) { return std::span<T>(items_).subspan(begin); }

 private:
  std::vector<T> items_;
};

/// Lifetime: views end with reset(), or with cut() to a place before them.
struct ViewPools {
  Pool<EntryView> entries;
  Pool<Point> points;
  Pool<LabelView> labels;
  TextArena arena;
  UrlRules urls;

  struct Mark {
    std::size_t entries = 0, points = 0, labels = 0, arena = 0;
  };
  void reset(std::size_t block_bytes) {
    entries.reset(block_bytes / 10 + 16);
    points.reset(block_bytes / 5 + 16);
    labels.reset(block_bytes / 30 + 16);
    arena.reset(block_bytes);
  }
  Mark mark() const { return {entries.size(), points.size(), labels.size(), arena.used()}; }
  void cut(const Mark& mark) {
    entries.cut(mark.entries);
    points.cut(mark.points);
    labels.cut(mark.labels);
    arena.cut(mark.arena);
  }
};

}  // namespace ava::sample
