// Genuine sets of a training format, written by its own driver, in which an input takes the place of one file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/all.hpp"
#include "fuzz.hpp"

namespace ava::fuzz {

/// Small sets of a format, one for each task it carries, below folders named by the task.
struct SoundSets {
  std::vector<File> files;     ///< worth damage, by name: the first byte of an input counts these
  std::vector<File> pictures;  ///< which a set's reader only hands on
};
SoundSets sound_sets(std::string_view format);

/// Reads sets of one format, damaged or not.
class SetReader {
 public:
  explicit SetReader(std::string_view format) : SetReader(format, sound_sets(format)) {}
  /// Walk the set whose file `input` replaces: it ends, and says what is wrong as damage.
  void walk(std::string_view input);

 private:
  SetReader(std::string_view format, const SoundSets& sets);
  const format::Format& driver_;
  Folder folder_;
};

}  // namespace ava::fuzz
