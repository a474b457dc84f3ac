// `ava bucket` and `ava dataset`: bind storage, import, look, format, copy, delete.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "console.hpp"
#include "data_split.hpp"
#include "datasets.hpp"
#include "remote.hpp"

namespace ava::cli {

namespace {

void add_bucket(CLI::App& app, Call& call) {
  CLI::App* group = app.add_subcommand("bucket", "Storage binding");
  group->require_subcommand(1);
  remote_command(
      *group, call, "list", "Bound storage spaces", [&call](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json found, r.all("/buckets"));
        show(call.json, found, [](const Json& page) {
          print_table(page["items"], {{"NAME", "name"}, {"URI", "uri"}, {"DEFAULT", "is_default"}, {"ID", "id"}});
        });
        return 0;
      });
  add_bucket_bind(*group, call);
  auto gone = std::make_shared<std::string>();
  CLI::App* remove = remote_command(*group, call, "remove", "Forget a storage space; its objects stay",
                                    [gone](Remote& r, const std::stop_token&) -> Result<int> {
                                      AVA_CHECK(r.remove("/buckets/" + *gone));
                                      return 0;
                                    });
  remove->add_option("id", *gone, "Id of the storage space")->required();
}

}  // namespace

Result<Json> finished(Remote& r, const std::string& job_id, const std::string& path, bool json,
                      const std::stop_token& stop) {
  ProgressLine line(!json);
  auto report = line.callback();
  const auto over = [&](const Json& job) {
    const Json progress = job.value("progress", Json::object());
    if (report)
      report({text_at(job, "kind"), progress.value("done", std::uint64_t{0}), progress.value("total", std::uint64_t{0}),
              text_at(progress, "unit")});
    const std::string state = text_at(job, "state");
    return state != "queued" && state != "running";
  };
  AVA_TRY(const Json job, r.wait("/jobs/" + job_id, over, stop));
  line.clear();
  if (text_at(job, "state") != "succeeded")
    return Error(ErrorCode::kInvalidArgument,
                 text_at(job, "error.slug").empty() ? "job.failed" : text_at(job, "error.slug"),
                 fmt::format("the job {} {}: {}", job_id, text_at(job, "state"), text_at(job, "error.detail")))
        .hint(text_at(job, "error.hint"));
  return r.get(path);
}

void print_dataset(const Json& d) {
  say(fmt::format("{}  {}  {}: {} items, {} rejected", text_at(d, "id"), text_at(d, "name"), text_at(d, "state"),
                  text_at(d, "item_count"), text_at(d, "reject_count")));
}

