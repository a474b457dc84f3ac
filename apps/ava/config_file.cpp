#include "config_file.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/file.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace ava::cli {

namespace {

constexpr std::uint64_t kLargestFile = 1u << 20;

Error bad(std::string_view slug, const std::string& path, const toml::source_position& at, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, slug, fmt::format("{}:{}:{}: {}", path, at.line, at.column, what));
}

/// The words a command line would have: one for a plain value, several for an array; nothing for anything else.
std::vector<std::string> words_of(const toml::node& value) {
  std::vector<std::string> words;
  if (const auto* list = value.as_array()) {
    for (const toml::node& item : *list)
      for (std::string& word : words_of(item)) words.push_back(std::move(word));
  } else if (const auto* text = value.as_string()) {
    words.push_back(text->get());
  } else if (const auto* number = value.as_integer()) {
    words.push_back(std::to_string(number->get()));
  } else if (const auto* flag = value.as_boolean()) {
    words.emplace_back(flag->get() ? "true" : "false");
  }
  return words;
}

Result<void> give(CLI::Option& option, const std::vector<std::string>& words) {
  try {
    for (const std::string& word : words) option.add_result(word);
    option.run_callback();
  } catch (const CLI::ParseError& error) {  // adapter: CLI11 reports bad values by throwing
    return Error(ErrorCode::kInvalidArgument, "config.bad_value", error.what());
  }
  return {};
}

}  // namespace

Result<void> apply_config(CLI::App& command, const std::string& path) {
  AVA_TRY(const std::string text, file::read(path, kLargestFile));
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed)
    return bad("config.bad_toml", path, parsed.error().source().begin, parsed.error().description())
        .hint("text needs quotes: listen = \"127.0.0.1:8080\"");
  for (const auto& [name, value] : parsed.table()) {
    const std::string key(name.str());
    CLI::Option* option = command.get_option_no_throw("--" + key);
    if (option == nullptr || key == "config" || key == "help")
      return bad("config.unknown_key", path, name.source().begin, fmt::format("there is no option '{}'", key))
          .hint("keys are the long options of ava " + command.get_name() + " without dashes, above any [section]");
    const auto words = words_of(value);
    if (words.empty())
      return bad("config.bad_value", path, value.source().begin, fmt::format("'{}' has no value", key));
    if (option->count() > 0) continue;  // the command line wins
    AVA_CHECK(give(*option, words).context(fmt::format("{}:{}", path, value.source().begin.line)));
  }
  return {};
}

}  // namespace ava::cli
