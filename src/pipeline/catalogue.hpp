// What formatting knows of a list: for each item its place in the file and its class, 20 bytes, never its pixels.
// Where an item has several classes, or boxes of several, one of them stands for it when parts are made: the rarest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "pipeline/given_parts.hpp"
#include "pipeline/labels_of.hpp"
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
  std::vector<std::uint32_t> class_of;  ///< position in `classes`; classes.size(): no object
  std::vector<std::uint8_t> part_of;    ///< of kPartNames, or kNoPart; empty unless parts are given
  std::vector<std::string> classes;     ///< by first appearance
  LabelUse use;                         ///< the label that is learned
  ObjectCounts objects;                 ///< kDetection: what was refused while reading
  Digest list_sha256{};
  std::uint64_t lines = 0;     ///< non-blank
  std::uint64_t rejected = 0;  ///< lines that are no items
  std::uint64_t left_out = 0;  ///< items without a class, or marked invalid
  bool has_sources = false;    ///< some line speaks of a `source_url`
};

using OnReject = std::function<Result<void>(const sample::Reject&)>;
using OnBytes = std::function<void(std::uint64_t bytes)>;

struct CatalogueOptions {
  std::string label;         ///< a label key; empty: the only one of the list, classification before others
  bool multi_label = false;  ///< a picture may have several classes of a classification label
  bool negatives = true;     ///< pictures without objects are items, too
  /// Where parts are given: an item of a part that is none of kPartNames is left out (`split_unknown`). May be null.
  const GivenParts* parts = nullptr;
};

/// Read the list once. Rejects come in line order; unlabelled items and those marked invalid are among them.
/// Errors: `label.none` (no label anywhere), `label.ambiguous` (several, and none was named), `label.not_found`, and
/// those of ListReader. Memory: 20 bytes an item; while reading 4 more for each class of an item.
Result<Catalogue> read_catalogue(const ListFile& list, const sample::ListOptions& list_options,
                                 const CatalogueOptions& options, const OnReject& on_reject, const OnBytes& on_bytes,
                                 const std::stop_token& stop);

/// How many threads make pictures, and how many each takes at once. No byte of a result depends on it.
struct Pace {
  unsigned threads = 1;
  std::uint64_t at_once = 16;  ///< of small ones more, so that threads wake each other less often
};

/// Looks where some pictures of the plan's `order` are, and how large. One thread per core (`threads`); where pictures
/// come from other machines, as many as keep 16 requests in flight. Errors: `list.changed`.
Result<Pace> pace_of(const std::vector<std::uint32_t>& order, const Catalogue& catalogue, const ListFile& list,
                     const storage::Resolver& resolver, const sample::ListOptions& options, unsigned threads);

}  // namespace ava::pipeline
