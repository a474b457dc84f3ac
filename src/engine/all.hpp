// The drivers there are, one line each in all.cpp. A caller names one and gives it Options.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"

namespace ava::engine {

/// What a driver may need to know of this machine.
struct Options {
  std::string state_dir;      ///< absolute folder the driver keeps its records and logs in; made when absent
  std::string socket;         ///< container: unix socket of the engine; empty: probe the usual places
  std::string owner = "ava";  ///< container: label ava.owner; two servers on one machine take different ones
  bool pull = false;          ///< container: may ask a registry for an image that is named with a registry host
};

struct Driver {
  std::string name, title;
  Result<std::unique_ptr<Engine>> (*make)(const Options&);
};

const std::vector<Driver>& drivers();
/// Errors: `engine.unknown`, `engine.bad_options`. An engine that does not answer is made all the same: probe() tells.
Result<std::unique_ptr<Engine>> make(std::string_view driver, const Options& options);

}  // namespace ava::engine