namespace {

struct Import {
  std::string name, source, description, url_prefix;
  bool wait = false;
  bool strict = false;
};

Result<int> import_dataset(Remote& r, const Import& options, bool json, const std::stop_token& stop) {
  Json source;
  if (options.source.starts_with("qiniu://")) {
    const char* kind = options.source.ends_with('/') ? "prefix" : "uri";
    source = {{"kind", kind}, {"uri", options.source}};
  } else {
    AVA_TRY(const Json upload, r.upload(options.source));
    source = {{"kind", "upload"}, {"upload_id", upload["id"]}};
  }
  AVA_TRY(Json dataset, r.post("/datasets", {{"name", options.name},
                                             {"description", options.description},
                                             {"source", source},
                                             {"on_error", options.strict ? "fail" : "list"},
                                             {"url_prefix", options.url_prefix}}));
  if (options.wait) {
    AVA_TRY(dataset, finished(r, text_at(dataset, "job_id"), "/datasets/" + text_at(dataset, "id"), json, stop));
  }
  show(json, dataset, print_dataset);
  return 0;
}

void add_import(CLI::App& group, Call& call) {
  auto options = std::make_shared<Import>();
  CLI::App* command = remote_command(group, call, "import",
                                     "Create a dataset from a list, an archive of pictures, or a place in a bucket",
                                     [&call, options](Remote& r, const std::stop_token& stop) {
                                       return import_dataset(r, *options, call.json, stop);
                                     });
  command->add_option("name", options->name, "Name of the new dataset")->required();
  command->add_option("source", options->source, "A file here, or qiniu:///bucket/key; with a '/' behind: all below it")
      ->required();
  command->add_option("--description", options->description);
  command->add_option("--url-prefix", options->url_prefix, "Put before relative urls of the list");
  command->add_flag("--strict", options->strict, "One bad line fails the import");
  command->add_flag("--wait", options->wait, "Wait for the end");
  command->footer(
      "Examples:\n  ava dataset import signs signs.tar --wait\n"
      "  ava dataset import signs qiniu:///pictures/lists/signs.jsonlist\n"
      "  ava dataset import signs qiniu:///pictures/signs/");
}

struct Format {
  std::string dataset, formats = "recordio", label, resize;
  SplitOptions split;
  std::int64_t seed = 0;
  int quality = 95;
  std::string keep_together = "source";
  bool wait = false, no_shuffle = false, no_stratify = false, multi_label = false;
};

Result<int> format_dataset(Remote& r, const Format& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const SplitChoice split, split_choice(options.split));
  if (!split.file.empty())
    return Error(ErrorCode::kInvalidArgument, "split.bad", "--split-by takes 'list' here")
        .hint("a file of parts is for `ava data format`");
  AVA_TRY(const Json dataset, r.find("/datasets", "ds", options.dataset));
  Json body = {{"formats", Json::array()},
               {"split_by", schema::name_of(split.by)},
               {"seed", options.seed},
               {"resize", options.resize},
               {"quality", options.quality},
               {"shuffle", !options.no_shuffle},
               {"stratify", !options.no_stratify}};
  if (!split.percent.empty()) body["splits"] = split.percent;
  if (!split.counts.empty()) body["counts"] = split.counts;
  for (const std::string& name : CLI::detail::split(options.formats, ',')) body["formats"].push_back(name);
  if (!options.label.empty()) body["label"] = options.label;
  if (options.multi_label) body["multi_label"] = true;
  body["keep_together"] = Json::array();
  for (const std::string& rule : CLI::detail::split(options.keep_together, ',')) body["keep_together"].push_back(rule);
  AVA_TRY(Json batch, r.post("/datasets/" + text_at(dataset, "id") + "/formatted-sets", body));
  if (options.wait) {
    const std::string path = "/formatted-sets?limit=500&dataset_id=" + text_at(dataset, "id");
    AVA_TRY(const Json sets, finished(r, text_at(batch, "job_id"), path, json, stop));
    Json mine = Json::array();
    for (const Json& set : sets["items"])
      if (set["batch"] == batch["batch"]) mine.push_back(set);
    batch["items"] = mine;
  }
  show(json, batch, [](const Json& b) {
    print_table(b["items"], {{"ID", "id"},
                             {"FORMAT", "format"},
                             {"SPLIT", "split"},
                             {"PERCENT", "percent"},
                             {"STATE", "state"},
                             {"SAMPLES", "sample_count"},
                             {"CLASSES", "class_count"}});
  });
  return 0;
}

