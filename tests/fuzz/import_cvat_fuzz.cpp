// CVAT for images and for video, imported.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import import("cvat");
  import.run(bytes);
}
