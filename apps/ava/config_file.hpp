// Options of a command from a TOML file: each top-level key is the long name of an option, without the dashes.
#pragma once

#include <string>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace ava::cli {

/// Give `command` what the file says, for every option that the command line did not name.
/// Errors: `file.not_found`, `config.bad_toml` (with line and column), `config.unknown_key`, `config.bad_value`.
Result<void> apply_config(CLI::App& command, const std::string& path);

}  // namespace ava::cli
