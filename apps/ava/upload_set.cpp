// `ava dataset upload-set`: a set that another tool wrote becomes a dataset, to be trained with as it is.
#include <CLI/CLI.hpp>
#include <memory>

#include "console.hpp"
#include "datasets.hpp"

namespace ava::cli {

namespace {

struct UploadSet {
  std::string name, data, index, labels, description;
  std::string format = "auto", task = "auto", split = "train", label = "class";
  bool wait = false;
};

bool is_in_bucket(const std::string& place) { return place.starts_with("qiniu://"); }

/// Put a file of the set into `source`, as an upload or by its place in a bucket.
Result<void> add_file(Remote& r, const std::string& place, const std::string& role, Json& source) {
  if (place.empty()) return {};
  if (is_in_bucket(place)) {
    source[role + "uri"] = place;
    return {};
  }
  AVA_TRY(const Json upload, r.upload(place));
  source[role + "upload_id"] = upload["id"];
  return {};
}

Result<int> upload_set(Remote& r, const UploadSet& options, bool json, const std::stop_token& stop) {
  Json source = {{"kind", !is_in_bucket(options.data) ? "upload" : options.data.ends_with('/') ? "prefix" : "uri"}};
  AVA_CHECK(add_file(r, options.data, "", source));
  AVA_CHECK(add_file(r, options.index, "index_", source));
  AVA_CHECK(add_file(r, options.labels, "labels_", source));
  AVA_TRY(
      Json dataset,
      r.post("/datasets", {{"name", options.name},
                           {"description", options.description},
                           {"kind", "formatted"},
                           {"source", source},
                           {"label", options.label},
                           {"set", {{"format", options.format}, {"task", options.task}, {"split", options.split}}}}));
  if (options.wait) {
    AVA_TRY(dataset, finished(r, text_at(dataset, "job_id"), "/datasets/" + text_at(dataset, "id"), json, stop));
  }
  show(json, dataset, print_dataset);
  return 0;
}

}  // namespace

void add_upload_set(CLI::App& group, Call& call) {
  auto options = std::make_shared<UploadSet>();
  CLI::App* command = remote_command(
      group, call, "upload-set", "Create a dataset from a ready-made set: data file and index file, or an archive",
      [&call, options](Remote& r, const std::stop_token& stop) { return upload_set(r, *options, call.json, stop); });
  command->add_option("name", options->name, "Name of the new dataset")->required();
  command
      ->add_option("data", options->data,
                   "data.rec, data.mdb, or a tar or zip of a set; here or in a bucket; with a '/' behind: all below it")
      ->required();
  command->add_option("--index", options->index, "Index file of data.rec; without it one is made");
  command->add_option("--labels", options->labels, "Names of the classes, one a line; without it they are numbers");
  command->add_option("--format", options->format, "Format; auto: told by content")->capture_default_str();
  command->add_option("--task", options->task, "classification, multi_label or detection; auto: told by content")
      ->capture_default_str();
  command->add_option("--split", options->split, "train, val or test: what it is for")->capture_default_str();
  command->add_option("--label", options->label, "Name of the label")->capture_default_str();
  command->add_option("--description", options->description);
  command->add_flag("--wait", options->wait, "Wait for the end");
  command->footer(
      "Examples:\n  ava dataset upload-set signs data.rec --index data.idx --labels labels.csv --wait\n"
      "  ava dataset upload-set signs-val val.tar --split val --json\n"
      "  ava dataset upload-set signs qiniu:///pictures/sets/signs/");
}

}  // namespace ava::cli
