// The commands of `ava data`, one file each; data.cpp puts them together.
#pragma once

#include "command.hpp"

namespace ava::cli {

void add_data_check(CLI::App& data, Call& call);
void add_data_stats(CLI::App& data, Call& call);
void add_data_import(CLI::App& data, Call& call);
void add_data_export(CLI::App& data, Call& call);
void add_data_convert(CLI::App& data, Call& call);
void add_data_format(CLI::App& data, Call& call);
void add_data_formats(CLI::App& data, Call& call);
void add_data_verify(CLI::App& data, Call& call);
void add_data_show(CLI::App& data, Call& call);
void add_data_head(CLI::App& data, Call& call);
void add_data_diff(CLI::App& data, Call& call);
void add_data_augment(CLI::App& data, Call& call);
void add_data_replay(CLI::App& data, Call& call);
void add_data_operations(CLI::App& data, Call& call);

}  // namespace ava::cli
