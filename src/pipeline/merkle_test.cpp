#include "pipeline/merkle.hpp"

#include <set>

#include "base/testing.hpp"

namespace ava::pipeline {
namespace {

Digest node(const Digest& left, const Digest& right) {
  return Sha256().update(std::string_view("\x01", 1)).update(left).update(right).finish();
}

TEST(Merkle, IsTheTreeOfRfc6962) {
  std::vector<Digest> leaf;
  for (int i = 0; i < 5; ++i) leaf.push_back(leaf_of("train", i, 0, sha256(std::to_string(i))));
  MerkleTree tree;
  EXPECT_EQ(tree.root(), sha256(""));
  tree.add(leaf[0]);
  EXPECT_EQ(tree.root(), leaf[0]);
  for (int i = 1; i < 5; ++i) tree.add(leaf[i]);
  const Digest four = node(node(leaf[0], leaf[1]), node(leaf[2], leaf[3]));
  EXPECT_EQ(tree.root(), node(four, leaf[4]));
}

TEST(Merkle, ALeafDependsOnEverythingItNames) {
  const Digest picture = sha256("p");
  const std::set<Digest> leaves = {leaf_of("train", 1, 2, picture), leaf_of("val", 1, 2, picture),
                                   leaf_of("train", 2, 2, picture), leaf_of("train", 1, 3, picture),
                                   leaf_of("train", 1, 2, sha256("q"))};
  EXPECT_EQ(leaves.size(), 5u);
}

}  // namespace
}  // namespace ava::pipeline
