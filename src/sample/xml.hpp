// XML as a stream of elements, by expat: bounded in depth and size, entities refused, every element with its line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::sample {

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

/// Who gets the root's name and attributes first, and then each of its children (depth 1) when it is complete.
struct XmlHandler {
  std::function<Result<void>(const XmlElement& root)> on_root;
  std::function<Result<void>(XmlElement&&)> on_child;
};
/// Up to so many bytes into the buffer; 0 at the end.
using ReadSome = std::function<Result<std::size_t>(char* to, std::size_t most)>;
/// A document of any size: memory is that of the root's largest child. Errors: `xml.bad` (truncated, not well-formed;
/// details line and column), `xml.entity` (documents that declare entities), `xml.too_deep`, `xml.too_large`, those of
/// `read` and the handler.
Result<void> read_xml(const ReadSome& read, const XmlHandler& handler, const XmlLimits& limits = {});
/// A small document, whole. Errors: as above.
Result<XmlElement> parse_xml(std::string_view text);

/// Text between tags: `&`, `<` and `>` as entities.
std::string escape_xml(std::string_view text);

}  // namespace ava::sample
