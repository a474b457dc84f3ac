#include "sample/json_tree.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/file.hpp"
#include "sample/byte_scan.hpp"

namespace ava::sample::json {

namespace {

constexpr int kMaxTreeDepth = 128;

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (code >> 18)));
    out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

/// Recursive descent; the first fault ends it.
class Parser {
 public:
  Parser(std::string_view text, Fault& fault) : text_(text), fault_(fault) {}

  bool document(Node& out) {
    skip_blanks();
    if (at_ == text_.size()) return fail(FaultKind::kEmpty);
    if (!value(out, 0)) return false;
    skip_blanks();
    return at_ == text_.size() || fail(FaultKind::kTextAfterEnd);
  }

 private:
  bool fail(FaultKind kind) { return fail(kind, at_); }
  bool fail(FaultKind kind, std::size_t at) {
    fault_.kind = kind;
    fault_.at = at;
    fault_.before_begin = token_begin_;
    fault_.before_end = token_end_;
    return false;
  }
  void token(std::size_t begin) {
    token_begin_ = begin;
    token_end_ = at_;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    token(at_ - 1);
    return true;
  }

  bool value(Node& out, int depth) {
    skip_blanks();
    if (at_ == text_.size()) return fail(FaultKind::kUnclosed);
    if (depth > kMaxTreeDepth) return fail(FaultKind::kTooDeep);
    const std::size_t begin = at_;
    bool good = false;
    switch (text_[at_]) {
      case '{':
        good = object(out, depth);
        break;
      case '[':
        good = array(out, depth);
        break;
      case '"':
        out.kind = Kind::kString;
        good = string(out.text);
        break;
      case 't':
        good = word("true", Kind::kTrue, out);
        break;
      case 'f':
        good = word("false", Kind::kFalse, out);
        break;
      case 'n':
        good = word("null", Kind::kNull, out);
        break;
      default:
        good = number(out);
        break;
    }
    if (good) out.raw = text_.substr(begin, at_ - begin);
    return good;
  }

  bool word(std::string_view name, Kind kind, Node& out) {
    if (text_.substr(at_, name.size()) != name) return fail(FaultKind::kValueExpected);
    const std::size_t begin = at_;
    at_ += name.size();
    token(begin);
    out.kind = kind;
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  }

