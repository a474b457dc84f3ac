// YOLO labels and data.yaml, imported.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import import("yolo");
  import.run(bytes);
}
