#include "sample/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sample/json_tree.hpp"
#include "sample/text_place.hpp"

namespace ava::sample {

namespace {

using json::Fault;
using json::FaultKind;

/// Larger texts get their first fault only: each fix parses again.
constexpr std::size_t kRepairLimit = 1u << 20;

/// At most 60 bytes of a token's first line, cut between characters, with control characters written as \u00XX: what
/// is said about a file can be stored and shown whatever the file holds.
std::string shorten(std::string_view token) {
  std::size_t end = std::min({token.find('\n'), token.size(), std::size_t{60}});
  while (end > 0 && end < token.size() && (static_cast<unsigned char>(token[end]) & 0xC0) == 0x80) --end;
  std::string text;
  for (const char c : token.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F)
      text += c;
    else if (text.size() < 60)
      text += fmt::format("\\u{:04x}", byte);
  }
  return end < token.size() ? text + "..." : text;
}

/// Looks at one fault, says it in words, and repairs it when a mechanical repair exists.
class Doctor {
 public:
  explicit Doctor(std::string_view original)
      : edited_(original), one_line_(original.find('\n') == std::string_view::npos) {}

  /// True: the text is JSON now.
  bool healthy() {
    json::Node node;
    return json::parse(edited_.text(), node, fault_);
  }
  /// One diagnostic; `applied` tells whether the repair is in place.
  Diagnostic treat() {
    text_ = edited_.text();
    Diagnostic found;
    const Place place = edited_.original_place(fault_.at);
    found.line = place.line;
    found.column = place.column;
    if (text_.compare(fault_.at, 2, "//") == 0 || text_.compare(fault_.at, 2, "/*") == 0)
      remove_comment(found);
    else if (text_.compare(fault_.at, 3, "...") == 0)
      remove_dots(found);
    else
      explain(found);
    return found;
  }
  const std::string& text() const { return edited_.text(); }

 private:
  std::string here() const {
    std::size_t end = fault_.at;
    if (end < text_.size() && text_[end] == '"') {
      end = text_.find('"', end + 1);
      end = end == std::string::npos ? text_.size() : end + 1;
    } else {
      while (end < text_.size() && !json::is_blank(text_[end]) &&
             (end == fault_.at || std::string_view("{}[]:,\"").find(text_[end]) == std::string_view::npos))
        ++end;
    }
    return shorten(std::string_view(text_).substr(fault_.at, end - fault_.at));
  }
  std::string before() const {
    return shorten(std::string_view(text_).substr(fault_.before_begin, fault_.before_end - fault_.before_begin));
  }
  /// "at the end of line 6", "at 6:20" inside a line, or "at column 20": a text of one line is a line of some list.
  std::string where_before() const {
    const Place place = edited_.original_place(fault_.before_end);
    std::size_t i = fault_.before_end;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t' || text_[i] == '\r')) ++i;
    if (i < text_.size() && text_[i] == '\n') return fmt::format("at the end of line {}", place.line);
    if (one_line_) return fmt::format("at column {}", place.column);
    return fmt::format("at {}:{}", place.line, place.column);
  }
  /// " (line 17)", or nothing where there is only one line.
  std::string in_line(std::size_t at) const {
    return one_line_ ? "" : fmt::format(" (line {})", edited_.original_place(at).line);
  }

  void remove_comment(Diagnostic& found) {
    const bool line_comment = text_[fault_.at + 1] == '/';
    const auto end = line_comment ? text_.find('\n', fault_.at) : text_.find("*/", fault_.at + 2);
    const std::size_t stop = end == std::string::npos ? text_.size() : line_comment ? end : end + 2;
    found.problem = "JSON has no comments";
    found.fix = line_comment ? "JSON has no comments; delete from `//` to the end of the line"
                             : "JSON has no comments; delete from `/*` to `*/`";
    edited_.erase(fault_.at, stop - fault_.at);
    found.applied = true;
  }

