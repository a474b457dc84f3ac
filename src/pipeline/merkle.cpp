#include "pipeline/merkle.hpp"

#include <string>

namespace ava::pipeline {

namespace {

Digest node_of(const Digest& left, const Digest& right) {
  return Sha256().update(std::string_view("\x01", 1)).update(left).update(right).finish();
}

template <class T>
void append_little(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

Digest leaf_of(std::string_view split, std::uint64_t index, std::uint32_t label, const Digest& picture) {
  std::string head(1, '\0');
  head += split;
  head += '\0';
  append_little(head, index);
  append_little(head, label);
  return Sha256().update(std::string_view(head)).update(picture).finish();
}

void MerkleTree::add(const Digest& leaf) {
  Digest carry = leaf;
  for (std::uint64_t bits = count_; (bits & 1) != 0; bits >>= 1) {
    carry = node_of(peaks_.back(), carry);
    peaks_.pop_back();
  }
  peaks_.push_back(carry);
  ++count_;
}

Digest MerkleTree::root() const {
  if (peaks_.empty()) return sha256("");
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_of(peaks_[i], root);
  return root;
}

}  // namespace ava::pipeline
