#include "sample/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ava::sample {

namespace {

bool is_blank_of_line(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank_of_line(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank_of_line(text.front())) text.remove_prefix(1);
  return text;
}

std::uint64_t number_in(const Error& error, std::string_view key) {
  const auto found = error.details().find(std::string(key));
  std::uint64_t value = 0;
  if (found != error.details().end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

/// Where the second half of some lines begins. 0: it is one line.
std::size_t middle_of(std::string_view lines) {
  lines.remove_suffix(lines.empty() ? 0 : 1);
  auto end = lines.find('\n', lines.size() / 2);
  if (end == std::string_view::npos) end = lines.rfind('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

/// Give a parsed sample the views a scanned one has.
void view_of(OwnedSample& owned, SampleView& view) {
  const Sample& sample = owned.sample;
  std::size_t count = 0;
  for (const Label& label : sample.labels) count += label.data.size();
  owned.entries.reserve(count);
  for (const Label& label : sample.labels) {
    const std::size_t begin = owned.entries.size();
    for (const Entry& entry : label.data) {
      EntryView& made = owned.entries.emplace_back();
      made.cls = entry.cls;
      made.points = entry.points;
      made.has_score = entry.score.has_value();
      made.score = entry.score.value_or(0);
      made.truth = entry.is_truth();
      made.has_cluster = entry.cluster.has_value();
      if (entry.cluster) made.cluster = entry.cluster->id;
    }
    owned.labels.push_back({label.type, label.name, std::span(owned.entries).subspan(begin)});
  }
  view.url = sample.url;
  view.type = sample.type;
  view.labels = owned.labels;
  view.old_form = sample.old_form;
  view.invalid = sample.invalid;
}

}  // namespace

void Batch::Impl::clear() {
  samples.clear();
  owned.clear();
  rejects.clear();
  counts = {};
  failed.reset();
}

void Batch::Impl::parse(const ListOptions& options, const std::function<void()>& piece_done) {
  const std::string_view block(text.data(), size);
  const char* const end = block.data() + size;
  piece_done_ = piece_done ? &piece_done : nullptr;
  scanner.reset(block, options.plain_urls());
  counts.bytes = size;
  std::uint64_t number = first_line;
  for (const char* at = block.data(); at < end;) {
    const char* const stop = repeated(at, number, options);
    // As long as lines repeat, one that does not is read alone; where they do not, ever more of them are read together.
    constexpr std::ptrdiff_t kEnough = 1024;
    stretch_ = stop - at >= kEnough ? 1 : std::min(std::max<std::size_t>(stretch_, 64) * 2, size);
    at = stop;
    if (at == end) break;
    const auto rest = static_cast<std::size_t>(end - at);
    const std::size_t least = std::min(stretch_, rest) - 1;
    const auto* last = static_cast<const char*>(std::memchr(at + least, '\n', rest - least));
    const char* const behind = last == nullptr ? end : last + 1;
    number = lines({at, static_cast<std::size_t>(behind - at)}, number, options);
    at = behind;
  }
  if (piece_done_ != nullptr) (*piece_done_)();
  const auto warn = [&](std::string_view name, std::uint64_t count) {
    if (count > 0) counts.warnings[std::string(name)] += count;
  };
  warn("version_number", scanner.version_numbers);
  warn("several_classes", scanner.several_classes);
  warn("type_missing", scanner.missing_types);
  warn("url_long", scanner.long_urls);
}

/// Read lines as long as they look like earlier ones. Returns the place behind them.
const char* Batch::Impl::repeated(const char* at, std::uint64_t& number, const ListOptions& options) {
  const char* const end = text.data() + size;
  while (at < end) {
    SampleView& view = samples.emplace_back();
    const char* const stop = scanner.repeat(at, options.max_line_bytes, view);
    if (stop == nullptr) {
      samples.pop_back();
      break;
    }
    ++counts.lines;
    accept(view, view.raw, number++, at);
    made_one();
    at = stop;
  }
  return at;
}

/// Samples that were looked at leave the cache before they are written to memory.
void Batch::Impl::made_one() {
  constexpr std::size_t kPiece = 32;
  if (piece_done_ == nullptr || samples.size() < kPiece) return;
  (*piece_done_)();
  samples.clear();
  owned.clear();
  scanner.forget();
}

/// The tokens of all lines at once; where a line among them spoils that, those of each half, until it is alone.
/// Returns the number of the line behind the piece.
std::uint64_t Batch::Impl::lines(std::string_view piece, std::uint64_t number, const ListOptions& options) {
  const bool indexed = scanner.index(piece);
  if (const std::size_t half = indexed ? 0 : middle_of(piece); half > 0) {
    number = lines(piece.substr(0, half), number, options);
    return lines(piece.substr(half), number, options);
  }
  const char* const end = piece.data() + piece.size();
  for (const char* at = piece.data(); at < end; ++number) {
    const auto* stop = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (stop == nullptr) stop = end;
    line({at, static_cast<std::size_t>(stop - at)}, number, indexed, options);
    at = stop + 1;
  }
  return number;
}

void Batch::Impl::line(std::string_view raw, std::uint64_t number, bool indexed, const ListOptions& options) {
  const std::string_view trimmed = trim(raw);
  if (trimmed.empty()) {
    ++counts.blank;
    return;
  }
  ++counts.lines;
  if (raw.size() > options.max_line_bytes) {
    Reject reject;
    reject.line = number;
    reject.slug = "line_too_long";
    reject.detail = fmt::format("{} bytes, the limit is {}", raw.size(), options.max_line_bytes);
    rejects.push_back(std::move(reject));
    ++counts.rejected;
    return;
  }
  SampleView& view = samples.emplace_back();
  if (indexed && scanner.scan(trimmed, view)) {
    accept(view, trimmed, number, raw.data());
    if (raw.data() + raw.size() < text.data() + size) scanner.learn({raw.data(), raw.size() + 1}, view);
    made_one();
    return;
  }
  samples.pop_back();
  slow(trimmed, number, raw.data(), options);
}

void Batch::Impl::slow(std::string_view raw, std::uint64_t number, const char* begin, const ListOptions& options) {
  const std::size_t listed = rejects.size();
  auto sample = parse_sample(raw, options, &counts.warnings, &rejects);
  for (std::size_t i = listed; i < rejects.size(); ++i) rejects[i].line = number;
  if (sample.ok()) {
    counts.annotations += rejects.size() - listed;
    counts.annotations_rejected += rejects.size() - listed;
    OwnedSample& kept = owned.emplace_back();
    kept.sample = *std::move(sample);
    SampleView& view = samples.emplace_back();
    view_of(kept, view);
    accept(view, raw, number, begin);
    made_one();
    return;
  }
  const Error& error = sample.error();
  Reject reject;
  reject.line = number;
  reject.column = number_in(error, "column");
  reject.slug = error.slug();
  reject.detail = error.message();
  reject.hint = error.hint();
  if (const auto url = error.details().find("url"); url != error.details().end()) reject.url = url->second;
  rejects.push_back(std::move(reject));
  ++counts.rejected;
}

void Batch::Impl::accept(SampleView& view, std::string_view raw, std::uint64_t number, const char* begin) {
  view.raw = raw;
  view.line = number;
  view.offset = first_offset + static_cast<std::uint64_t>(begin - text.data());
  ++counts.items;
  for (const LabelView& label : view.labels) counts.annotations += label.data.size();
  if (view.old_form)
    ++counts.old_form;
  else if (!view.labels.empty())
    ++counts.new_form;
}

Batch::Batch() : impl_(std::make_unique<Impl>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
std::span<const SampleView> Batch::samples() const { return impl_->samples; }
std::span<const Reject> Batch::rejects() const { return impl_->rejects; }
const ListCounts& Batch::counts() const { return impl_->counts; }

}  // namespace ava::sample
