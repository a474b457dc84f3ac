// roidb sets: the pickle that is read without running it.
#include "sets.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static SetReader sets("roidb");
  sets.walk(bytes);
}
