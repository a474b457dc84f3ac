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
  /// Sync and close.
  Result<void> close() { return file_.close(); }
  const std::map<std::string, std::uint64_t>& reasons() const { return reasons_; }
  const format::OutFile& file() const { return file_; }
  /// "object.not_found 10, picture.empty 1; first: line 3 a.jpg: no such object" for messages; empty without rejects.
  std::string summary() const;

 private:
  explicit Rejects(format::OutFile file) : file_(std::move(file)) {}
  format::OutFile file_;
  std::map<std::string, std::uint64_t> reasons_;
  std::string first_;
};

}  // namespace ava::pipeline
