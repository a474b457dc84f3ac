// Pascal VOC annotations, imported.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import import("voc");
  import.run(bytes);
}
