// One digest that stands for a whole batch: a Merkle root over (split, index, label, SHA-256 of the stored picture).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace ava::pipeline {

/// SHA-256 of 0x00, the split's name, 0x00, u64 index, u32 label (little-endian) and the picture's 32 bytes.
Digest leaf_of(std::string_view split, std::uint64_t index, std::uint32_t label, const Digest& picture);

/// Root of a tree built leaf by leaf: node = SHA-256(0x01, left, right), split as RFC 6962 does; no leaf: SHA-256("").
/// Memory: one digest per level. Thread: not thread-safe.
class MerkleTree {
 public:
  void add(const Digest& leaf);
  Digest root() const;
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<Digest> peaks_;  // roots of the full subtrees, largest first
};

}  // namespace ava::pipeline
