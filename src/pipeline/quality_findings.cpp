#include "pipeline/quality_findings.hpp"

#include <algorithm>
#include <array>

namespace ava::pipeline {

std::span<const schema::EnumName<Severity>> enum_names(Severity) {
  static constexpr schema::EnumName<Severity> kNames[] = {
      {Severity::kError, "error"}, {Severity::kWarning, "warning"}, {Severity::kNote, "note"}};
  return kNames;
}

void describe(schema::Visitor& v, Example& x) {
  v.type("QualityExample");
  v.field("line", x.line, {.required = false});
  v.field("text", x.text);
}

void describe(schema::Visitor& v, Finding& x) {
  v.type("QualityFinding");
  v.field("code", x.code);
  v.field("severity", x.severity);
  v.field("what", x.what);
  v.field("count", x.count);
  v.field("examples", x.examples);
}

void describe(schema::Visitor& v, QualityReport& x) {
  v.type("QualityReport");
  v.field("lines", x.lines);
  v.field("items", x.items);
  v.field("pictures", x.pictures);
  v.field("errors", x.errors);
  v.field("warnings", x.warnings);
  v.field("notes", x.notes);
  v.field("findings", x.findings);
}

namespace {

struct Kind {
  std::string_view code;
  Severity severity;
  std::string_view what;
};

constexpr std::array kKinds = {
    Kind{"box.degenerate", Severity::kError, "boxes without any area"},
    Kind{"box.negative", Severity::kWarning, "boxes with a coordinate below zero"},
    Kind{"box.outside", Severity::kError, "boxes that lie outside the picture completely"},
    Kind{"box.sticks_out", Severity::kWarning, "boxes that leave the picture in part; formatting cuts them"},
    Kind{"class.imbalance", Severity::kWarning, "labels whose largest class is many times the smallest"},
    Kind{"class.missing", Severity::kWarning, "entries without a class"},
    Kind{"class.rare", Severity::kWarning, "classes with few examples"},
    Kind{"class.undefined", Severity::kError, "entries of a class that is not among the given ones"},
    Kind{"item.marked_invalid", Severity::kNote, "items marked invalid; formatting leaves them out"},
    Kind{"item.unlabelled", Severity::kNote, "items without any label"},
    Kind{"picture.aspect", Severity::kNote, "pictures much longer than wide, or wider than long"},
    Kind{"picture.extension", Severity::kWarning, "names whose extension is not what the bytes are"},
    Kind{"picture.huge", Severity::kNote, "very large pictures"},
    Kind{"picture.near_duplicate", Severity::kWarning, "pictures that look like an earlier one"},
    Kind{"picture.rotated", Severity::kWarning,
         "pictures stored rotated, to be turned by an EXIF mark most readers ignore"},
    Kind{"picture.tiny", Severity::kWarning, "very small pictures"},
    Kind{"url.duplicate", Severity::kWarning, "lines that repeat the url of an earlier one"},
};

}  // namespace

void Findings::add(std::string_view code, std::uint64_t line, std::string text, std::uint64_t count) {
  for (const Kind& kind : kKinds)
    if (kind.code == code) return add_as(kind.severity, kind.what, code, line, std::move(text), count);
  add_as(Severity::kError, "what cannot be read", code, line, std::move(text), count);
}

void Findings::add_as(Severity severity, std::string_view what, std::string_view code, std::uint64_t line,
                      std::string text, std::uint64_t count) {
  auto found = found_.find(code);
  if (found == found_.end())
    found = found_.emplace(code, Finding{std::string(code), severity, std::string(what), 0, {}}).first;
  Finding& finding = found->second;
  finding.count += count;
  if (finding.examples.size() < most_ && !text.empty()) finding.examples.push_back({line, std::move(text)});
}

void Findings::finish(QualityReport& report) {
  for (auto& [code, finding] : found_) {
    std::uint64_t& sum = finding.severity == Severity::kError     ? report.errors
                         : finding.severity == Severity::kWarning ? report.warnings
                                                                  : report.notes;
    sum += finding.count;
    std::stable_sort(finding.examples.begin(), finding.examples.end(),
                     [](const Example& a, const Example& b) { return a.line < b.line; });
    report.findings.push_back(std::move(finding));
  }
  found_.clear();
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
}

}  // namespace ava::pipeline
