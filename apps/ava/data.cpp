#include "data.hpp"

#include <CLI/CLI.hpp>

namespace ava::cli {

void add_data(CLI::App& app, Call& call) {
  CLI::App* data = app.add_subcommand("data", "Work on lists and training sets; needs no server");
  data->require_subcommand(1);
  add_data_check(*data, call);
  add_data_stats(*data, call);
  add_data_import(*data, call);
  add_data_format(*data, call);
  add_data_export(*data, call);
  add_data_convert(*data, call);
  add_data_formats(*data, call);
  add_data_verify(*data, call);
  add_data_show(*data, call);
  add_data_head(*data, call);
  add_data_diff(*data, call);
  add_data_augment(*data, call);
  add_data_replay(*data, call);
  add_data_operations(*data, call);
}

}  // namespace ava::cli
