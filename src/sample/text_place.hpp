// Offsets to lines and columns, through edits: a diagnostic names the place in the text the person has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ava::sample {

/// Units: from 1; the column counts characters, not bytes.
struct Place {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
};
Place place_of(std::string_view text, std::size_t offset);

/// A text being repaired, which remembers where its characters came from.
class EditedText {
 public:
  explicit EditedText(std::string_view original) : original_(original), text_(original) {}
  const std::string& text() const { return text_; }
  void insert(std::size_t at, std::string_view what);
  void erase(std::size_t at, std::size_t size);
  /// Place of a current offset in the original.
  Place original_place(std::size_t at) const;

 private:
  struct Edit {
    std::size_t at;
    std::size_t inserted;
    std::size_t erased;
  };
  std::string original_;
  std::string text_;
  std::vector<Edit> edits_;
};

}  // namespace ava::sample
