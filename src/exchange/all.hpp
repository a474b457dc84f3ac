// The importers, one line each in all.cpp, and the choice among them by what a tree holds.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "exchange/importer.hpp"

namespace ava::exchange {

std::span<const Importer* const> importers();
/// Errors: `import.unknown_kind` (hint: the kinds).
Result<const Importer*> find_importer(std::string_view name);
/// "coco, cvat, ...".
std::string importer_names();

struct Choice {
  const Importer* importer = nullptr;
  Guess guess;
  std::string folder;  ///< the data begins below this folder of the tree ("" or ending in '/')
};
/// The importer called `as` ("" and "auto": told by content) and where its data begins: one folder that holds
/// everything is looked through. Errors: `import.unknown_kind`, `import.ambiguous`, `import.not_recognized`.
Result<Choice> choose_importer(const Tree& tree, const std::string& focus, std::string_view as);

}  // namespace ava::exchange
