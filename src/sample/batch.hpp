// The inside of a Batch: one block of whole lines and what was found in it. Only the list reader's files include this.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sample/line_scanner.hpp"
#include "sample/list_reader.hpp"

namespace ava::sample {

/// A sample of the slow path with the views that make it look like a fast one.
struct OwnedSample {
  Sample sample;
  std::vector<EntryView> entries;
  std::vector<LabelView> labels;
};

struct Batch::Impl {
  static constexpr std::size_t kPadding = 64;  ///< simdjson reads past the end

  std::string text;  ///< `size` bytes of whole lines, then padding
  std::size_t size = 0;
  std::uint64_t first_line = 1;
  std::uint64_t first_offset = 0;
  std::uint64_t sequence = 0;
  std::optional<Error> failed;  ///< the source broke, or the file is no list

  LineScanner scanner;
  std::vector<SampleView> samples;
  std::deque<OwnedSample> owned;
  std::vector<Reject> rejects;
  ListCounts counts;

  /// Forget the samples, keep the memory.
  void clear();
  /// Fill samples, rejects and counts from text. `piece_done`, if given, takes the samples a few at a time instead.
  void parse(const ListOptions& options, const std::function<void()>& piece_done = {});

 private:
  std::size_t stretch_ = 0;  ///< bytes of the next lines to be read by their tokens
  const std::function<void()>* piece_done_ = nullptr;

  const char* repeated(const char* at, std::uint64_t& number, const ListOptions& options);
  void made_one();
  std::uint64_t lines(std::string_view piece, std::uint64_t number, const ListOptions& options);
  void line(std::string_view raw, std::uint64_t number, bool indexed, const ListOptions& options);
  void slow(std::string_view raw, std::uint64_t number, const char* begin, const ListOptions& options);
  void accept(SampleView& view, std::string_view raw, std::uint64_t number, const char* begin);
};

}  // namespace ava::sample
