#include "pipeline/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <utility>

#include "base/digest.hpp"
#include "pipeline/plan.hpp"
#include "schema/json.hpp"

namespace ava::pipeline {

Result<GroupRules> GroupRules::parse(const std::vector<std::string>& names, int near_bits) {
  constexpr std::string_view kField = "field:";
  GroupRules rules{.near_bits = near_bits};
  if (names.size() == 1 && names.front() == "none") return rules;
  for (const std::string& name : names) {
    if (name == "source")
      rules.source = true;
    else if (name == "duplicates")
      rules.duplicates = true;
    else if (name == "near")
      rules.near = true;
    else if (name.starts_with(kField) && name.size() > kField.size())
      rules.field = name.substr(kField.size());
    else
      return Error(ErrorCode::kInvalidArgument, "group.unknown", fmt::format("'{}' groups nothing", name))
          .at("/keep_together")
          .hint("source, duplicates, near, field:NAME, or none alone");
  }
  if (near_bits < 0 || near_bits > kMostNearBits)
    return Error(ErrorCode::kInvalidArgument, "group.bad_distance",
                 fmt::format("near is from 0 to {} bits, not {}", kMostNearBits, near_bits))
        .at("/near_bits");
  return rules;
}

namespace {

/// A key of an item: items with one key belong together.
struct Keyed {
  std::uint64_t key;
  std::uint32_t item;
};

std::uint64_t hash_of(std::string_view text) {
  const Digest digest = sha256(text);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < sizeof key; ++i) key = key << 8 | digest[i];
  return key;
}

class GroupMaker {
 public:
  GroupMaker(const GroupRules& rules, const Catalogue& catalogue, const ListFile& list,
             const sample::ListOptions& options, const std::stop_token& stop)
      : rules_(rules),
        catalogue_(catalogue),
        list_(list),
        options_(options),
        stop_(stop),
        sets_(static_cast<std::uint32_t>(catalogue.items.size())),
        reasons_(catalogue.items.size(), 0) {}

  Result<void> join_sources() {
    if (!catalogue_.has_sources) return {};
    std::vector<Keyed> keys;
    AVA_CHECK(each_line("\"source_url\"", [&](std::uint32_t item, const sample::Sample& parsed) {
      if (!parsed.source_url.empty()) keys.push_back({hash_of(parsed.source_url), item});
    }));
    if (keys.empty()) return {};
    // The originals themselves are of the family, too.
    AVA_CHECK(each_line("", [&](std::uint32_t item, const sample::Sample& parsed) {
      keys.push_back({hash_of(parsed.url), item});
    }));
    join(std::move(keys), GroupReason::kSource);
    return {};
  }

  Result<void> join_field() {
    std::vector<Keyed> keys;
    AVA_CHECK(each_line(rules_.field, [&](std::uint32_t item, const sample::Sample& parsed) {
      const auto extra = schema::parse("{" + parsed.extra + "}");
      if (extra.ok() && extra->contains(rules_.field)) keys.push_back({hash_of((*extra)[rules_.field].dump()), item});
    }));
    if (keys.empty())
      return Error(ErrorCode::kInvalidArgument, "group.no_field", fmt::format("no line has '{}'", rules_.field))
          .at("/keep_together");
    join(std::move(keys), GroupReason::kField);
    return {};
  }

  void join_prints(std::span<const Fingerprint> prints) {
    std::vector<Keyed> keys;
    std::vector<std::uint64_t> shown;
    std::vector<std::uint32_t> items;
    for (std::uint32_t i = 0; i < prints.size(); ++i) {
      if (catalogue_.class_of[i] == kNoClass) continue;
      if (rules_.duplicates) keys.push_back({prints[i].bytes, i});
      if (!rules_.near) continue;
      shown.push_back(prints[i].shown);
      items.push_back(i);
    }
    join(std::move(keys), GroupReason::kDuplicate);
    if (rules_.near)
      each_near(shown, rules_.near_bits,
                [&](std::uint32_t a, std::uint32_t b, int) { unite(items[a], items[b], GroupReason::kNear); });
  }

  std::vector<std::uint32_t> group_of() {
    std::vector<std::uint32_t> groups(sets_.count());
    for (std::uint32_t i = 0; i < groups.size(); ++i) groups[i] = sets_.find(i);
    return groups;
  }

  /// By group number: why its members are together.
  std::vector<std::uint8_t> reasons() {
    std::vector<std::uint8_t> of_groups(reasons_.size(), 0);
    for (std::uint32_t i = 0; i < reasons_.size(); ++i) of_groups[sets_.find(i)] |= reasons_[i];
    return of_groups;
  }

