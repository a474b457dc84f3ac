// XML as a stream of elements, by expat: bounded in depth and size, entities refused, every element with its line.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::exchange {

/// An element with all that is in it. Lifetime: owns everything.
struct XmlElement {
  std::string name;
  std::map<std::string, std::string, std::less<>> attributes;
  std::string text;  ///< its own, blanks at both ends removed
  std::vector<XmlElement> children;
  std::uint64_t line = 0;  ///< of its start

  const XmlElement* child(std::string_view wanted) const;
  /// Text of a child, or an empty one.
  std::string_view text_of(std::string_view wanted) const;
  std::string_view attribute(std::string_view wanted) const;
};

struct XmlLimits {
  std::uint64_t bytes = std::uint64_t{64} << 30;  ///< of the file
  std::uint64_t element_bytes = 256u << 20;       ///< of one element that is handed out, with all in it
  int depth = 64;
};

/// Hands out each child of the root (depth 1) as soon as it is complete: memory is that of the largest one.
/// `on_root` gets the root's name and attributes first. Errors: `xml.bad` (truncated, not well-formed; details line and
/// column), `xml.entity` (documents that declare entities), `xml.too_deep`, `xml.too_large`, those of reader and
/// caller.
struct XmlHandler {
  std::function<Result<void>(const XmlElement& root)> on_root;
  std::function<Result<void>(XmlElement&&)> on_child;
};
Result<void> read_xml(storage::Reader& from, const XmlHandler& handler, const XmlLimits& limits = {});
/// A small document, whole.
Result<XmlElement> parse_xml(std::string_view text);

}  // namespace ava::exchange
