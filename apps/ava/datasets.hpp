// What the `ava dataset` and `ava bucket` commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "remote.hpp"

namespace ava::cli {

/// Wait for the job of something, then read the thing itself again. An error of the job is the command's error.
Result<Json> finished(Remote& r, const std::string& job_id, const std::string& path, bool json,
                      const std::stop_token& stop);
void print_dataset(const Json& dataset);
/// `ava bucket bind`.
void add_bucket_bind(CLI::App& group, Call& call);
/// `ava dataset preprocess`.
void add_preprocess(CLI::App& group, Call& call);
/// `ava dataset upload-set`.
void add_upload_set(CLI::App& group, Call& call);

}  // namespace ava::cli