 private:
  /// Lines that contain `text`, parsed.
  Result<void> each_line(std::string_view text,
                         const std::function<void(std::uint32_t, const sample::Sample&)>& take) const {
    for (std::uint32_t i = 0; i < catalogue_.items.size(); ++i) {
      if (i % 1024 == 0 && stop_.stop_requested())
        return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
      if (catalogue_.class_of[i] == kNoClass) continue;
      AVA_TRY(const std::string line, list_.read_at(catalogue_.items[i].offset, catalogue_.items[i].bytes));
      if (line.find(text) == std::string::npos) continue;
      AVA_TRY(const sample::Sample parsed, sample::parse_sample(line, options_));
      take(i, parsed);
    }
    return {};
  }

  void join(std::vector<Keyed> keys, GroupReason reason) {
    std::sort(keys.begin(), keys.end(),
              [](const Keyed& a, const Keyed& b) { return std::pair(a.key, a.item) < std::pair(b.key, b.item); });
    for (std::size_t i = 1; i < keys.size(); ++i)
      if (keys[i].key == keys[i - 1].key && keys[i].item != keys[i - 1].item)
        unite(keys[i - 1].item, keys[i].item, reason);
  }

  void unite(std::uint32_t a, std::uint32_t b, GroupReason reason) {
    sets_.unite(a, b);
    reasons_[a] |= static_cast<std::uint8_t>(reason);
  }

  const GroupRules& rules_;
  const Catalogue& catalogue_;
  const ListFile& list_;
  const sample::ListOptions& options_;
  const std::stop_token& stop_;
  DisjointSets sets_;
  std::vector<std::uint8_t> reasons_;
};

std::string names_of(std::uint8_t reasons) {
  std::string names;
  const std::pair<GroupReason, std::string_view> all[] = {{GroupReason::kSource, "source"},
                                                          {GroupReason::kDuplicate, "duplicate"},
                                                          {GroupReason::kNear, "near"},
                                                          {GroupReason::kField, "field"}};
  for (const auto& [reason, name] : all)
    if ((reasons & static_cast<std::uint8_t>(reason)) != 0)
      names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", name);
  return names;
}

/// Of a group in more than one part; nothing for the others.
std::string parts_text(std::uint8_t parts) {
  if (std::popcount(parts) < 2) return {};
  std::string names;
  for (std::size_t p = 0; p < std::size(kPartNames); ++p)
    if ((parts & 1u << p) != 0) names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", kPartNames[p]);
  return ",\"parts\":[" + names + "]";
}

}  // namespace

Result<Groups> Groups::make(const GroupRules& rules, const Catalogue& catalogue, const ListFile& list,
                            const sample::ListOptions& options, std::span<const Fingerprint> prints,
                            const std::stop_token& stop) {
  GroupMaker maker(rules, catalogue, list, options, stop);
  if (rules.source) AVA_CHECK(maker.join_sources());
  if (!rules.field.empty()) AVA_CHECK(maker.join_field());
  if (!prints.empty()) maker.join_prints(prints);
  Groups groups;
  groups.group_of_ = maker.group_of();
  groups.reasons_ = maker.reasons();
  return groups;
}

GroupSummary Groups::summary(const Catalogue& catalogue) const {
  std::vector<std::uint32_t> size(group_of_.size(), 0);
  for (const std::uint32_t group : group_of_) ++size[group];
  GroupSummary summary;
  for (const std::uint32_t members : size) {
    if (members < 2) continue;
    ++summary.groups;
    summary.samples += members;
    summary.largest = std::max<std::uint64_t>(summary.largest, members);
  }
  for (const std::uint8_t parts : parts_of(catalogue)) summary.parted += std::popcount(parts) > 1 ? 1 : 0;
  return summary;
}

std::vector<std::uint8_t> Groups::parts_of(const Catalogue& catalogue) const {
  std::vector<std::uint8_t> parts(group_of_.size(), 0);
  for (std::uint32_t i = 0; i < group_of_.size() && i < catalogue.part_of.size(); ++i)
    if (catalogue.part_of[i] != kNoPart && catalogue.class_of[i] != kNoClass)
      parts[group_of_[i]] |= static_cast<std::uint8_t>(1u << catalogue.part_of[i]);
  return parts;
}

Result<format::OutFile> Groups::write(const std::filesystem::path& path, const Catalogue& catalogue) const {
  std::map<std::uint32_t, std::string> lines;  // only of groups of two and more
  for (std::uint32_t i = 0; i < group_of_.size(); ++i)
    if (group_of_[i] != i) {
      std::string& text = lines[group_of_[i]];
      if (text.empty()) text = std::to_string(catalogue.items[group_of_[i]].line);
      text += fmt::format(",{}", catalogue.items[i].line);
    }
  const std::vector<std::uint8_t> parts = parts_of(catalogue);
  AVA_TRY(auto file, format::OutFile::create(path));
  std::uint64_t number = 0;
  for (const auto& [group, members] : lines)
    AVA_CHECK(file.write(fmt::format("{{\"group\":{},\"reasons\":[{}],\"lines\":[{}]{}}}\n", ++number,
                                     names_of(reasons_[group]), members, parts_text(parts[group]))));
  AVA_CHECK(file.close());
  return file;
}

}  // namespace ava::pipeline
