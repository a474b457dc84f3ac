// Where the lists and pictures of a graph's inputs are found.
#pragma once

#include <map>
#include <string>

#include "pipeline/specs.hpp"

namespace ava::graph {

struct Inputs {
  std::string list;                          ///< path or url for inputs that name none
  std::map<std::string, std::string> lists;  ///< what inputs name (a dataset's id) -> path or url
  bool open_paths = false;                   ///< names that are not in `lists` are paths or urls themselves
  std::string url_prefix;                    ///< put before relative urls
  pipeline::Sources sources;
};
void describe(schema::Visitor& v, Inputs& x);

}  // namespace ava::graph
