// What a list says, as text: read as a whole, and each line as a list of its own. Tests and fuzzers compare the two.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::sample {

/// Items, rejects and tolerances.
struct Said {
  std::vector<std::string> items;
  std::vector<std::string> rejects;
  Warnings warnings;
  std::string fault;  ///< why it could not be read to its end, or why its counts do not close
  bool operator==(const Said&) const = default;
};

namespace detail {

inline void append(std::string& out, std::string_view cls, bool truth, const double* score,
                   std::span<const Point> points) {
  out += ":" + std::string(cls) + (truth ? "!" : "?") + (score != nullptr ? std::to_string(*score) : "");
  for (const Point& p : points) out += " " + std::to_string(p.x) + "," + std::to_string(p.y);
}

inline std::string head(std::uint64_t line, std::string_view url, bool old_form, bool invalid) {
  return std::to_string(line) + "|" + std::string(url) + (old_form ? "|old" : "") + (invalid ? "|x" : "");
}

inline std::string describe(const SampleView& s) {
  std::string out = head(s.line, s.url, s.old_form, s.invalid) + "|" + std::string(s.raw);
  for (const LabelView& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + std::string(label.name);
    for (const EntryView& e : label.data) append(out, e.cls, e.truth, e.has_score ? &e.score : nullptr, e.points);
  }
  return out;
}

inline std::string describe(const Sample& s, std::uint64_t number, std::string_view raw) {
  std::string out = head(number, s.url, s.old_form, s.invalid) + "|" + std::string(raw);
  for (const Label& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + label.name;
    for (const Entry& e : label.data) append(out, e.cls, e.is_truth(), e.score ? &*e.score : nullptr, e.points);
  }
  return out;
}

inline std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace detail

inline Said read_all(const std::string& text, ListOptions options) {
  Said said;
  ListReader::Hook hook;
  if (options.only_hook)
    hook = [&](unsigned, const Batch& batch) {
      for (const SampleView& s : batch.samples()) said.items.push_back(detail::describe(s));
    };
  ListReader reader(source_of(text), options, hook);
  Batch batch;
  for (;;) {
    auto more = reader.next(batch);
    if (!more.ok()) said.fault = more.error().text();
    if (!more.ok() || !*more) break;
    for (const SampleView& s : batch.samples()) said.items.push_back(detail::describe(s));
    for (const Reject& reject : batch.rejects()) said.rejects.push_back(to_json_line(reject));
  }
  said.warnings = reader.counts().warnings;
  said.warnings.erase("mixed_forms");  // of the list, not of a line
  const ListCounts& counts = reader.counts();
  if (counts.items != said.items.size()) said.fault += "the items are not those counted";
  if (counts.lines != counts.items + counts.rejected) said.fault += "lines are not items and rejects";
  return said;
}

/// Each line as a list of its own: no line can have learnt from another one.
inline Said read_singly(const std::string& text, const ListOptions& options = {}) {
  Said said;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view raw = detail::trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (raw.empty()) continue;
    std::vector<Reject> rejects;
    const auto sample = parse_sample(raw, options, &said.warnings, &rejects);
    if (sample.ok()) {
      said.items.push_back(detail::describe(*sample, number, raw));
    } else {
      Reject& reject = rejects.emplace_back();
      const auto& details = sample.error().details();
      if (const auto column = details.find("column"); column != details.end())
        reject.column = std::stoul(column->second);
      if (const auto url = details.find("url"); url != details.end()) reject.url = url->second;
      reject.slug = sample.error().slug();
      reject.detail = sample.error().message();
      reject.hint = sample.error().hint();
    }
    for (Reject& reject : rejects) {
      reject.line = number;
      said.rejects.push_back(to_json_line(reject));
    }
  }
  return said;
}

/// For messages: the first thing the two do not agree on.
inline std::string first_difference(const Said& expected, const Said& said) {
  const auto differ = [](const std::vector<std::string>& a, const std::vector<std::string>& b) -> std::string {
    for (std::size_t i = 0; i < a.size() || i < b.size(); ++i)
      if (i >= a.size() || i >= b.size() || a[i] != b[i])
        return "expected: " + (i < a.size() ? a[i] : "nothing") + "\nsaid:     " + (i < b.size() ? b[i] : "nothing");
    return {};
  };
  if (std::string items = differ(expected.items, said.items); !items.empty()) return items;
  if (std::string rejects = differ(expected.rejects, said.rejects); !rejects.empty()) return rejects;
  return expected.warnings == said.warnings ? said.fault : "the tolerances used";
}

}  // namespace ava::sample
