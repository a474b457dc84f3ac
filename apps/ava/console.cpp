#include "console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "sample/list_writer.hpp"

namespace ava::cli {

ProgressLine::ProgressLine(bool wanted) : on_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

void ProgressLine::show(const pipeline::Progress& progress) {
  const bool bytes = progress.unit == "bytes";
  const auto number = [&](std::uint64_t value) { return bytes ? human_bytes(value) : std::to_string(value); };
  std::string text = progress.phase;
  if (progress.total > 0)
    text += fmt::format("  {:3}%  {} of {}", std::min<std::uint64_t>(100, progress.done * 100 / progress.total),
                        number(progress.done), number(progress.total));
  fmt::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  shown_ = true;
}

pipeline::OnProgress ProgressLine::callback() {
  if (!on_) return {};
  return [this](const pipeline::Progress& progress) { show(progress); };
}

namespace {
std::string error_json(const Error& error) {
  std::string out = R"({"code":)";
  sample::append_json_string(out, name_of(error.code()));
  const auto member = [&out](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += ',';
    sample::append_json_string(out, key);
    out += ':';
    sample::append_json_string(out, value);
  };
  member("slug", error.slug());
  member("message", error.text());
  member("hint", error.hint());
  member("pointer", error.pointer());
  for (const auto& [key, value] : error.details()) member(key, value);
  return out + "}";
}
}  // namespace

void print_error(const Error& error, bool json) {
  if (json) {
    fmt::print(stderr, "{}\n", error_json(error));
    return;
  }
  fmt::print(stderr, "ava: {}\n", error.text());
  if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
  fmt::print(stderr, "  ({})\n", error.slug());
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

void say(const std::string& text) { fmt::print("{}\n", text); }

}  // namespace ava::cli
