#include "exchange/sink.hpp"

#include <fmt/format.h>

#include <charconv>

namespace ava::exchange {

Result<void> Sink::item(const sample::Sample& sample) {
  std::uint64_t entries = 0;
  for (const sample::Label& label : sample.labels) entries += label.data.size();
  ++counts_.items_out;
  counts_.annotations_out += entries;
  if (entries == 0) ++counts_.unlabelled;
  return on_item_(sample);
}

Result<void> Sink::reject_item(sample::Reject reject, std::uint64_t annotations) {
  ++counts_.items_rejected;
  counts_.annotations_rejected += annotations;
  reject.annotation = false;
  if (annotations > 0) reject.detail += fmt::format(" (its {} annotations with it)", annotations);
  return on_reject_(reject);
}

Result<void> Sink::reject_annotation(sample::Reject reject) {
  ++counts_.annotations_rejected;
  reject.annotation = true;
  return on_reject_(reject);
}

void Sink::note(std::string_view slug, std::uint64_t count) {
  if (count == 0) return;
  const auto found = counts_.notes.find(slug);
  if (found == counts_.notes.end())
    counts_.notes.emplace(slug, count);
  else
    found->second += count;
}

Result<void> Sink::check_closed() const {
  const Counts& c = counts_;
  if (c.items_in == c.items_out + c.items_rejected && c.annotations_in == c.annotations_out + c.annotations_rejected)
    return {};
  return Error(ErrorCode::kInternal, "import.counts_open",
               fmt::format("items {} = {} + {}, annotations {} = {} + {} does not hold", c.items_in, c.items_out,
                           c.items_rejected, c.annotations_in, c.annotations_out, c.annotations_rejected));
}

sample::Reject reject_at(std::string_view file, std::uint64_t line, std::string url, std::string slug,
                         std::string detail, std::string hint) {
  sample::Reject reject;
  reject.line = line;
  reject.url = url.empty() ? std::string(file) : std::move(url);
  reject.slug = std::move(slug);
  reject.detail = line > 0 ? fmt::format("{}:{}: {}", file, line, detail) : fmt::format("{}: {}", file, detail);
  reject.hint = std::move(hint);
  return reject;
}

sample::Reject reject_of(std::string_view file, const Error& error) {
  const auto number = [&error](const char* key) {
    std::uint64_t value = 0;
    if (const auto found = error.details().find(key); found != error.details().end())
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
  };
  sample::Reject reject = reject_at(file, number("line"), {}, error.slug(), error.message(), error.hint());
  reject.column = number("column");
  return reject;
}

}  // namespace ava::exchange
