#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "console.hpp"
#include "data.hpp"
#include "data_sources.hpp"
#include "data_split.hpp"
#include "format/all.hpp"
#include "pipeline/format_run.hpp"

namespace ava::cli {

namespace {

/// The command line as it is; turned into a FormatSpec when it runs.
struct DataFormatOptions {
  pipeline::FormatSpec spec;
  SourceOptions sources;
  std::vector<std::string> options;  // "lmdb={"encoding":"raw"}"
  std::string verify = "structure";
  SplitOptions split;
  bool no_shuffle = false;
  bool no_stratify = false;
};

Result<std::pair<std::string, std::string>> key_and_value(const std::string& text, std::string_view what) {
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0) return std::pair(text.substr(0, equals), text.substr(equals + 1));
  return Error(ErrorCode::kInvalidArgument, "option.bad", fmt::format("{} '{}' is not NAME=VALUE", what, text));
}

Result<pipeline::FormatSpec> spec_of(const DataFormatOptions& options) {
  pipeline::FormatSpec spec = options.spec;
  AVA_TRY(SplitChoice split, split_choice(options.split));
  spec.split_by = split.by;
  spec.splits = std::move(split.percent);
  spec.counts = std::move(split.counts);
  spec.split_file = std::move(split.file);
  spec.shuffle = !options.no_shuffle;
  spec.stratify = !options.no_stratify;
  AVA_TRY(spec.verify, schema::value_of<pipeline::PictureCheck>(options.verify));
  for (const std::string& text : options.options) {
    AVA_TRY(const auto pair, key_and_value(text, "--option"));
    spec.options[pair.first] = schema::AnyJson{pair.second};
  }
  AVA_TRY(spec.sources, sources_of(options.sources, spec.list));
  return spec;
}

void print_objects(const pipeline::ObjectCounts& objects) {
  say(fmt::format("{} boxes in = {} out + {} rejected + {} left out; {} cut to the picture", objects.in, objects.out,
                  objects.rejected, objects.left_out, objects.clipped));
  for (const auto& [slug, count] : objects.reasons) say(fmt::format("  {:>8}  {}", count, slug));
}

void print_formatted(const pipeline::FormatResult& result, const std::string& folder) {
  if (result.already_there) say("this batch was already there; nothing was written");
  for (const pipeline::SetSummary& set : result.sets)
    say(fmt::format("{:>10} samples  {:>10}  {}/{}", set.sample_count, human_bytes(set.byte_count), folder, set.path));
  const pipeline::Counts& counts = result.counts;
  say(fmt::format("{} in = {} out + {} rejected + {} left out; {} classes; batch {}", counts.in, counts.out,
                  counts.rejected, counts.left_out, result.classes.size(), result.batch));
  for (const auto& [slug, count] : counts.reasons) say(fmt::format("  {:>8}  {}", count, slug));
  if (counts.objects) print_objects(*counts.objects);
  if (result.groups && result.groups->groups > 0)
    say(fmt::format("{} samples kept together in {} groups, the largest of {}: {}/groups.jsonl", result.groups->samples,
                    result.groups->groups, result.groups->largest, folder));
  if (result.groups && result.groups->parted > 0)
    say(fmt::format("warning: the given split cuts {} of these groups: their samples are in more than one part",
                    result.groups->parted));
  if (!counts.reasons.empty()) say(fmt::format("  each of them: {}/rejects.jsonl", folder));
  if (result.from_cache > 0) say(fmt::format("{} pictures came from the cache", result.from_cache));
  if (result.resumed > 0) say(fmt::format("{} pictures had been finished by an earlier attempt", result.resumed));
  say(fmt::format("root {}", result.root));
}

Result<int> format_list(const DataFormatOptions& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const pipeline::FormatSpec spec, spec_of(options));
  ProgressLine progress(!json);
  AVA_TRY(const auto result, pipeline::run_format(spec, progress.callback(), stop));
  progress.clear();
  if (json)
    say(schema::to_text(result));
  else
    print_formatted(result, spec.target.folder);
  return 0;
}

std::string format_names() {
  std::string names;
  for (const format::Format* driver : format::all()) names += (names.empty() ? "" : ", ") + std::string(driver->name());
  return names;
}

