// What is doubtful about a list: its lines, its classes, its boxes and its pictures, each doubt with a severity, a
// count and the lines. Nothing is changed and nothing is left out; people decide.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "schema/schema.hpp"

namespace ava::pipeline {

/// kError: the item or box cannot be learned from. kWarning: it can, and probably should not be as it is.
enum class Severity : std::uint8_t { kError, kWarning, kNote };
std::span<const schema::EnumName<Severity>> enum_names(Severity);

/// A place of the list, or a class.
struct Example {
  std::uint64_t line = 0;  ///< 0: it is about a class
  std::string text;
};
void describe(schema::Visitor& v, Example& x);

/// All cases of one doubt.
struct Finding {
  std::string code;  ///< noun.problem; that of a line or a picture that cannot be read is the reader's
  Severity severity = Severity::kNote;
  std::string what;  ///< in words
  std::uint64_t count = 0;
  std::vector<Example> examples;  ///< the first, in the order of the list
};
void describe(schema::Visitor& v, Finding& x);

/// Units: sizes in pixels.
struct QualityOptions {
  std::string list;
  Sources sources;
  std::string url_prefix;
  std::vector<std::string> classes;  ///< those that may occur; empty: any
  std::size_t examples = 20;         ///< of each finding
  bool pictures = true;              ///< read the pictures, too
  int near_bits = 4;                 ///< differing bits of 64; -1: do not look for near duplicates
  std::uint64_t rare_count = 10;     ///< a class with fewer is rare
  double rare_share = 0.01;          ///< and so is one with less than this share of its label
  double imbalance = 20;             ///< largest class by smallest
  int tiny = 32;                     ///< shorter edge below this
  int huge = 8192;                   ///< longer edge above this
  double aspect = 5;                 ///< longer edge by shorter one
  std::uint64_t max_bytes = 512u << 20;
  unsigned threads = 0;
};

struct QualityReport {
  std::uint64_t lines = 0;
  std::uint64_t items = 0;
  std::uint64_t pictures = 0;  ///< decoded to their end
  std::uint64_t errors = 0;    ///< cases, not kinds
  std::uint64_t warnings = 0;
  std::uint64_t notes = 0;
  std::vector<Finding> findings;  ///< errors first, then by code
};
void describe(schema::Visitor& v, QualityReport& x);

/// Read the list once, then every picture once, many at a time. Memory: at most 32 bytes per item, and a few pictures
/// per thread. Errors: `file.not_found`, `list.*`, `job.cancelled`; a store that cannot be reached at all.
Result<QualityReport> check_quality(const QualityOptions& options, const OnProgress& on_progress = {},
                                    const std::stop_token& stop = {});

}  // namespace ava::pipeline
