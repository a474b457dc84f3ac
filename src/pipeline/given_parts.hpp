// Parts that somebody decided before AVA: official splits of a benchmark, or of a colleague. Each line of a list says
// its own by the member `split`, as the importers write it, or a text file says it of urls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "sample/list_reader.hpp"

namespace ava::pipeline {

/// The parts a batch can have, in the order of its sets.
inline constexpr std::string_view kPartNames[] = {"train", "val", "test"};
inline constexpr std::uint8_t kNoPart = UINT8_MAX;

/// "train" of "train", "training" and "train2017", likewise val (valid, validation) and test: the number in kPartNames,
/// kNoPart for any other name.
std::uint8_t part_named(std::string_view name);

/// Thread: part_of from any thread. Memory: 24 bytes a url of the file; nothing for the member.
class GivenParts {
 public:
  /// The member `split` of each line.
  explicit GivenParts(sample::ListOptions options) : options_(std::move(options)) {}
  /// Lines of "part TAB url", urls as the list has them. Errors: `file.not_found`, `split.file_bad` with the line.
  static Result<GivenParts> of_file(const std::filesystem::path& path, sample::ListOptions options);
  /// The name as it is written; nothing when none is.
  std::optional<std::string> part_of(const sample::SampleView& view) const;
  /// Of the file; empty without one.
  const std::string& sha256() const { return sha256_; }

 private:
  sample::ListOptions options_;
  bool from_file_ = false;
  std::vector<std::string> names_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_url_;  ///< first 8 bytes of SHA-256 -> number in names_
  std::string sha256_;
};

}  // namespace ava::pipeline
