// MDS sets: the index and the head, table and columns of a shard.
#include "sets.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static SetReader sets("mds");
  sets.walk(bytes);
}
