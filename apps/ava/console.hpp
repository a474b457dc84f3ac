// What commands say on a terminal: progress on one line of stderr, numbers a person reads, errors with their hint.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::cli {

/// A line on stderr that is written over; nothing when stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  pipeline::OnProgress callback();
  void clear();

 private:
  void show(const pipeline::Progress& progress);
  bool on_;
  bool shown_ = false;
};

/// Print to stderr: text with hint and place, or one JSON object {code, slug, message, hint, pointer, details}.
void print_error(const Error& error, bool json);
/// "12.3 MiB"
std::string human_bytes(std::uint64_t bytes);
/// Print a line to stdout.
void say(const std::string& text);

}  // namespace ava::cli
