#include "data_split.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>

namespace ava::cli {

namespace {

Error bad_split(std::string_view message) {
  return Error(ErrorCode::kInvalidArgument, "split.bad", message)
      .hint("--split train=70%,val=30% or --split train=2000,val=500 or --split-by list");
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size();
}

/// "train=70%" or "train=2000", into the one or the other.
Result<void> take_part(std::string_view text, SplitChoice& choice) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return bad_split(fmt::format("'{}' is not PART=SIZE", text));
  const std::string part(text.substr(0, equals));
  std::string_view size = text.substr(equals + 1);
  const bool twice = choice.percent.contains(part) || choice.counts.contains(part);
  if (twice) return bad_split(fmt::format("'{}' is there twice", part));
  if (size.ends_with('%')) {
    size.remove_suffix(1);
    if (read_number(size, choice.percent[part])) return {};
  } else if (read_number(size, choice.counts[part])) {
    choice.by = pipeline::SplitBy::kCounts;
    return {};
  }
  return bad_split(fmt::format("'{}' is neither a whole number nor a percentage", text));
}

}  // namespace

void add_split_options(CLI::App& command, SplitOptions& options, bool files) {
  options.percents = {command.add_option("--train", options.train, "Percent for training")->capture_default_str(),
                      command.add_option("--val", options.val, "Percent for validation")->capture_default_str(),
                      command.add_option("--test", options.test, "Percent for the final test")->capture_default_str()};
  command
      .add_option("--split", options.split,
                  "All parts at once: train=70%,val=30% or, in numbers of samples, train=2000,val=500")
      ->delimiter(',');
  command.add_option("--split-by", options.split_by,
                     files ? "list: each line says its part by the member split, as imports write it;\n"
                             "or a FILE of lines: part, tab, url"
                           : "list: each line says its part by the member split, as imports write it");
}

Result<SplitChoice> split_choice(const SplitOptions& options) {
  SplitChoice choice;
  const bool percents = std::any_of(options.percents.begin(), options.percents.end(),
                                    [](const CLI::Option* option) { return option->count() > 0; });
  if (percents + !options.split.empty() + !options.split_by.empty() > 1) return bad_split("parts are told in two ways");
  if (!options.split_by.empty()) {
    choice.by = pipeline::SplitBy::kList;
    if (options.split_by != "list") choice.file = options.split_by;
    return choice;
  }
  for (const std::string& part : options.split) AVA_CHECK(take_part(part, choice));
  if (!choice.percent.empty() && !choice.counts.empty())
    return bad_split("percentages and numbers of samples do not mix");
  if (options.split.empty()) choice.percent = {{"train", options.train}, {"val", options.val}, {"test", options.test}};
  return choice;
}

}  // namespace ava::cli
