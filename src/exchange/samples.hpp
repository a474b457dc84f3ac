// Small steps every importer takes: unknown members as JSON text, boxes cut to their picture, numbers of foreign files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sample/foreign_boxes.hpp"
#include "sample/sample.hpp"

namespace ava::exchange {

/// Members of an object as Sample::extra has them: `"split":"train","width":640`.
class Members {
 public:
  Members& text(std::string_view key, std::string_view value);
  Members& number(std::string_view key, double value);
  Members& flag(std::string_view key, bool value);
  /// `json` is JSON text without blanks.
  Members& raw(std::string_view key, std::string_view json);
  std::string take() { return std::move(out_); }
  bool empty() const { return out_.empty(); }

 private:
  std::string& key(std::string_view name);
  std::string out_;
};

/// Units: pixels; 0: unknown.
struct Frame {
  double width = 0;
  double height = 0;
  bool known() const { return width > 0 && height > 0; }
};

/// What became of a box or polygon: `slug` says why it is out, empty when it stays.
struct Judged {
  std::string_view slug;
  std::string detail;
  bool clipped = false;
};
/// Cut to the frame if that is known. Slugs: `bbox_not_a_number`, `bbox_empty`. Source: formats.md 2.5.
Judged judge(sample::Box& box, const Frame& frame);
Judged judge(std::vector<sample::Point>& polygon, const Frame& frame);

/// The whole text as a number; blanks around are fine, "nan" and "inf" are numbers.
std::optional<double> number_of(std::string_view text);
std::optional<long long> integer_of(std::string_view text);
std::string_view trimmed(std::string_view text);
/// Separated by blanks and tabs, empty ones left out.
std::vector<std::string_view> words_of(std::string_view line);

/// A sample with one label of this type and no data yet.
sample::Sample labelled_sample(std::string url, sample::LabelType type, const std::string& label);
sample::Entry box_entry(const sample::Box& box, std::string cls);

/// "train" of "train", "val" of "val2017", "valid" and "validation", "test" of "testing"; empty: no name of a split.
std::string_view split_of_name(std::string_view name);

/// The part a picture is in by the first of its folders that has such a name.
std::string_view split_of_folders(std::string_view name);

/// Line breaks inside are fine; nothing when another character is.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace ava::exchange
