#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "pipeline/foreign_import.hpp"
#include "pipeline/import_run.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/sources.hpp"
#include "schema/json.hpp"
#include "storage/all.hpp"
#include "storage/archive.hpp"

namespace ava::cli {

namespace {

namespace fs = std::filesystem;
using schema::Json;

struct DataImportOptions {
  std::string kind;
  std::string source;
  std::string as;
  std::string list;
  std::string into;
  std::string rejects;
  std::string url_prefix;
  std::string label = "class";
  std::string importer_options;
  bool unlabelled = false;
  bool labels_only = false;
};

/// Urls of the list: absolute paths unless list and pictures share a folder or the user gave a prefix.
std::string prefix_of(const DataImportOptions& options, const fs::path& folder) {
  if (!options.url_prefix.empty()) return options.url_prefix;
  const fs::path pictures = fs::absolute(folder / "").lexically_normal();
  const fs::path beside = fs::absolute(options.list).lexically_normal().parent_path() / "";
  const fs::path relative = pictures.lexically_relative(beside);
  if (relative.empty() || *relative.begin() == "..") return (pictures / "").string();
  return relative == "." ? "" : (relative / "").string();
}

/// A folder of this machine, one label file, or a prefix of a bucket by its storage URI.
Result<pipeline::ForeignSource> source_of(const DataImportOptions& options) {
  const std::string as = !options.as.empty() ? options.as : options.unlabelled ? "unlabelled" : options.kind;
  const auto made = [&](exchange::Tree tree, std::string focus, std::string prefix) {
    return pipeline::ForeignSource{.tree = std::move(tree),
                                   .focus = std::move(focus),
                                   .as = as,
                                   .options = options.importer_options,
                                   .label = options.label,
                                   .url_prefix = std::move(prefix),
                                   .labels_only = options.labels_only};
  };
  if (pipeline::is_url(options.source)) {
    AVA_TRY(auto storage, storage::open(options.source, {.create_root = false}));
    std::string prefix = options.url_prefix.empty() ? options.source : options.url_prefix;
    if (options.url_prefix.empty() && !prefix.ends_with('/')) prefix += '/';
    return made(exchange::Tree(std::move(storage), ""), "", std::move(prefix));
  }
  const fs::path path = fs::absolute(options.source);
  if (fs::is_directory(path)) {
    AVA_TRY(auto tree, exchange::Tree::of_folder(path));
    return made(std::move(tree), "", prefix_of(options, path));
  }
  if (!fs::exists(path)) return Error(ErrorCode::kNotFound, "file.not_found", fmt::format("no '{}'", options.source));
  AVA_TRY(auto tree, exchange::Tree::of_folder(path.parent_path()));
  AVA_TRY(const std::string head, tree.head(path.filename().string(), 512));
  if (storage::is_archive(head))
    return Error(ErrorCode::kInvalidArgument, "import.archive_needs_folder", "an archive has to be unpacked somewhere")
        .hint("give a new folder with --into, instead of -o");
  return made(std::move(tree), path.filename().string(), prefix_of(options, path.parent_path()));
}

Json json_of(const DataImportOptions& options, const pipeline::ForeignImport& found) {
  const exchange::Counts& c = found.counts;
  Json notes = Json::object();
  for (const auto& [note, count] : c.notes) notes[note] = count;
  return {{"list", options.list},
          {"importer", found.importer},
          {"why", found.reason},
          {"seen", c.items_in + c.files_ignored},
          {"items", c.items_out},
          {"unlabelled", c.unlabelled},
          {"rejected", c.items_rejected},
          {"ignored", c.files_ignored},
          {"annotations", {{"in", c.annotations_in}, {"out", c.annotations_out}, {"rejected", c.annotations_rejected}}},
          {"notes", notes}};
}

void print_import(const DataImportOptions& options, const pipeline::ForeignImport& found) {
  const exchange::Counts& c = found.counts;
  say(fmt::format("{}{}{}: {} items ({} without a label), {} rejected, {} files ignored -> {}", found.importer,
                  found.reason.empty() ? "" : ": ", found.reason, c.items_out, c.unlabelled, c.items_rejected,
                  c.files_ignored, options.list));
  say(fmt::format("annotations: {} in, {} out, {} rejected", c.annotations_in, c.annotations_out,
                  c.annotations_rejected));
  for (const auto& [note, count] : c.notes) say(fmt::format("  {} {}", note, count));
}

Result<int> import_list(const DataImportOptions& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const pipeline::ForeignSource source, source_of(options));
  const fs::path list(options.list);
  const fs::path temp = list.parent_path() / fmt::format(".ava-tmp-{}", list.filename().string());
  AVA_CHECK(file::remove_tree(temp));
  std::optional<pipeline::Rejects> rejects;
  if (!options.rejects.empty()) {
    AVA_CHECK(file::remove_tree(options.rejects));
    AVA_TRY(auto opened, pipeline::Rejects::create(options.rejects));
    rejects = std::move(opened);
  }
  const auto on_reject = [&](const sample::Reject& reject) -> Result<void> {
    if (rejects) return rejects->add(reject);
    if (!json) fmt::print(stderr, "  {}  {} {}\n", reject.slug, reject.url, reject.detail);
    return {};
  };
  ProgressLine line(!json);
  const pipeline::OnProgress on_progress = line.callback();
  pipeline::ProgressMeter meter(on_progress);
  const auto found = pipeline::import_foreign(source, temp, on_reject, meter, stop);
  line.clear();
  if (!found.ok()) {
    (void)file::remove_tree(temp).ok();
    return found.error();
  }
  AVA_CHECK(file::move(temp, list));
  if (rejects) AVA_CHECK(rejects->close());
  if (json)
    say(json_of(options, *found).dump());
  else
    print_import(options, *found);
  return 0;
}

/// As a server imports: pictures and list in a new folder.
Result<int> import_into(const DataImportOptions& options, bool json, const std::stop_token& stop) {
  pipeline::ImportSpec spec;
  spec.as = !options.as.empty() ? options.as : options.unlabelled ? "unlabelled" : options.kind;
  spec.source = options.source;
  spec.label = options.label;
  spec.url_prefix = options.url_prefix;
  spec.labels_only = options.labels_only;
  if (!options.importer_options.empty()) spec.options.text = options.importer_options;
  spec.target.folder = options.into;
  ProgressLine line(!json);
  const auto done = pipeline::run_import(spec, line.callback(), stop, options.rejects);
  line.clear();
  AVA_CHECK(done);
  if (json) {
    say(schema::to_text(*done));
  } else {
    say(fmt::format("{} {}: {} items, {} rejected -> {}", done->kind, done->importer, done->item_count,
                    done->reject_count, done->list_uri));
    for (const auto& [note, count] : done->warnings) say(fmt::format("  {} {}", note, count));
  }
  return 0;
}

Result<int> import_tree(const DataImportOptions& options, bool json, const std::stop_token& stop) {
  if (options.kind != "auto") AVA_CHECK(exchange::find_importer(options.kind));
  if (options.list.empty() == options.into.empty())
    return Error(ErrorCode::kInvalidArgument, "option.bad", "give either -o LIST or --into FOLDER");
  return options.into.empty() ? import_list(options, json, stop) : import_into(options, json, stop);
}

}  // namespace

