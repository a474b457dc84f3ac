// Lists in pages: what a caller asks (`limit`, `cursor`) and what it gets. Ids are ordered by time of birth, so the
// cursor of a list "newest first" is simply the last id of the page.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ava::db {

/// Ask for at most `limit` items after `cursor` ("" = from the start).
struct PageRequest {
  int limit = 50;
  std::string cursor;
  /// Rows to select: one more than asked tells whether there is a next page.
  int rows() const { return bounded() + 1; }
  int bounded() const { return limit < 1 ? 1 : (limit > 500 ? 500 : limit); }
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
};

/// `%text%` for `LIKE :pattern ESCAPE '\'`, the wildcards of the text itself escaped; "%" for an empty text.
inline std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return text.empty() ? pattern : pattern + "%";
}

/// Cut `items`, selected with request.rows(), to a page; `key` gives the cursor of an item.
template <class T, class Key>
Page<T> make_page(std::vector<T> items, const PageRequest& request, Key key) {
  Page<T> page;
  const auto limit = static_cast<std::size_t>(request.bounded());
  const bool more = items.size() > limit;
  if (more) items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
  if (more) page.next_cursor = std::string(key(items.back()));
  page.items = std::move(items);
  return page;
}

}  // namespace ava::db
