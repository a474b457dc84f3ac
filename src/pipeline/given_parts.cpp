#include "pipeline/given_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "exchange/samples.hpp"
#include "pipeline/split_by.hpp"
#include "schema/json.hpp"

namespace ava::pipeline {

std::span<const schema::EnumName<SplitBy>> enum_names(SplitBy) {
  static constexpr schema::EnumName<SplitBy> kNames[] = {
      {SplitBy::kPercent, "percent"}, {SplitBy::kCounts, "counts"}, {SplitBy::kList, "list"}};
  return kNames;
}

std::uint8_t part_named(std::string_view name) {
  const std::string_view part = exchange::split_of_name(name);
  const auto found = std::find(std::begin(kPartNames), std::end(kPartNames), part);
  return found == std::end(kPartNames) ? kNoPart : static_cast<std::uint8_t>(found - std::begin(kPartNames));
}

namespace {

std::uint64_t key_of(std::string_view url) { return std::hash<std::string_view>{}(url); }

Error bad_file(const std::filesystem::path& path, std::uint64_t line, std::string_view problem) {
  return Error(ErrorCode::kInvalidArgument, "split.file_bad",
               fmt::format("'{}', line {}: {}", path.string(), line, problem))
      .at("/split_file")
      .hint("one line per picture: part, tab, url as the list has it")
      .detail("line", std::to_string(line));
}

}  // namespace

Result<GivenParts> GivenParts::of_file(const std::filesystem::path& path, sample::ListOptions options) {
  GivenParts parts(std::move(options));
  parts.from_file_ = true;
  AVA_TRY(const Digest digest, sha256_of_file(path.string()));
  parts.sha256_ = to_hex(digest);
  std::ifstream file(path, std::ios::binary);
  std::uint64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::string_view text = exchange::trimmed(line);
    if (text.empty()) continue;
    const std::size_t tab = text.find('\t');
    if (tab == std::string_view::npos) return bad_file(path, number, "no tab between part and url");
    const std::string part(text.substr(0, tab));
    const auto named = std::find(parts.names_.begin(), parts.names_.end(), part);
    const auto at = static_cast<std::uint32_t>(named - parts.names_.begin());
    if (named == parts.names_.end()) parts.names_.push_back(part);
    const auto [found, added] = parts.by_url_.emplace(key_of(text.substr(tab + 1)), at);
    if (!added && found->second != at) return bad_file(path, number, "another part was given to this url before");
  }
  return parts;
}

std::optional<std::string> GivenParts::part_of(const sample::SampleView& view) const {
  constexpr const char* kMember = "split";
  if (from_file_) {
    const auto found = by_url_.find(key_of(view.url));
    return found == by_url_.end() ? std::nullopt : std::optional(names_[found->second]);
  }
  // Most lists of other origin have no such member at all: do not parse their lines a second time.
  if (view.raw.find("\"split\"") == std::string_view::npos) return std::nullopt;
  const auto parsed = sample::parse_sample(view.raw, options_);
  if (!parsed.ok()) return std::nullopt;
  const auto extra = schema::parse("{" + parsed->extra + "}");
  if (!extra.ok() || !extra->contains(kMember)) return std::nullopt;
  const schema::Json& part = (*extra)[kMember];
  if (part.is_null()) return std::nullopt;
  const std::string text = part.is_string() ? part.get<std::string>() : part.dump();
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace ava::pipeline