void add_data_import(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataImportOptions>();
  CLI::App* command =
      data.add_subcommand("import", "Make a list of what is there: folders, COCO, VOC, YOLO and others");
  command->add_option("kind", options->kind, "auto, " + exchange::importer_names())->required();
  command->add_option("source", options->source, "Folder, label file, archive, or storage URI of a prefix")->required();
  command->add_option("-o,--out", options->list, "The list to write");
  command->add_option("--into", options->into, "New folder for the list and, of an archive, its pictures");
  command->add_option("--as", options->as, "Overrides KIND");
  command->add_option("--label", options->label, "Name of the labels that are made")->capture_default_str();
  command->add_flag("--unlabelled", options->unlabelled, "Give no picture a class");
  command->add_flag("--labels-only", options->labels_only, "Do not look for the pictures");
  command->add_option("--prefix,--url-prefix", options->url_prefix,
                      "Put before the relative names, e.g. qiniu:///bucket/pictures/");
  command->add_option("--options", options->importer_options, R"(Of the importer, as JSON: '{"images":"pics"}')");
  command->add_option("--rejects", options->rejects, "Write every reject to this file, one JSON object per line");
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data import folder pictures/ -o pictures.lst\n"
      "  ava data import auto VOCdevkit/VOC2012/ -o voc.lst --rejects bad.jsonl\n"
      "  ava data import coco instances.json -o index.lst --prefix qiniu:///shop/coco/ --labels-only\n"
      "  ava data import auto labelled.zip --into set/");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return import_tree(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