void add_format(CLI::App& group, Call& call) {
  auto options = std::make_shared<Format>();
  CLI::App* command = remote_command(group, call, "format", "Make training data in several formats from one batch",
                                     [&call, options](Remote& r, const std::stop_token& stop) {
                                       return format_dataset(r, *options, call.json, stop);
                                     });
  command->add_option("dataset", options->dataset, "Name or id")->required();
  command->add_option("--to", options->formats, "Formats, comma-separated; `ava data formats` lists them")
      ->capture_default_str();
  add_split_options(*command, options->split, false);
  command->add_option("--label", options->label, "Label to train on, e.g. classification.pulp, detection.cars");
  command->add_flag("--multi-label", options->multi_label, "A picture may have several classes");
  command
      ->add_option("--keep-together", options->keep_together,
                   "Never in two splits: source, duplicates, near, field:NAME, or none")
      ->capture_default_str();
  command->add_option("--resize", options->resize, "256 (shorter edge), 123x456 (exact); default: unchanged");
  command->add_option("--quality", options->quality, "JPEG quality")->capture_default_str();
  command->add_option("--seed", options->seed, "Same seed, same sets")->capture_default_str();
  command->add_flag("--no-shuffle", options->no_shuffle);
  command->add_flag("--no-stratify", options->no_stratify);
  command->add_flag("--wait", options->wait, "Wait for the end");
  command->footer(
      "Examples:\n  ava dataset format signs --to recordio,lmdb --train 80 --val 20 --wait\n"
      "  ava dataset format signs --split train=2000,val=500\n"
      "  ava dataset format official --split-by list");
}

struct Named {
  std::string name, new_name, description;
};
using OnDataset = std::function<Result<int>(Remote&, const Json&)>;

/// `ava dataset VERB NAME`: find the dataset, then do what `run` does with it.
CLI::App* on_dataset(CLI::App& group, Call& call, const std::shared_ptr<Named>& named, const char* verb,
                     const char* help, const OnDataset& run) {
  CLI::App* command =
      remote_command(group, call, verb, help, [named, run](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json dataset, r.find("/datasets", "ds", named->name));
        return run(r, dataset);
      });
  command->add_option("dataset", named->name, "Name or id")->required();
  return command;
}

void print_stats(const Json& stats) {
  say(text_at(stats, "file_count") + " items");
  if (stats["labels"].empty()) say("no label information");
  for (const Json& label : stats["labels"]) {
    say(fmt::format("{} ({})", text_at(label, "key"), text_at(label, "total")));
    print_table(label["count"], {{"CLASS", "class"}, {"COUNT", "count"}});
  }
}

void add_list(CLI::App& group, Call& call) {
  remote_command(group, call, "list", "All datasets, newest first",
                 [&call](Remote& r, const std::stop_token&) -> Result<int> {
                   AVA_TRY(const Json found, r.all("/datasets"));
                   show(call.json, found, [](const Json& page) {
                     print_table(page["items"], {{"NAME", "name"},
                                                 {"STATE", "state"},
                                                 {"ITEMS", "item_count"},
                                                 {"REJECTED", "reject_count"},
                                                 {"OWNER", "owner.name"},
                                                 {"ID", "id"}});
                   });
                   return 0;
                 });
}

void add_looks(CLI::App& group, Call& call) {
  auto named = std::make_shared<Named>();
  on_dataset(group, call, named, "show", "One dataset", [&call](Remote&, const Json& dataset) -> Result<int> {
    show(call.json, dataset, print_dataset);
    return 0;
  });
  on_dataset(group, call, named, "stats", "Label statistics", [&call](Remote& r, const Json& dataset) -> Result<int> {
    AVA_TRY(const Json stats, r.get("/datasets/" + text_at(dataset, "id") + "/stats"));
    show(call.json, stats, print_stats);
    return 0;
  });
}

void add_changes(CLI::App& group, Call& call) {
  auto named = std::make_shared<Named>();
  on_dataset(group, call, named, "delete", "Delete a dataset that nothing uses",
             [](Remote& r, const Json& dataset) -> Result<int> {
               AVA_CHECK(r.remove("/datasets/" + text_at(dataset, "id")));
               return 0;
             });
  const auto copy = [&call, named](Remote& r, const Json& dataset) -> Result<int> {
    Json body = {{"name", named->new_name}};
    if (!named->description.empty()) body["description"] = named->description;
    AVA_TRY(const Json made, r.post("/datasets/" + text_at(dataset, "id") + "/copy", body));
    show(call.json, made, print_dataset);
    return 0;
  };
  CLI::App* command = on_dataset(group, call, named, "copy", "Copy a dataset with its pictures", copy);
  command->add_option("new_name", named->new_name, "Name of the copy")->required();
  command->add_option("--description", named->description);
}

