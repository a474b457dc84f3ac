// Where the entries of a KeyedLog are, by key: 8 bytes per slot, so that ten million entries take 128 MiB.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/digest.hpp"

namespace ava::cache {

/// From the first four bytes of a key to numbers that may be its entry's: who asks looks at the entry itself.
/// Thread: one at a time.
class KeyTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void add(const Digest& key, std::uint32_t number) { add(tag_of(key), number); }
  /// Later entries first: they replace those of the same key that turned out to be damaged.
  std::vector<std::uint32_t> find(const Digest& key) const {
    std::vector<std::uint32_t> found;
    if (slots_.empty()) return found;
    const std::uint32_t tag = tag_of(key);
    for (std::size_t at = place_of(tag); slots_[at].number != kNone; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].tag == tag) found.insert(found.begin(), slots_[at].number);
    return found;
  }
  /// Forget every number that `stays` does not hold for.
  template <class Stays>
  void keep_if(const Stays& stays) {
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(before.size(), Slot{});
    used_ = 0;
    for (const Slot& slot : before)
      if (slot.number != kNone && stays(slot.number)) add(slot.tag, slot.number);
  }
  std::size_t size() const { return used_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = kNone;
  };
  static std::uint32_t tag_of(const Digest& key) {
    std::uint32_t tag = 0;
    std::memcpy(&tag, key.data(), sizeof tag);
    return tag;
  }
  std::size_t place_of(std::uint32_t tag) const {
    return (tag * std::size_t{0x9E3779B97F4A7C15u} >> 20) & (slots_.size() - 1);
  }
  void add(std::uint32_t tag, std::uint32_t number) {
    if (slots_.empty() || used_ * 5 >= slots_.size() * 4) grow();
    std::size_t at = place_of(tag);
    while (slots_[at].number != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {tag, number};
    ++used_;
  }
  void grow() {
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(before.empty() ? 1024 : before.size() * 2, Slot{});
    used_ = 0;
    for (const Slot& slot : before)
      if (slot.number != kNone) add(slot.tag, slot.number);
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace ava::cache