  bool number(Node& out) {
    const std::size_t begin = at_;
    if (!is_digit(text_[at_]) && text_[at_] != '-') return fail(FaultKind::kValueExpected);
    if (text_[at_] == '-') ++at_;
    const std::size_t whole = at_;
    if (!digits() || (text_[whole] == '0' && at_ - whole > 1)) return fail(FaultKind::kBadNumber, begin);
    if (at_ < text_.size() && text_[at_] == '.' && (++at_, !digits())) return fail(FaultKind::kBadNumber, begin);
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return fail(FaultKind::kBadNumber, begin);
    }
    token(begin);
    out.kind = Kind::kNumber;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + at_, out.number);
    (void)end;
    if (error != std::errc()) out.number = std::numeric_limits<double>::infinity();
    return true;
  }

  bool hex4(std::uint32_t& code) {
    if (at_ + 4 > text_.size()) return false;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) return false;
    at_ += 4;
    return true;
  }

  bool escape(std::string& out, std::size_t begin) {
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out.push_back(c);
        return true;
      case 'b':
        out.push_back('\b');
        return true;
      case 'f':
        out.push_back('\f');
        return true;
      case 'n':
        out.push_back('\n');
        return true;
      case 'r':
        out.push_back('\r');
        return true;
      case 't':
        out.push_back('\t');
        return true;
      case 'u':
        break;
      default:
        return fail(FaultKind::kBadEscape, begin);
    }
    std::uint32_t code = 0;
    if (!hex4(code) || (code >= 0xDC00 && code < 0xE000)) return fail(FaultKind::kBadEscape, begin);
    if (code >= 0xD800 && code < 0xDC00) {
      std::uint32_t low = 0;
      if (text_.substr(at_, 2) != "\\u") return fail(FaultKind::kBadEscape, begin);
      at_ += 2;
      if (!hex4(low) || low < 0xDC00 || low > 0xDFFF) return fail(FaultKind::kBadEscape, begin);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
    return true;
  }

  bool string(std::string& out) {
    const std::size_t begin = at_++;
    for (;;) {
      const std::size_t plain = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      out.append(text_.substr(plain, at_ - plain));
      if (at_ == text_.size()) return fail(FaultKind::kStringUnclosed, begin);
      const char c = text_[at_++];
      if (c == '"') break;
      if (c == '\n' || c == '\r') return fail(FaultKind::kStringUnclosed, begin);
      if (c != '\\') return fail(FaultKind::kControlCharacter, at_ - 1);
      if (!escape(out, at_ - 1)) return false;
    }
    token(begin);
    return true;
  }

  /// Behind an item: true with `more` set, or the fault.
  bool after_item(char close, bool& more) {
    skip_blanks();
    if (take(',')) {
      more = true;
      skip_blanks();
      if (at_ < text_.size() && (text_[at_] == close)) return fail(FaultKind::kCommaBeforeEnd);
      return true;
    }
    more = false;
    if (take(close)) return true;
    if (at_ == text_.size()) return fail(FaultKind::kUnclosed);
    return fail(text_[at_] == ']' || text_[at_] == '}' ? FaultKind::kWrongClose : FaultKind::kCommaExpected);
  }

  bool array(Node& out, int depth) {
    out.kind = Kind::kArray;
    const std::size_t open = at_;
    take('[');
    skip_blanks();
    if (take(']')) return true;
    std::size_t last = open;
    std::size_t item = open;
    for (bool more = true; more;) {
      skip_blanks();
      last = item;
      item = at_;
      Node& node = out.items.emplace_back();
      if (!value(node, depth + 1)) return inside(open, true, last);
      if (!after_item(']', more)) return inside(open, true, last);
    }
    return true;
  }

  bool object(Node& out, int depth) {
    out.kind = Kind::kObject;
    const std::size_t open = at_;
    take('{');
    skip_blanks();
    if (take('}')) return true;
    for (bool more = true; more;) {
      skip_blanks();
      if (at_ == text_.size()) return fail(FaultKind::kUnclosed), inside(open, false, 0);
      if (text_[at_] != '"') return fail(FaultKind::kKeyExpected), inside(open, false, 0);
      Member& member = out.members.emplace_back();
      const std::size_t begin = at_;
      if (!string(member.key)) return inside(open, false, 0);
      member.raw_key = text_.substr(begin, at_ - begin);
      if (!take(':'))
        return fail(at_ == text_.size() ? FaultKind::kUnclosed : FaultKind::kColonExpected), inside(open, false, 0);
      if (!value(member.value, depth + 1)) return inside(open, false, 0);
      if (!after_item('}', more)) return inside(open, false, 0);
    }
    return true;
  }

  /// Note the innermost bracket around the fault; called from the inside out, so only the first call counts.
  bool inside(std::size_t open, bool in_array, std::size_t item_begin) {
    if (placed_) return false;
    placed_ = true;
    fault_.open_at = open;
    fault_.in_array = in_array;
    fault_.item_begin = item_begin;
    return false;
  }

  std::string_view text_;
  Fault& fault_;
  std::size_t at_ = 0;
  std::size_t token_begin_ = 0;
  std::size_t token_end_ = 0;
  bool placed_ = false;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it)
    if (it->key == key) return &it->value;
  return nullptr;
}

bool parse(std::string_view text, Node& out, Fault& fault) {
  fault = {};
  std::size_t bad = 0;
  if (!file::is_utf8(text, &bad)) {
    fault.kind = FaultKind::kBadUtf8;
    fault.at = bad;
    return false;
  }
  return Parser(text, fault).document(out);
}

bool is_valid(std::string_view text) {
  Node node;
  Fault fault;
  return parse(text, node, fault);
}

std::string without_blanks(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  bool in_string = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (!in_string && is_blank(c)) continue;
    out.push_back(c);
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < raw.size()) out.push_back(raw[++i]);
  }
  return out;
}

}  // namespace ava::sample::json