void add_options(CLI::App& command, DataFormatOptions& options) {
  pipeline::FormatSpec& spec = options.spec;
  command.add_option("list", spec.list, "AVA list; relative urls are below its folder")->required();
  command.add_option("--to", spec.formats, "Formats, all written in one pass: " + format_names())
      ->delimiter(',')
      ->required();
  command.add_option("--out", spec.target.folder, "Folder of the batch; made, must not hold anything else")->required();
  add_split_options(command, options.split, true);
  command.add_option("--label", spec.label,
                     "Label to use, e.g. classification.pulp or detection.cars; default: the only one");
  command.add_option("--seed", spec.seed, "Seed of shuffle")->capture_default_str();
  command.add_flag("--no-shuffle", options.no_shuffle, "Keep the order of the list");
  command.add_flag("--no-stratify", options.no_stratify, "Do not give each part every class in proportion");
  command
      .add_option("--keep-together", spec.keep_together,
                  "Never in two parts: source (versions of one picture), duplicates (same bytes), near (look alike),\n"
                  "field:NAME (same value of a member of the lines), or none")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--near-bits", spec.near_bits, "How near is near: differing bits of 64")->capture_default_str();
  command.add_option("--resize", spec.resize, "256 (shorter edge), 224x224, or nothing: bytes are copied unchanged");
  command.add_option("--quality", spec.quality, "JPEG quality of resized pictures")->capture_default_str();
  command.add_flag("--multi-label", spec.multi_label, "A picture may have several classes; all of them are kept");
  command.add_flag("--mean", spec.mean, "Write mean.csv and mean.binaryproto (decodes every picture)");
  command.add_option("--min-per-class", spec.min_per_class, "Drop smaller classes")->capture_default_str();
  command.add_option("--max-per-class", spec.max_per_class, "Cut larger classes")->capture_default_str();
  command.add_option("--max-reject-ratio", spec.max_reject_ratio, "Fail when more items are bad")
      ->capture_default_str();
  command
      .add_option("--verify", options.verify, "How pictures are checked: structure, decode (finds damage inside), none")
      ->check(CLI::IsMember({"structure", "decode", "none"}))
      ->capture_default_str();
  command.add_option("--threads", spec.threads, "0: one per core; the bytes do not depend on it")
      ->check(CLI::Range(0, 256));
  command
      .add_option("--cache", spec.cache,
                  "Folder that keeps resized (or decoded) pictures by content for any later job; any number of\n"
                  "processes may share it")
      ->envname("AVA_CACHE");
  command.add_option("--cache-size", spec.cache_bytes, "What the cache may take, e.g. 500MiB; 0: no bound")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("20GiB");
  add_source_options(command, options.sources);
  command.add_option("--url-prefix", spec.url_prefix, "Put before relative urls");
  command.add_option("--option", options.options, "FORMAT=JSON, e.g. lmdb={\"encoding\":\"raw\"}; may be repeated");
}

}  // namespace

void add_data_format(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataFormatOptions>();
  CLI::App* command = data.add_subcommand("format", "Make training sets of a list: one batch, any number of formats");
  add_options(*command, *options);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Writes OUT/<format>/<train|val|test>/, OUT/batch.json and OUT/rejects.jsonl; all of it appears at once, at the\n"
      "end. Run again after a crash or a full disk, the same command goes on with the pictures it had finished.\n"
      "Examples:\n  ava data format dataset.jsonlist --to recordio --out sets\n"
      "  ava data format dataset.jsonlist --to recordio,lmdb,raw --out sets --train 80 --val 10 --test 10 --seed 7\n"
      "  ava data format dataset.jsonlist --to recordio --out sets --split train=30,val=10\n"
      "  ava data format voc.lst --to coco,yolo --out sets --split-by list\n"
      "  AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... ava data format dataset.jsonlist --to recordio --out sets \\\n"
      "    --bucket 'shop=s3://shop-pictures?endpoint=https://s3.example.com'\n"
      "  ava data format dataset.jsonlist --to recordio --out sets --resize 256 --cache ~/.cache/ava --cache-size "
      "50GiB\n"
      "  ava data format dataset.jsonlist --to lmdb --option 'lmdb={\"encoding\":\"raw\"}' --resize 224x224 --out "
      "sets");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return format_list(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
