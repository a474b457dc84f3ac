// `rejects.jsonl` while it is written, and the table of reasons that closes the counts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"
#include "format/out_file.hpp"
#include "sample/list_reader.hpp"

namespace ava::pipeline {

/// Thread: one at a time.
class Rejects {
 public:
  static Result<Rejects> create(const std::filesystem::path& path);
  Result<void> add(const sample::Reject& reject);
  /// Sync and close; twice is once.
  Result<void> close();
  /// The work failed and its folder goes away: leave what was found so far at `to`, for those who ask why.
  Result<void> keep(const std::filesystem::path& to);
  const std::map<std::string, std::uint64_t>& reasons() const { return reasons_; }
  const format::OutFile& file() const { return file_; }
  /// "object.not_found 10, picture.empty 1; first: line 3 a.jpg: no such object" for messages; empty without rejects.
  std::string summary() const;

 private:
  Rejects(format::OutFile file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}
  format::OutFile file_;
  std::filesystem::path path_;
  bool closed_ = false;
  std::map<std::string, std::uint64_t> reasons_;
  std::string first_;
};

}  // namespace ava::pipeline
