#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "console.hpp"
#include "data.hpp"
#include "data_sources.hpp"
#include "pipeline/gallery.hpp"

namespace ava::cli {

namespace {

struct DataHeadOptions {
  std::string path;
  std::uint64_t count = 10;
  std::uint64_t from = 0;
  bool pictures = false;
  SourceOptions sources;
};

std::string marks_text(const std::vector<pipeline::Mark>& marks) {
  std::string text;
  for (const pipeline::Mark& mark : marks) {
    text += (text.empty() ? "" : "; ") + (mark.cls.empty() ? std::string("(no class)") : mark.cls);
    if (mark.box)
      text += fmt::format(" {:g},{:g},{:g},{:g}", mark.box->at(0), mark.box->at(1), mark.box->at(2), mark.box->at(3));
    if (mark.score) text += fmt::format(" score {:g}", *mark.score);
  }
  return text.empty() ? "(unlabelled)" : text;
}

void print_sight(const pipeline::Sight& sight) {
  std::string size = sight.bytes == 0 ? "" : fmt::format("  {}", human_bytes(sight.bytes));
  if (sight.width > 0) size = fmt::format("  {} x {}{}", sight.width, sight.height, size);
  const std::string& name = sight.url.empty() ? sight.sha256 : sight.url;
  say(fmt::format("{:>8}  {}{}\n          {}", sight.index, name, size, marks_text(sight.marks)));
}

Result<int> head(const DataHeadOptions& options, bool json) {
  AVA_TRY(const auto sources, sources_of(options.sources, options.path));
  AVA_TRY(const auto gallery, pipeline::Gallery::open(options.path, sources));
  pipeline::Sight sight;
  std::string items;
  for (std::uint64_t shown = 0; shown < options.count;) {
    AVA_TRY(const bool more, gallery->next(sight));
    if (!more) break;
    if (sight.index < options.from) continue;
    ++shown;
    if (options.pictures) AVA_CHECK(gallery->picture(sight));
    if (json)
      items += (items.empty() ? "" : ",") + schema::to_text(sight);
    else
      print_sight(sight);
  }
  if (json) say(fmt::format(R"({{"format":"{}","items":[{}]}})", gallery->format(), items));
  return 0;
}

}  // namespace

void add_data_head(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataHeadOptions>();
  CLI::App* command = data.add_subcommand("head", "Print the first samples of a list or of a set");
  command->add_option("path", options->path, "A list, or the folder of a set, made by AVA or not")->required();
  command->add_option("-n,--count", options->count, "How many")->capture_default_str();
  command->add_option("--from", options->from, "The first one, from 0")->capture_default_str();
  command->add_flag("--pictures", options->pictures, "Read the pictures of a list, too, for their sizes");
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data head dataset.jsonlist -n 5\n  ava data head sets/lmdb/train --from 100 --json");
  command->callback(
      [&call, options] { call.run = [&call, options](const std::stop_token&) { return head(*options, call.json); }; });
}

}  // namespace ava::cli
