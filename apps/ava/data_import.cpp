#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "format/out_file.hpp"
#include "pipeline/rejects.hpp"
#include "sample/folder_import.hpp"
#include "sample/list_writer.hpp"

namespace ava::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder;
  std::string list;
  std::string rejects;
  std::string url_prefix;
  std::string label = "class";
  bool unlabelled = false;
};

/// Urls of the list: absolute paths unless list and pictures share a folder or the user gave a prefix.
std::string prefix_of(const Options& options) {
  if (!options.url_prefix.empty()) return options.url_prefix;
  const fs::path pictures = fs::absolute(options.folder).lexically_normal();
  const fs::path beside = fs::absolute(options.list).lexically_normal().parent_path();
  const fs::path relative = pictures.lexically_relative(beside);
  if (relative.empty() || *relative.begin() == "..") return (pictures / "").string();
  return relative == "." ? "" : (relative / "").string();
}

Result<int> import(const Options& options, bool json, const std::stop_token& stop) {
  const fs::path list(options.list);
  const fs::path temp = list.parent_path() / fmt::format(".ava-tmp-{}", list.filename().string());
  AVA_CHECK(file::remove_tree(temp));
  AVA_TRY(auto out, format::OutFile::create(temp));
  std::optional<pipeline::Rejects> rejects;
  if (!options.rejects.empty()) {
    AVA_CHECK(file::remove_tree(options.rejects));
    AVA_TRY(auto opened, pipeline::Rejects::create(options.rejects));
    rejects = std::move(opened);
  }
  const sample::FolderOptions how{
      .url_prefix = prefix_of(options), .label = options.label, .labelled = !options.unlabelled};
  const auto on_line = [&out](std::string_view line) { return out.write(line); };
  const auto on_reject = [&](const sample::Reject& reject) -> Result<void> {
    if (rejects) return rejects->add(reject);
    if (!json) fmt::print(stderr, "  {}  {} {}\n", reject.slug, reject.url, reject.detail);
    return {};
  };
  const auto counts = sample::import_folder(options.folder, how, on_line, on_reject, stop);
  if (!counts.ok()) {
    (void)file::remove_tree(temp).ok();
    return counts.error();
  }
  AVA_CHECK(out.close());
  AVA_CHECK(file::move(temp, list));
  if (rejects) AVA_CHECK(rejects->close());
  if (json) {
    std::string name;
    sample::append_json_string(name, options.list);
    say(fmt::format(R"({{"list":{},"seen":{},"items":{},"unlabelled":{},"rejected":{},"ignored":{}}})", name,
                    counts->seen, counts->items, counts->unlabelled, counts->rejected, counts->ignored));
  } else {
    say(fmt::format("{} files: {} items ({} without a class), {} rejected, {} ignored -> {}", counts->seen,
                    counts->items, counts->unlabelled, counts->rejected, counts->ignored, options.list));
  }
  return 0;
}

}  // namespace

void add_data_import(CLI::App& data, Call& call) {
  auto options = std::make_shared<Options>();
  CLI::App* group = data.add_subcommand("import", "Make a list of what is there");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("folder", "Make a list of a folder of pictures, one sub-folder per class");
  command->add_option("dir", options->folder, "Folder with one sub-folder per class")->required();
  command->add_option("-o,--out", options->list, "The list to write")->required();
  command->add_option("--label", options->label, "Name of the classification label")->capture_default_str();
  command->add_flag("--unlabelled", options->unlabelled, "Give no picture a class");
  command->add_option("--url-prefix", options->url_prefix,
                      "Put before the relative names, e.g. qiniu:///bucket/pictures/");
  command->add_option("--rejects", options->rejects, "Write every reject to this file, one JSON object per line");
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data import folder pictures/ -o pictures.lst\n"
      "  ava data import folder pictures/ -o index.lst --label fruit --url-prefix qiniu:///shop/fruit/");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return import(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
