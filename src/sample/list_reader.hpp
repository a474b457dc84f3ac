// Reads AVA lists as a stream of batches: tolerant (formats.md 2.6), constant memory, order kept, one or more threads.
// What cannot be an item becomes a Reject; in = items + rejected always holds for non-blank lines.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sample/sample.hpp"
#include "sample/url_check.hpp"

namespace ava::sample {

/// Fill the buffer; 0 only at the end. `[r = reader.get()](char* b, std::size_t n) { return r->read(b, n); }` for
/// storage.
using ByteSource = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;
ByteSource source_of(std::string text);
/// Errors: `file.not_found`, `file.io`.
Result<ByteSource> source_of_file(const std::string& path);

/// Something left out, as a line of rejects.jsonl.
struct Reject {
  std::uint64_t line = 0;
  std::uint64_t column = 0;  ///< characters from 1; 0: the whole line
  std::string url;
  std::string slug;
  std::string detail;
  std::string hint;
  bool annotation = false;  ///< one entry of a sample that itself stays
};
/// {"line":7,"column":12,"url":"...","slug":"...","detail":"...","hint":"..."} with LF; empty members left out.
std::string to_json_line(const Reject& reject);

/// Tolerances used, counted by name: `url_long`, `label_member_outside`, `type_missing`, `class_in_list`, `null_data`,
/// `number_in_string`, `duplicate_key`, `duplicate_label`, `several_classes`, `mixed_forms`, `version_number`.
using Warnings = std::map<std::string, std::uint64_t, std::less<>>;

struct ListCounts {
  std::uint64_t lines = 0;  ///< non-blank
  std::uint64_t blank = 0;
  std::uint64_t items = 0;
  std::uint64_t rejected = 0;     ///< lines = items + rejected
  std::uint64_t annotations = 0;  ///< data entries seen
  std::uint64_t annotations_rejected = 0;
  std::uint64_t old_form = 0;  ///< items with labels in the old form
  std::uint64_t new_form = 0;
  std::uint64_t bytes = 0;
  Warnings warnings;
  void add(const ListCounts& other);
};

struct ListOptions {
  std::size_t max_line_bytes = 16u << 20;
  std::size_t block_bytes = 1u << 18;
  unsigned threads = 1;            ///< parsing threads; 1 parses in the caller
  std::string url_prefix;          ///< put before relative urls; empty: they are rejected (`url_relative`)
  bool allow_relative = false;     ///< keep relative urls as they are (offline tool with a base folder)
  bool allow_local_paths = false;  ///< keep absolute paths and file: urls
  /// The hook gets the samples a few at a time, while they are in the cache, and the batches that next() hands out have
  /// none: for those who only count.
  bool only_hook = false;

  /// A prefix changes what stands in the line.
  UrlRules plain_urls() const { return {allow_relative && url_prefix.empty(), allow_local_paths}; }
};

/// A block of lines and what they hold. Reuse one Batch for speed. Lifetime: samples view into the batch.
class Batch {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  std::span<const SampleView> samples() const;
  std::span<const Reject> rejects() const;
  const ListCounts& counts() const;  ///< of this batch

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Thread: next() from one thread. Lifetime: stops its own threads when destroyed.
class ListReader {
 public:
  /// `on_batch`, if given, runs in the parsing thread (index 0..threads-1) before next() hands the batch out:
  /// statistics gathered per thread cost nothing in the caller.
  using Hook = std::function<void(unsigned thread, const Batch& batch)>;
  ListReader(ByteSource source, ListOptions options = {}, Hook on_batch = {});
  ~ListReader();
  ListReader(const ListReader&) = delete;
  ListReader& operator=(const ListReader&) = delete;

  /// False at the end. Errors: those of the source, `list.json_array` and `list.object_over_lines` (whole file is one
  /// value; hint says one object per line), `list.cancelled`.
  Result<bool> next(Batch& batch, const std::stop_token& stop = {});
  /// Sum over the batches handed out.
  const ListCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Parse one line completely. Warnings and annotation rejects are added where given.
/// Errors: the slugs of formats.md 2.6 with details "line"/"column" as numbers (line 1).
Result<Sample> parse_sample(std::string_view line, const ListOptions& options = {}, Warnings* warnings = nullptr,
                            std::vector<Reject>* annotation_rejects = nullptr);

}  // namespace ava::sample
