// Label files of others, damaged: each ends in an error or in counts that close and lines that can be read again.
#pragma once

#include <string_view>
#include <vector>

#include "exchange/all.hpp"
#include "exchange/sound_files.hpp"
#include "fuzz.hpp"

namespace ava::fuzz {

/// The label files a kind of importer is tried with; the first byte of an input says which one it takes the place of.
std::vector<File> sound_label_files(std::string_view kind);

class Import {
 public:
  explicit Import(std::string_view kind);
  void run(std::string_view input);

 private:
  const exchange::Importer& importer_;
  Folder folder_;
};

}  // namespace ava::fuzz
