// What formatting knows of a list: for each item its place in the file and its class, 20 bytes, never its pixels.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "pipeline/sources.hpp"
#include "sample/list_reader.hpp"

namespace ava::pipeline {

struct CatalogueItem {
  std::uint64_t offset = 0;  ///< of its line in the list file
  std::uint32_t bytes = 0;   ///< of its line
  std::uint32_t line = 0;
};

struct Catalogue {
  std::vector<CatalogueItem> items;
  std::vector<std::uint32_t> class_of;  ///< position in `classes`, by first appearance
  std::vector<std::string> classes;
  std::string label;  ///< the label key used
  Digest list_sha256{};
  std::uint64_t lines = 0;     ///< non-blank
  std::uint64_t rejected = 0;  ///< lines that are no items
  std::uint64_t left_out = 0;  ///< items without a class, or marked invalid
};

using OnReject = std::function<Result<void>(const sample::Reject&)>;
using OnBytes = std::function<void(std::uint64_t bytes)>;

/// Read the list once. Rejects come in line order; unlabelled items and those marked invalid are among them.
/// Errors: `label.none` (no classification label anywhere), `label.ambiguous` (several, and none was named),
/// `label.not_found`, `label.not_classification`, and those of ListReader.
Result<Catalogue> read_catalogue(const ListFile& list, const sample::ListOptions& options, const std::string& label,
                                 const OnReject& on_reject, const OnBytes& on_bytes, const std::stop_token& stop);

}  // namespace ava::pipeline
