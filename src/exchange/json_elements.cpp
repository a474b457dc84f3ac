#include "exchange/json_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "exchange/samples.hpp"

namespace ava::exchange {

namespace {

constexpr int kEnd = -1;
constexpr std::size_t kMaxDepth = 200;

/// Bytes with one of lookahead, and where they are.
class Input {
 public:
  explicit Input(storage::Reader& from) : from_(from) {}
  /// kEnd at the end. A failure of the reader ends the text, too: ask failed().
  int peek() {
    if (at_ == have_ && !fill()) return kEnd;
    return static_cast<unsigned char>(block_[at_]);
  }
  void next() {
    if (block_[at_] == '\n') {
      ++line_;
      line_start_ = offset() + 1;
    }
    ++at_;
  }
  std::uint64_t offset() const { return before_ + at_; }
  std::uint64_t line() const { return line_; }
  std::uint64_t column() const { return offset() - line_start_ + 1; }
  const std::optional<Error>& failed() const { return failed_; }

 private:
  bool fill() {
    if (ended_) return false;
    before_ += have_;
    at_ = have_ = 0;
    auto got = from_.read(block_.data(), block_.size());
    if (!got.ok()) failed_ = got.error();
    ended_ = !got.ok() || *got == 0;
    have_ = ended_ ? 0 : *got;
    return !ended_;
  }
  storage::Reader& from_;
  std::string block_ = std::string(std::size_t{1} << 18, '\0');
  std::size_t at_ = 0;
  std::size_t have_ = 0;
  std::uint64_t before_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t line_start_ = 0;
  bool ended_ = false;
  std::optional<Error> failed_;
};

bool is_blank(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool ends_scalar(int c) { return c == kEnd || is_blank(c) || c == ',' || c == ']' || c == '}'; }

class Elements {
 public:
  Elements(storage::Reader& from, const JsonHandler& handler, std::uint32_t most)
      : in_(from), handler_(handler), most_(most) {}

  Result<void> document() {
    for (const int mark : {0xEF, 0xBB, 0xBF})
      if (in_.peek() == mark) in_.next();
    blanks();
    if (in_.peek() == '[') {
      AVA_CHECK(array("", handler_.wanted("")));
    } else if (in_.peek() == '{') {
      AVA_CHECK(object());
    } else {
      return bad("an object or an array is expected");
    }
    blanks();
    if (in_.failed()) return *in_.failed();
    return in_.peek() == kEnd ? Result<void>() : bad("text follows the end of the document");
  }

 private:
  void blanks() {
    while (is_blank(in_.peek())) in_.next();
  }

  Error bad(std::string_view what) const {
    if (in_.failed()) return *in_.failed();
    return Error(ErrorCode::kCorrupt, "json.bad", what)
        .detail("line", std::to_string(in_.line()))
        .detail("column", std::to_string(in_.column()));
  }
  Error cut() const {
    if (in_.failed()) return *in_.failed();
    return Error(ErrorCode::kCorrupt, "json.truncated",
                 fmt::format("the document ends inside, at line {} column {}", in_.line(), in_.column()))
        .hint("copy or export it again")
        .detail("line", std::to_string(in_.line()))
        .detail("column", std::to_string(in_.column()));
  }

  Result<void> object() {
    in_.next();
    blanks();
    if (in_.peek() == '}') return in_.next(), Result<void>();
    for (;;) {
      blanks();
      if (in_.peek() == kEnd) return cut();
      if (in_.peek() != '"') return bad("a key is expected");
      text_.clear();
      AVA_CHECK(value(&text_));
      AVA_TRY(const auto key, parse_node(text_, in_.line()));
      blanks();
      if (in_.peek() == kEnd) return cut();
      if (in_.peek() != ':') return bad("':' is expected");
      in_.next();
      blanks();
      if (in_.peek() == '[' && handler_.wanted(key.text)) {
        AVA_CHECK(array(key.text, true));
      } else {
        AVA_CHECK(value(nullptr));
      }
      AVA_TRY(const bool more, comma_or('}'));
      if (!more) return {};
    }
  }

  Result<void> array(const std::string& key, bool wanted) {
    in_.next();
    blanks();
    if (in_.peek() == ']') return in_.next(), Result<void>();
    for (;;) {
      blanks();
      JsonPlace place{.offset = in_.offset(), .length = 0, .line = static_cast<std::uint32_t>(in_.line())};
      text_.clear();
      AVA_CHECK(value(wanted ? &text_ : nullptr));
      place.length = static_cast<std::uint32_t>(text_.size());
      if (wanted) AVA_CHECK(handler_.on_element(key, text_, place));
      AVA_TRY(const bool more, comma_or(']'));
      if (!more) return {};
    }
  }

  Result<bool> comma_or(char close) {
    blanks();
    const int c = in_.peek();
    if (c == kEnd) return cut();
    if (c != ',' && c != close) return bad(fmt::format("',' or '{}' is expected", close));
    in_.next();
    return c == ',';
  }

  /// Pass one value, into `out` if given.
  Result<void> value(std::string* out) {
    std::string open;
    do {
      const int c = in_.peek();
      if (c == kEnd) return cut();
      if (c == '"') {
        AVA_CHECK(string(out));
        continue;
      }
      if (open.empty() && c != '{' && c != '[') return scalar(out);
      if (c == '{' || c == '[') {
        if (open.size() >= kMaxDepth) return bad("nested too deeply");
        open.push_back(c == '{' ? '}' : ']');
      } else if (c == '}' || c == ']') {
        if (open.back() != static_cast<char>(c)) return bad(fmt::format("'{}' is expected", open.back()));
        open.pop_back();
      }
      AVA_CHECK(take(out));
    } while (!open.empty());
    return {};
  }

  Result<void> string(std::string* out) {
    AVA_CHECK(take(out));
    for (;;) {
      const int c = in_.peek();
      if (c == kEnd) return cut();
      AVA_CHECK(take(out));
      if (c == '"') return {};
      if (c != '\\') continue;
      if (in_.peek() == kEnd) return cut();
      AVA_CHECK(take(out));
    }
  }

  Result<void> scalar(std::string* out) {
    if (ends_scalar(in_.peek())) return bad("a value is expected");
    while (!ends_scalar(in_.peek())) AVA_CHECK(take(out));
    return {};
  }

  Result<void> take(std::string* out) {
    if (out != nullptr) {
      if (out->size() >= most_)
        return Error(ErrorCode::kResourceExhausted, "json.too_large",
                     fmt::format("an element at line {} is larger than {} bytes", in_.line(), most_));
      out->push_back(static_cast<char>(in_.peek()));
    }
    in_.next();
    return {};
  }

  Input in_;
  const JsonHandler& handler_;
  std::uint32_t most_;
  std::string text_;
};

}  // namespace

Result<void> read_json_elements(storage::Reader& from, const JsonHandler& handler, std::uint32_t max_element_bytes) {
  return Elements(from, handler, max_element_bytes).document();
}

Result<sample::json::Node> parse_node(std::string_view text, std::uint64_t first_line) {
  sample::json::Node node;
  sample::json::Fault fault;
  if (sample::json::parse(text, node, fault)) return node;
  const std::string_view before = text.substr(0, std::min(fault.at, text.size()));
  const auto line = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  const std::string_view near = text.substr(before.size(), 20);
  return Error(ErrorCode::kCorrupt, "json.bad", fmt::format("this is not JSON, from '{}' on", near))
      .detail("line", std::to_string(first_line + line))
      .detail("column", std::to_string(column));
}

std::optional<double> number_of(const sample::json::Node& node) {
  if (node.is(sample::json::Kind::kNumber)) return node.number;
  if (node.is(sample::json::Kind::kString)) return number_of(std::string_view(node.text));
  return std::nullopt;
}

std::optional<double> number_in(const sample::json::Node& object, std::string_view key) {
  const sample::json::Node* found = object.find(key);
  return found == nullptr ? std::nullopt : number_of(*found);
}

std::optional<std::int64_t> integer_in(const sample::json::Node& object, std::string_view key) {
  const sample::json::Node* found = object.find(key);
  if (found == nullptr) return std::nullopt;
  if (found->is(sample::json::Kind::kString)) return integer_of(found->text);
  if (!found->is(sample::json::Kind::kNumber)) return std::nullopt;
  if (const auto exact = integer_of(found->raw)) return exact;
  const double value = found->number;
  if (std::floor(value) != value || std::fabs(value) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::string_view> text_in(const sample::json::Node& object, std::string_view key) {
  const sample::json::Node* found = object.find(key);
  if (found == nullptr || !found->is(sample::json::Kind::kString)) return std::nullopt;
  return std::string_view(found->text);
}

}  // namespace ava::exchange
