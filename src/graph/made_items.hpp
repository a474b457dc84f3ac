// Items that were made before, in any job: a graph that runs again over more pictures, or makes more of each, computes
// only the new ones.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/keyed_log.hpp"
#include "graph/item.hpp"

namespace ava::graph {

/// Thread: any number at once. Lifetime: the plan's.
class MadeItems {
 public:
  /// Null, with a warning, when the folder cannot be used. `max_bytes` 0: no bound.
  static std::unique_ptr<MadeItems> open(const std::filesystem::path& folder, std::uint64_t max_bytes,
                                         const Plan& plan);

  /// Everything that decides an item: its row, the bytes of its picture, and the nodes it comes through. Nothing when
  /// one of these takes parts of other pictures, whose bytes nobody has looked at.
  /// Errors: those of fetching the picture.
  Result<std::optional<Digest>> key_of(RowMaker& maker, const Item& item) const;
  /// Without width and height.
  std::optional<Made> find(const Digest& key);
  void keep(const Digest& key, const Made& made);

 private:
  MadeItems(std::shared_ptr<cache::KeyedLog> log, std::vector<std::string> nodes)
      : log_(std::move(log)), nodes_(std::move(nodes)) {}

  std::shared_ptr<cache::KeyedLog> log_;
  std::vector<std::string> nodes_;  ///< by node of the graph: what it does to one item; empty: it needs others
};

}  // namespace ava::graph
