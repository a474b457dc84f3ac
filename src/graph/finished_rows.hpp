// What a killed run had finished, row by row: the lines and the pictures, believed only with their checksums.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "augment/scene.hpp"
#include "base/digest.hpp"
#include "cache/keyed_log.hpp"

namespace ava::graph {

/// What became of one source row.
struct RowOutcome {
  std::string lines;  ///< of the new list
  std::uint64_t kept = 0;
  std::uint64_t generated = 0;
  std::uint64_t bytes = 0;  ///< of pictures
  augment::LabelCounts labels;
  std::vector<std::pair<std::string, std::string>> pictures;  ///< name, SHA-256 in hex
};

/// Thread: any number at once.
class FinishedRows {
 public:
  /// `plan`: digest of what is to be made; work of another is removed. Errors: `file.*`.
  static Result<std::unique_ptr<FinishedRows>> open(const std::filesystem::path& spool, const std::string& plan);
  const std::filesystem::path& pictures() const { return pictures_; }
  /// `stamp`: state of a local picture; empty for one of another machine.
  Digest key_of(std::uint64_t row_hash, std::string_view line, std::string_view stamp) const;
  /// Pictures that are gone or damaged: not found.
  std::optional<RowOutcome> find(const Digest& key);
  void keep(const Digest& key, const RowOutcome& outcome);
  /// Write a picture where find() looks for it. Errors: `file.*`.
  Result<void> write(const std::string& name, std::string_view bytes) const;
  std::size_t size() const { return log_->size(); }

 private:
  FinishedRows() = default;
  std::string plan_;
  std::filesystem::path pictures_;
  std::shared_ptr<cache::KeyedLog> log_;
};

}  // namespace ava::graph
