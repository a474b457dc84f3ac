#include "sample/xml.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include <expat.h>

namespace ava::sample {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

/// expat's callbacks, and the elements that are open.
class XmlStream {
 public:
  XmlStream(const XmlHandler& handler, const XmlLimits& limits)
      : handler_(handler), limits_(limits), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &XmlStream::start, &XmlStream::end);
    XML_SetCharacterDataHandler(parser_.get(), &XmlStream::characters);
    XML_SetEntityDeclHandler(parser_.get(), &XmlStream::entity);
  }

  Result<void> feed(std::string_view bytes, bool last) {
    total_ += bytes.size();
    if (total_ > limits_.bytes) return too_large();
    const auto status = XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
    if (failed_) return *failed_;
    if (status == XML_STATUS_OK) return {};
    return at_place(Error(ErrorCode::kCorrupt, "xml.bad", XML_ErrorString(XML_GetErrorCode(parser_.get()))));
  }

 private:
  static XmlStream& self(void* data) { return *static_cast<XmlStream*>(data); }

  static void start(void* data, const char* name, const char** attributes) {
    XmlStream& x = self(data);
    if (x.failed_) return;
    if (static_cast<int>(x.open_.size()) >= x.limits_.depth)
      return x.fail(Error(ErrorCode::kCorrupt, "xml.too_deep", "elements are nested too deeply"));
    XmlElement& element = x.open_.emplace_back();
    element.name = name;
    element.line = XML_GetCurrentLineNumber(x.parser_.get());
    x.grow(element.name.size());
    for (; *attributes != nullptr; attributes += 2) {
      x.grow(std::string_view(attributes[0]).size() + std::string_view(attributes[1]).size());
      element.attributes.emplace(attributes[0], attributes[1]);
    }
    if (x.open_.size() == 1 && x.handler_.on_root) x.check(x.handler_.on_root(element));
  }

  static void end(void* data, const char* /*name*/) {
    XmlStream& x = self(data);
    if (x.failed_ || x.open_.empty()) return;
    XmlElement element = std::move(x.open_.back());
    x.open_.pop_back();
    element.text = std::string(trimmed(element.text));
    if (x.open_.empty()) return;
    if (x.open_.size() > 1) {
      x.open_.back().children.push_back(std::move(element));
      return;
    }
    x.held_ = 0;
    if (x.handler_.on_child) x.check(x.handler_.on_child(std::move(element)));
  }

  static void characters(void* data, const char* text, int size) {
    XmlStream& x = self(data);
    if (x.failed_ || x.open_.size() < 2) return;
    x.grow(static_cast<std::size_t>(size));
    x.open_.back().text.append(text, static_cast<std::size_t>(size));
  }

  static void entity(void* data, const char* name, int, const char*, int, const char*, const char*, const char*,
                     const char*) {
    self(data).fail(Error(ErrorCode::kCorrupt, "xml.entity",
                          fmt::format("the document declares the entity '{}'", name == nullptr ? "" : name))
                        .hint("label files need none; remove the DOCTYPE"));
  }

  void grow(std::size_t bytes) {
    held_ += bytes + 64;
    if (held_ > limits_.element_bytes) fail(too_large());
  }
  static Error too_large() { return Error(ErrorCode::kResourceExhausted, "xml.too_large", "larger than allowed"); }
  void check(const Result<void>& result) {
    if (!result.ok() && !failed_) stop(result.error());
  }
  void fail(Error error) {
    if (!failed_) stop(at_place(std::move(error)));
  }
  void stop(Error error) {
    failed_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  Error at_place(Error error) const {
    return std::move(error)
        .detail("line", std::to_string(XML_GetCurrentLineNumber(parser_.get())))
        .detail("column", std::to_string(XML_GetCurrentColumnNumber(parser_.get()) + 1));
  }

  const XmlHandler& handler_;
  const XmlLimits& limits_;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
  std::vector<XmlElement> open_;
  std::uint64_t total_ = 0;
  std::uint64_t held_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
  for (const XmlElement& element : children)
    if (element.name == wanted) return &element;
  return nullptr;
}

std::string_view XmlElement::text_of(std::string_view wanted) const {
  const XmlElement* found = child(wanted);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

std::string_view XmlElement::attribute(std::string_view wanted) const {
  const auto found = attributes.find(wanted);
  return found == attributes.end() ? std::string_view() : std::string_view(found->second);
}

Result<void> read_xml(const ReadSome& read, const XmlHandler& handler, const XmlLimits& limits) {
  XmlStream stream(handler, limits);
  std::string block(std::size_t{1} << 18, '\0');
  for (;;) {
    AVA_TRY(const std::size_t got, read(block.data(), block.size()));
    AVA_CHECK(stream.feed(std::string_view(block).substr(0, got), got == 0));
    if (got == 0) return {};
  }
}

Result<XmlElement> parse_xml(std::string_view text) {
  XmlElement root;
  XmlHandler handler;
  handler.on_root = [&root](const XmlElement& element) -> Result<void> {
    root = element;
    return {};
  };
  handler.on_child = [&root](XmlElement&& element) -> Result<void> {
    root.children.push_back(std::move(element));
    return {};
  };
  const XmlLimits limits{.bytes = 64u << 20, .element_bytes = 64u << 20};
  XmlStream stream(handler, limits);
  AVA_CHECK(stream.feed(text, true));
  return root;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace ava::sample