  void remove_dots(Diagnostic& found) {
    std::size_t end = fault_.at;
    while (end < text_.size() && text_[end] == '.') ++end;
    found.problem = "`...` is not JSON";
    const bool comma = fault_.before_end > 0 && text_[fault_.before_begin] == ',';
    found.fix =
        comma ? "delete `...` and the `,` before it" + in_line(fault_.before_begin) : std::string("delete `...`");
    edited_.erase(fault_.at, end - fault_.at);
    if (comma) edited_.erase(fault_.before_begin, 1);
    found.applied = true;
  }

  void explain(Diagnostic& found) {
    switch (fault_.kind) {
      case FaultKind::kCommaExpected:
        comma_expected(found);
        break;
      case FaultKind::kCommaBeforeEnd:
        found.problem = fmt::format("`{}` after a comma", text_[fault_.at]);
        found.fix = "delete the trailing `,`" + in_line(fault_.before_begin);
        edited_.erase(fault_.before_begin, 1);
        found.applied = true;
        break;
      case FaultKind::kKeyExpected:
        key_expected(found);
        break;
      case FaultKind::kValueExpected:
        value_expected(found);
        break;
      case FaultKind::kUnclosed:
        unclosed(found);
        break;
      default:
        plain_words(found);
        break;
    }
  }

  void plain_words(Diagnostic& found) const {
    switch (fault_.kind) {
      case FaultKind::kEmpty:
        found.problem = "there is no value", found.fix = "write one JSON object";
        break;
      case FaultKind::kColonExpected:
        found.problem = fmt::format("`:` expected after {}, found `{}`", before(), here());
        found.fix = fmt::format("write `:` after {}", before());
        break;
      case FaultKind::kWrongClose:
        found.problem = fmt::format("`{}` closes `{}` of line {}", text_[fault_.at], text_[fault_.open_at],
                                    edited_.original_place(fault_.open_at).line);
        found.fix = fmt::format("write `{}` first", text_[fault_.open_at] == '[' ? ']' : '}');
        break;
      case FaultKind::kTextAfterEnd:
        found.problem = fmt::format("`{}` after the end of the value", here());
        found.fix = "write one object per line; check that the brackets balance";
        break;
      case FaultKind::kBadNumber:
        found.problem = fmt::format("`{}` is no JSON number", here());
        found.fix = "write digits like 12, -0.5 or 1e3; no leading zeros, no NaN";
        break;
      case FaultKind::kBadEscape:
        found.problem = "bad escape in a string", found.fix = "write `\\\\` for a backslash";
        break;
      case FaultKind::kControlCharacter:
        found.problem =
            fmt::format("control character 0x{:02x} in a string", static_cast<unsigned char>(text_[fault_.at]));
        found.fix = "write \\t, \\n or \\u00XX";
        break;
      case FaultKind::kStringUnclosed:
        found.problem = "the string does not end on its line", found.fix = "write the closing `\"`";
        break;
      case FaultKind::kBadUtf8:
        found.problem = "the bytes are not UTF-8", found.fix = "save the file as UTF-8";
        break;
      case FaultKind::kTooDeep:
        found.problem = "nested too deep", found.fix = "use fewer levels";
        break;
      default:
        found.problem = "not JSON";
        break;
    }
  }

  void comma_expected(Diagnostic& found) {
    if (fault_.in_array && text_[fault_.at] == ':' && text_[fault_.before_begin] == '"') {
      if (missing_brace(found)) return;
      found.problem = fmt::format("`:` after {} inside a list", before());
      found.fix = fmt::format("a member must be inside `{{` and `}}`: write `{{` before {}", before());
      return;
    }
    found.problem = fmt::format("`{}` follows a value", here());
    found.fix = fmt::format("insert `,` after `{}` {}", before(), where_before());
    const char c = text_[fault_.at];
    const bool starts_something = c == '"' || c == '{' || c == '[' || c == '-' || (c >= '0' && c <= '9');
    if (!starts_something) return;
    edited_.insert(fault_.before_end, ",");
    found.applied = true;
  }