void print_verification(const Json& v) {
  const Json report = v.value("report", Json::object());
  for (const Json& set : report.value("sets", Json::array()))
    say(fmt::format("{}  {}  {} samples", set.value("ok", false) ? "ok " : "BAD", text_at(set, "path"),
                    text_at(set, "sample_count")));
  for (const Json& problem : report.value("problems", Json::array())) {
    const std::string sample = text_at(problem, "sample");
    const std::string what = sample.empty() ? "file " + text_at(problem, "file")
                                            : fmt::format("sample {} ({})", sample, text_at(problem, "url"));
    say(fmt::format("  {}: {}: {} ({})", text_at(problem, "set"), what, text_at(problem, "detail"),
                    text_at(problem, "slug")));
  }
  say(report.value("ok", false) ? "every sample, label and file is what its manifest says"
                                : fmt::format("{} problems", text_at(report, "problem_count")));
}

/// As `ava data verify`: the report is the answer, and damage is exit code 8.
Result<int> verify_set(Remote& r, const std::string& id, bool json, const std::stop_token& stop) {
  const std::string path = "/formatted-sets/" + id + "/verify";
  AVA_TRY(const Json started, r.post(path, Json::object()));
  const auto ended = finished(r, text_at(started, "job.id"), path, json, stop);
  if (!ended.ok() && ended.error().slug() != "verify.damaged") return ended.error();
  AVA_TRY(const Json verification, r.get(path));
  show(json, verification, print_verification);
  return ended.ok() ? 0 : kFoundFaults;
}

void add_sets(CLI::App& group, Call& call) {
  auto named = std::make_shared<Named>();
  on_dataset(group, call, named, "sets", "Formatted sets of a dataset",
             [&call](Remote& r, const Json& dataset) -> Result<int> {
               AVA_TRY(const Json sets, r.all("/formatted-sets?dataset_id=" + text_at(dataset, "id")));
               show(call.json, sets, [](const Json& page) {
                 print_table(page["items"], {{"ID", "id"},
                                             {"BATCH", "batch"},
                                             {"FORMAT", "format"},
                                             {"SPLIT", "split"},
                                             {"STATE", "state"},
                                             {"SAMPLES", "sample_count"}});
               });
               return 0;
             });
  auto set_id = std::make_shared<std::string>();
  CLI::App* verify = remote_command(
      group, call, "verify-set", "Read the sets of a batch back and prove that they hold what they should",
      [&call, set_id](Remote& r, const std::stop_token& stop) { return verify_set(r, *set_id, call.json, stop); });
  verify->add_option("set", *set_id, "Id of any set of the batch")->required();
  verify->footer("Example:\n  ava dataset verify-set fs_01hzy... --json\nExit: 0 good, 8 damaged.");
  CLI::App* drop = remote_command(group, call, "delete-set", "Delete a formatted set; it cannot be brought back",
                                  [set_id](Remote& r, const std::stop_token&) -> Result<int> {
                                    AVA_CHECK(r.remove("/formatted-sets/" + *set_id));
                                    return 0;
                                  });
  drop->add_option("set", *set_id, "Id of the set")->required();
}

}  // namespace

void add_datasets(CLI::App& app, Call& call) {
  add_bucket(app, call);
  CLI::App* group = app.add_subcommand("dataset", "Datasets and their formatted sets");
  group->require_subcommand(1);
  add_import(*group, call);
  add_upload_set(*group, call);
  add_format(*group, call);
  add_preprocess(*group, call);
  add_list(*group, call);
  add_looks(*group, call);
  add_changes(*group, call);
  add_sets(*group, call);
}

}  // namespace ava::cli
