// COCO instances, with masks as run lengths, imported.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import import("coco");
  import.run(bytes);
}
