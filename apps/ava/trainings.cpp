// `ava training`, `run`, `model`, `job`: start, watch, stop; curves, logs, results.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/file.hpp"
#include "console.hpp"
#include "remote.hpp"
#include "schema/json.hpp"

namespace ava::cli {

namespace {

void print_training(const Json& t) {
  std::string line = fmt::format("{}  {}  {}", text_at(t, "id"), text_at(t, "name"), text_at(t, "state"));
  if (const std::string why = text_at(t, "state_reason.detail"); !why.empty()) line += ": " + why;
  say(line);
}

struct Create {
  std::string name, train_set, val_set, image, command, memory = "2GiB", code, params, description;
  double cpu = 1;
};

/// "512MiB", "3GiB", "1000000". Errors: `cli.bad_size`.
Result<std::int64_t> bytes_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit(end);
  const std::pair<const char*, double> units[] = {{"", 1},     {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
                                                  {"KB", 1e3}, {"MB", 1e6},   {"GB", 1e9}};
  for (const auto& [name, factor] : units)
    if (unit == name && number > 0) return static_cast<std::int64_t>(number * factor);
  return Error(ErrorCode::kInvalidArgument, "cli.bad_size",
               fmt::format("'{}' is no size such as 512MiB or 3GiB", text));
}

Result<int> create(Remote& r, const Create& options, bool json) {
  AVA_TRY(const std::int64_t memory, bytes_of(options.memory));
  Json body = {{"name", options.name},
               {"train_set_id", options.train_set},
               {"image", options.image},
               {"command", options.command},
               {"resources", {{"cpu_cores", options.cpu}, {"memory_bytes", memory}}}};
  if (!options.description.empty()) body["description"] = options.description;
  if (!options.val_set.empty()) body["val_set_id"] = options.val_set;
  if (!options.params.empty()) {
    AVA_TRY(const std::string text, file::read(options.params, 1 << 20));
    AVA_TRY(body["params"], schema::parse(text));
  }
  if (!options.code.empty()) {
    AVA_TRY(const Json upload, r.upload(options.code));
    body["code_upload_id"] = upload["id"];
  }
  AVA_TRY(const Json made, r.post("/trainings", body));
  show(json, made, print_training);
  return 0;
}

void add_create(CLI::App& group, Call& call) {
  auto options = std::make_shared<Create>();
  CLI::App* command =
      remote_command(group, call, "create", "Start a container that trains",
                     [&call, options](Remote& r, const std::stop_token&) { return create(r, *options, call.json); });
  command->add_option("name", options->name)->required();
  command->add_option("--train-set", options->train_set, "Id of a formatted set")->required();
  command->add_option("--val-set", options->val_set, "Id of a formatted set");
  command->add_option("--image", options->image, "Container image")->required();
  command->add_option("--command", options->command, "Shell command run in the container")->required();
  command->add_option("--code", options->code, "A script or an archive, unpacked to /workspace/code");
  command->add_option("--params", options->params, "JSON file with hyper-parameters");
  command->add_option("--cpu", options->cpu, "CPU cores")->capture_default_str();
  command->add_option("--memory", options->memory, "Memory limit")->capture_default_str();
  command->add_option("--description", options->description);
  command->footer(
      "Example:\n  ava training create first --train-set fs_... --val-set fs_... --image localhost/ava/torch:bookworm "
      "\\\n"
      "    --command 'python3 /workspace/examples/pytorch/train.py' --cpu 2 --memory 3GiB");
}

/// Print the log as it grows until the training is over.
Result<Json> follow(Remote& r, const std::string& id, const std::stop_token& stop, bool print) {
  std::int64_t offset = 0;
  while (!stop.stop_requested()) {
    AVA_TRY(const Json piece, r.get(fmt::format("/trainings/{}/log?offset={}&limit=262144", id, offset)));
    if (print) std::fputs(text_at(piece, "text").c_str(), stdout);
    if (print) std::fflush(stdout);
    const auto next = piece.value("next_offset", offset);
    const bool more = next > offset;
    offset = next;
    if (piece.value("eof", false)) return r.get("/trainings/" + id);
    if (!more) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return Error(ErrorCode::kCancelled, "job.cancelled", "stopped waiting; the training goes on");
}

void add_training(CLI::App& app, Call& call) {
  CLI::App* group = app.add_subcommand("training", "Trainings: containers that train");
  group->require_subcommand(1);
  add_create(*group, call);
  remote_command(*group, call, "list", "All trainings, newest first",
                 [&call](Remote& r, const std::stop_token&) -> Result<int> {
                   AVA_TRY(const Json found, r.all("/trainings"));
                   show(call.json, found, [](const Json& page) {
                     print_table(page["items"], {{"NAME", "name"},
                                                 {"STATE", "state"},
                                                 {"IMAGE", "image"},
                                                 {"RUNS", "run_count"},
                                                 {"CREATED", "created_at"},
                                                 {"ID", "id"}});
                   });
                   return 0;
                 });
  auto name = std::make_shared<std::string>();
  using Run = std::function<Result<int>(Remote&, const Json&, const std::stop_token&)>;
  const auto on_training = [&](const char* verb, const char* help, const Run& run) {
    CLI::App* command =
        remote_command(*group, call, verb, help, [name, run](Remote& r, const std::stop_token& stop) -> Result<int> {
          AVA_TRY(const Json training, r.find("/trainings", "tr", *name));
          return run(r, training, stop);
        });
    command->add_option("training", *name, "Name or id")->required();
  };
  on_training("show", "One training", [&call](Remote&, const Json& training, const std::stop_token&) -> Result<int> {
    show(call.json, training, print_training);
    return 0;
  });
  on_training("wait", "Print the log until the end; exit code 1 when it failed",
              [&call](Remote& r, const Json& training, const std::stop_token& stop) -> Result<int> {
                AVA_TRY(const Json end, follow(r, text_at(training, "id"), stop, !call.json));
                show(call.json, end, print_training);
                return text_at(end, "state") == "done" ? 0 : 1;
              });
  on_training(
      "log", "The log as it is now", [](Remote& r, const Json& training, const std::stop_token&) -> Result<int> {
        std::int64_t offset = 0;
        for (;;) {
          AVA_TRY(const Json piece,
                  r.get(fmt::format("/trainings/{}/log?offset={}&limit=262144", text_at(training, "id"), offset)));
          std::fputs(text_at(piece, "text").c_str(), stdout);
          if (piece.value("next_offset", offset) == offset) return 0;
          offset = piece.value("next_offset", offset);
        }
      });
  on_training("stop", "SIGTERM, later SIGKILL",
              [&call](Remote& r, const Json& t, const std::stop_token&) -> Result<int> {
                AVA_TRY(const Json now, r.post("/trainings/" + text_at(t, "id") + "/stop", Json::object()));
                show(call.json, now, print_training);
                return 0;
              });
  on_training("delete", "Delete a training that is over",
              [](Remote& r, const Json& t, const std::stop_token&) -> Result<int> {
                AVA_CHECK(r.remove("/trainings/" + text_at(t, "id")));
                return 0;
              });
}

void add_run(CLI::App& app, Call& call) {
  CLI::App* group = app.add_subcommand("run", "Runs and their curves");
  group->require_subcommand(1);
  auto id = std::make_shared<std::string>();
  CLI::App* list = remote_command(*group, call, "list", "Runs of a training",
                                  [&call, id](Remote& r, const std::stop_token&) -> Result<int> {
                                    AVA_TRY(const Json training, r.find("/trainings", "tr", *id));
                                    AVA_TRY(const Json runs, r.all("/trainings/" + text_at(training, "id") + "/runs"));
                                    show(call.json, runs, [](const Json& page) {
                                      print_table(page["items"], {{"NAME", "name"},
                                                                  {"STATE", "state"},
                                                                  {"EPOCH", "epoch"},
                                                                  {"STEP", "step"},
                                                                  {"STARTED", "started_at"},
                                                                  {"ID", "id"}});
                                    });
                                    return 0;
                                  });
  list->add_option("--training", *id, "Name or id")->required();
  CLI::App* metrics = remote_command(
      *group, call, "metrics", "Last value and range of each curve",
      [&call, id](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json run, r.get("/runs/" + *id));
        show(call.json, run, [](const Json& one) {
          print_table(one["metrics"],
                      {{"METRIC", "name"}, {"LAST", "last"}, {"MIN", "min"}, {"MAX", "max"}, {"POINTS", "count"}});
        });
        return 0;
      });
  metrics->add_option("run", *id, "Id of the run")->required();
}

void add_model(CLI::App& app, Call& call) {
  struct Options {
    std::string training, model, file, name;
  };
  CLI::App* group = app.add_subcommand("model", "Models: list, download, upload, delete");
  group->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* list = remote_command(*group, call, "list", "Models, newest first",
                                  [&call, options](Remote& r, const std::stop_token&) -> Result<int> {
                                    AVA_TRY(const Json models, r.all("/models?training_id=" + options->training));
                                    show(call.json, models, [](const Json& page) {
                                      print_table(page["items"], {{"NAME", "name"},
                                                                  {"ORIGIN", "origin"},
                                                                  {"BYTES", "size_bytes"},
                                                                  {"TRAINING", "training.name"},
                                                                  {"ID", "id"}});
                                    });
                                    return 0;
                                  });
  list->add_option("--training", options->training, "Id of the training it came from");
  CLI::App* download = remote_command(
      *group, call, "download", "Get the packed file", [options](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json model, r.find("/models", "md", options->model));
        const std::string to = options->file.empty() ? text_at(model, "file_name") : options->file;
        AVA_CHECK(r.download("/models/" + text_at(model, "id") + "/file", to));
        say(to);
        return 0;
      });
  download->add_option("model", options->model, "Name or id")->required();
  download->add_option("-o,--output", options->file, "File to write");
  CLI::App* upload =
      remote_command(*group, call, "upload", "Keep a packed file as a model",
                     [&call, options](Remote& r, const std::stop_token&) -> Result<int> {
                       AVA_TRY(const Json up, r.upload(options->file));
                       AVA_TRY(const Json made, r.post("/models", {{"name", options->name}, {"upload_id", up["id"]}}));
                       show(call.json, made, [](const Json& m) { say(text_at(m, "id")); });
                       return 0;
                     });
  upload->add_option("name", options->name)->required();
  upload->add_option("file", options->file, "tar, tar.gz or zip")->required();
  CLI::App* remove = remote_command(*group, call, "delete", "Delete a model",
                                    [options](Remote& r, const std::stop_token&) -> Result<int> {
                                      AVA_TRY(const Json model, r.find("/models", "md", options->model));
                                      AVA_CHECK(r.remove("/models/" + text_at(model, "id")));
                                      return 0;
                                    });
  remove->add_option("model", options->model, "Name or id")->required();
}

void add_job(CLI::App& app, Call& call) {
  CLI::App* group = app.add_subcommand("job", "The queue: what runs, what waits and why");
  group->require_subcommand(1);
  remote_command(*group, call, "list", "Jobs, newest first", [&call](Remote& r, const std::stop_token&) -> Result<int> {
    AVA_TRY(const Json jobs, r.get("/jobs?limit=100"));
    show(call.json, jobs, [](const Json& page) {
      print_table(page["items"], {{"KIND", "kind"},
                                  {"STATE", "state"},
                                  {"FOR", "subject.name"},
                                  {"DONE", "progress.done"},
                                  {"OF", "progress.total"},
                                  {"WHY", "error.detail"},
                                  {"ID", "id"}});
    });
    return 0;
  });
  auto id = std::make_shared<std::string>();
  CLI::App* why = remote_command(
      *group, call, "why", "Why a job waits or failed", [&call, id](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json job, r.get("/jobs/" + *id));
        show(call.json, job, [](const Json& j) {
          say(fmt::format("{} for {}: {}", text_at(j, "kind"), text_at(j, "subject.name"), text_at(j, "state")));
          for (const char* reason : {"waiting", "error"})
            for (const char* part : {"detail", "hint"})
              if (const auto text = text_at(j, fmt::format("{}.{}", reason, part)); !text.empty()) say("  " + text);
        });
        return 0;
      });
  why->add_option("job", *id)->required();
  CLI::App* cancel = remote_command(*group, call, "cancel", "Ask a job to end",
                                    [id](Remote& r, const std::stop_token&) -> Result<int> {
                                      AVA_CHECK(r.post("/jobs/" + *id + "/cancel", Json::object()));
                                      return 0;
                                    });
  cancel->add_option("job", *id)->required();
}

}  // namespace

void add_trainings(CLI::App& app, Call& call) {
  add_training(app, call);
  add_run(app, call);
  add_model(app, call);
  add_job(app, call);
}

}  // namespace ava::cli
