#include "sample/block_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sample/diagnose.hpp"
#include "sample/json_tree.hpp"

namespace ava::sample {

namespace {

constexpr std::string_view kOneObjectPerLine =
    "a list has one JSON object per line; `ava data convert FILE -o LIST` makes it so";

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

/// Sixteen bytes at a time: one search per line costs a tenth of the whole reading time.
std::uint64_t lines_in(std::string_view text) {
  using Bytes __attribute__((vector_size(16))) = unsigned char;
  const Bytes newline = Bytes{} + static_cast<unsigned char>('\n');
  std::uint64_t count = 0;
  std::size_t at = 0;
  while (text.size() - at >= sizeof(Bytes)) {
    Bytes found{};  // sixteen counters: 255 steps until one is full
    const std::size_t steps = std::min<std::size_t>((text.size() - at) / sizeof(Bytes), 255);
    for (std::size_t i = 0; i < steps; ++i, at += sizeof(Bytes)) {
      Bytes chunk;
      std::memcpy(&chunk, text.data() + at, sizeof(Bytes));
      found -= reinterpret_cast<Bytes>(chunk == newline);
    }
    for (std::size_t i = 0; i < sizeof(Bytes); ++i) count += found[i];
  }
  for (; at < text.size(); ++at) count += text[at] == '\n' ? 1 : 0;
  return count;
}

/// "; 3:3 problem: fix" for every fault of a text that should be one JSON value. `cut`: only its beginning is here, so
/// that it ends too early is no fault of it.
std::string faults_in(std::string_view text, bool cut) {
  if (cut) text = text.substr(0, text.rfind('\n') + 1);
  std::string out;
  for (const Diagnostic& found : diagnose(text)) {
    if (cut && !found.applied && found.problem.starts_with("the text ends")) break;
    out += fmt::format("; {}:{} {}: {}", found.line, found.column, found.problem, found.fix);
  }
  return out;
}

}  // namespace

BlockSource::BlockSource(ByteSource source, const ListOptions& options)
    : source_(std::move(source)), options_(options) {}

/// Append up to `want` bytes to the batch. False: the source broke.
bool BlockSource::read_more(Batch::Impl& batch, std::size_t want) {
  if (batch.text.size() < batch.size + want + Batch::Impl::kPadding)
    batch.text.resize(batch.size + want + Batch::Impl::kPadding);
  while (want > 0) {
    auto got = source_(batch.text.data() + batch.size, want);
    if (!got.ok()) {
      batch.failed = std::move(got.error());
      return false;
    }
    if (*got == 0) {
      ended_ = true;
      return true;
    }
    batch.size += *got;
    want -= *got;
  }
  return true;
}

/// The batch holds the beginning of one line over the limit: drop the line, note it, keep what follows.
bool BlockSource::skip_long_line(Batch::Impl& batch) {
  std::uint64_t dropped = batch.size;
  for (;;) {
    batch.size = 0;
    if (!read_more(batch, options_.block_bytes)) return false;
    const std::string_view text(batch.text.data(), batch.size);
    const auto end = text.find('\n');
    dropped += end == std::string_view::npos ? text.size() : end + 1;
    if (end == std::string_view::npos && !ended_) continue;
    carry_ = end == std::string_view::npos ? std::string() : std::string(text.substr(end + 1));
    break;
  }
  batch.size = 0;
  Reject reject;
  reject.line = line_;
  reject.slug = "line_too_long";
  reject.detail = fmt::format("{} bytes, the limit is {}", dropped, options_.max_line_bytes);
  batch.rejects.push_back(std::move(reject));
  ++batch.counts.lines;
  ++batch.counts.rejected;
  offset_ += dropped;
  ++line_;
  return true;
}

/// Beginning of the file: the byte order mark, and shapes that are JSON but no list.
bool BlockSource::check_start(Batch::Impl& batch) {
  first_ = false;
  std::string_view text(batch.text.data(), batch.size);
  if (text.starts_with(kBom)) std::memset(batch.text.data(), ' ', kBom.size());
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return true;
  text.remove_prefix(begin);
  const auto refuse = [&](std::string_view slug, std::string_view what) {
    batch.failed = Error(ErrorCode::kCorrupt, slug, what).hint(kOneObjectPerLine);
    return false;
  };
  if (text.front() == '[') return refuse("list.json_array", "the file is one JSON array");
  const auto end = text.find('\n');
  if (text.front() != '{' || end == std::string_view::npos) return true;
  json::Node node;
  json::Fault fault;
  const auto second = text.find_first_not_of(kBlanks, end);
  if (second == std::string_view::npos || text[second] == '{') return true;
  if (json::parse(text.substr(0, end), node, fault) || fault.kind != json::FaultKind::kUnclosed) return true;
  const std::string faults = faults_in({batch.text.data(), batch.size}, !ended_);
  batch.failed =
      Error(ErrorCode::kCorrupt, "list.object_over_lines", "one object is spread over many lines")
          .hint(faults.empty() ? std::string(kOneObjectPerLine) : "a list has one JSON object per line" + faults);
  return false;
}

bool BlockSource::fill(Batch::Impl& batch) {
  batch.clear();
  batch.size = 0;
  if (ended_ && carry_.empty()) return false;
  std::size_t whole = 0;
  if (batch.text.size() < carry_.size() + Batch::Impl::kPadding)
    batch.text.resize(carry_.size() + Batch::Impl::kPadding);
  std::memcpy(batch.text.data(), carry_.data(), carry_.size());
  batch.size = carry_.size();
  carry_.clear();
  for (;;) {
    if (!ended_ && !read_more(batch, options_.block_bytes)) return false;
    const std::string_view text(batch.text.data(), batch.size);
    const auto last = text.rfind('\n');
    whole = ended_ ? text.size() : last == std::string_view::npos ? 0 : last + 1;
    if (whole > 0 || ended_) break;
    if (batch.size <= options_.max_line_bytes) continue;
    if (!skip_long_line(batch)) return false;
    batch.first_line = line_;
    batch.first_offset = offset_;
    return true;
  }
  carry_.assign(batch.text.data() + whole, batch.size - whole);
  batch.size = whole;
  batch.first_line = line_;
  batch.first_offset = offset_;
  line_ += lines_in({batch.text.data(), whole});
  offset_ += whole;
  std::memset(batch.text.data() + whole, 0, Batch::Impl::kPadding);
  return !(first_ && whole > 0) || check_start(batch);
}

}  // namespace ava::sample
