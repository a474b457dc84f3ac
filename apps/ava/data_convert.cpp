#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

#include "base/file.hpp"
#include "console.hpp"
#include "convert/list_file.hpp"
#include "data.hpp"
#include "pipeline/rejects.hpp"

namespace ava::cli {

namespace {

struct DataConvertOptions {
  convert::ConvertSpec spec;
  std::string rejects;
};

Result<int> convert_list(const DataConvertOptions& options, bool json, const std::stop_token& stop) {
  std::optional<pipeline::Rejects> rejects;
  if (!options.rejects.empty()) {
    AVA_CHECK(file::remove_tree(options.rejects));
    AVA_TRY(auto opened, pipeline::Rejects::create(options.rejects));
    rejects = std::move(opened);
  }
  const convert::OnReject on_reject = [&](const sample::Reject& bad) -> Result<void> {
    if (rejects) return rejects->add(bad);
    if (!json) fmt::print(stderr, "  line {}  {}  {}\n", bad.line, bad.slug, bad.detail);
    return {};
  };
  ProgressLine progress(!json);
  const auto result = convert::convert_list(options.spec, on_reject, progress.callback(), stop);
  progress.clear();
  AVA_CHECK(result);
  if (rejects) AVA_CHECK(rejects->close());
  const int code = result->rejected == 0 ? 0 : kFoundFaults;
  if (json) {
    say(schema::to_text(*result));
    return code;
  }
  say(fmt::format("{} in = {} items + {} rejected; {} lines written, {} joined to others -> {}", result->lines,
                  result->items, result->rejected, result->written, result->merged, options.spec.to));
  for (const auto& [slug, count] : result->reasons) say(fmt::format("  {:>8}  {}", count, slug));
  return code;
}

}  // namespace

void add_data_convert(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataConvertOptions>();
  CLI::App* command =
      data.add_subcommand("convert", "Make a proper list of a file that is one JSON array, or objects over many lines");
  command->add_option("file", options->spec.from, "A list, or what nearly is one; it is only read")->required();
  command->add_option("-o,--out", options->spec.to, "The list to write, one object per line")->required();
  command->add_option("--merge", options->spec.merge,
                      "url: join the labels of lines with one url (old lists have a line per box)");
  command->add_option("--form", options->spec.form, "new or old; default: as each line is");
  command->add_option("--rejects", options->rejects, "Write every reject to this file, one JSON object per line");
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data convert dataset.jsonlist -o dataset.lst\n"
      "  ava data convert cells.lst -o joined.lst --merge url --form new --json\n"
      "Exit: 0 good, 8 something was rejected.");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return convert_list(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
