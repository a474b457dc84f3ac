#include "sample/text_place.hpp"

#include <algorithm>

namespace ava::sample {

Place place_of(std::string_view text, std::size_t offset) {
  Place place;
  offset = std::min(offset, text.size());
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

void EditedText::insert(std::size_t at, std::string_view what) {
  text_.insert(at, what);
  edits_.push_back({at, what.size(), 0});
}

void EditedText::erase(std::size_t at, std::size_t size) {
  size = std::min(size, text_.size() - at);
  text_.erase(at, size);
  edits_.push_back({at, 0, size});
}

Place EditedText::original_place(std::size_t at) const {
  for (auto edit = edits_.rbegin(); edit != edits_.rend(); ++edit) {
    if (at < edit->at) continue;
    at = at < edit->at + edit->inserted ? edit->at : at - edit->inserted + edit->erased;
  }
  return place_of(original_, at);
}

}  // namespace ava::sample
