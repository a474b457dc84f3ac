// metadata.jsonl and metadata.csv of Hugging Face, imported.
#include "imports.hpp"

void ava::fuzz::one_input(std::string_view bytes) {
  static Import import("huggingface");
  import.run(bytes);
}