  /// The manual's old example: `[[[10,20],...], "class": "dog"}]`, a box entry without `{` and `"pts":`.
  bool missing_brace(Diagnostic& found) {
    const std::size_t begin = fault_.item_begin;
    std::size_t end = begin < text_.size() && text_[begin] == '[' ? fault_.before_begin : begin;
    while (end > begin && (json::is_blank(text_[end - 1]) || text_[end - 1] == ',')) --end;
    const std::string_view polygon = std::string_view(text_).substr(begin, end - begin);
    if (polygon.empty() || !json::is_valid(polygon)) return false;
    const auto close = text_.find('}', fault_.at);
    if (close == std::string::npos) return false;
    const std::string members = "{" + text_.substr(fault_.before_begin, close - fault_.before_begin) + "}";
    if (!json::is_valid(members)) return false;
    std::string entry = json::without_blanks(members);
    entry.pop_back();
    entry += ",\"pts\":" + json::without_blanks(polygon) + "}";
    found.problem = "the bbox entry has no opening brace";
    found.fix = fmt::format("the bbox entry has no opening brace; write `{}`", entry);
    edited_.erase(begin, close + 1 - begin);
    edited_.insert(begin, entry);
    found.applied = true;
    return true;
  }

  void key_expected(Diagnostic& found) {
    found.problem = fmt::format("a name in double quotes expected, found `{}`", here());
    const std::string name = here();
    if (text_[fault_.at] == '\'') {
      const auto end = text_.find('\'', fault_.at + 1);
      found.fix = "use double quotes";
      if (end == std::string::npos) return;
      edited_.erase(end, 1);
      edited_.insert(end, "\"");
      edited_.erase(fault_.at, 1);
      edited_.insert(fault_.at, "\"");
      found.applied = true;
      return;
    }
    found.fix = fmt::format("write \"{}\"", name);
  }

  void value_expected(Diagnostic& found) {
    const std::string found_text = here();
    found.problem = fmt::format("a value expected, found `{}`", found_text);
    for (const auto& [python, json_word] : {std::pair<std::string_view, std::string_view>{"True", "true"},
                                            {"False", "false"},
                                            {"None", "null"},
                                            {"NaN", "null"}}) {
      if (found_text != python) continue;
      found.fix = fmt::format("write `{}`", json_word);
      edited_.erase(fault_.at, python.size());
      edited_.insert(fault_.at, json_word);
      found.applied = true;
      return;
    }
    if (!found_text.empty() && found_text.front() == '\'')
      found.fix = "use double quotes";
    else if (text_[fault_.at] == ',')
      found.fix = "delete the `,`, or write the missing value before it";
    else
      found.fix = "write a string in double quotes, a number, true, false, null, an object or a list";
  }

  void unclosed(Diagnostic& found) {
    const Place open = edited_.original_place(fault_.open_at);
    const char close = text_[fault_.open_at] == '[' ? ']' : '}';
    found.problem = fmt::format(
        "the text ends inside the `{}` {}", text_[fault_.open_at],
        one_line_ ? fmt::format("of column {}", open.column) : fmt::format("of {}:{}", open.line, open.column));
    found.fix = fmt::format("write `{}` at the end; one object must stand on one line", close);
  }

  EditedText edited_;
  bool one_line_;
  Fault fault_;
  std::string text_;
};

}  // namespace

std::vector<Diagnostic> diagnose(std::string_view text, std::size_t limit) {
  std::vector<Diagnostic> all;
  Doctor doctor(text);
  if (text.size() > kRepairLimit) limit = std::min<std::size_t>(limit, 1);
  while (all.size() < limit && !doctor.healthy()) {
    all.push_back(doctor.treat());
    if (!all.back().applied) break;
  }
  return all;
}

std::string repair(std::string_view text, bool* complete) {
  Doctor doctor(text);
  bool good = doctor.healthy();
  for (int rounds = 0; !good && rounds < 1000 && text.size() <= kRepairLimit; ++rounds) {
    if (!doctor.treat().applied) break;
    good = doctor.healthy();
  }
  if (complete != nullptr) *complete = good;
  return doctor.text();
}

}  // namespace ava::sample
