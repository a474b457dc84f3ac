#include "training/workspace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "schema/json.hpp"
#include "storage/all.hpp"
#include "storage/archive.hpp"

namespace ava::training {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kWork = "/workspace";

/// Runs the user's command line ($1) so that a stop reaches every process in the container, not only the shell: the
/// outer shell passes SIGTERM on to all, the inner one waits for the running program before it ends. The container
/// ends with the outer shell, which therefore stays until the last process that was told to stop is gone.
/// stderr joins stdout here: Docker reads them from two pipes, and would swap a traceback and what was said before it.
constexpr const char* kRunner =
    "trap 'stopping=1; kill -TERM -1' TERM INT\n"
    "/bin/sh -c 'trap \"exit 143\" TERM; eval \"$1\"' ava \"$1\" 2>&1 &\n"
    "while :; do wait $!; code=$?; kill -0 $! 2>/dev/null || break; done\n"
    "[ -z \"$stopping\" ] || while kill -0 -1 2>/dev/null; do sleep 0.1 2>/dev/null || sleep 1; done\n"
    "exit $code";

/// The record of formats.md 4.2, as scripts written for the original read it.
nlohmann::json set_info(const dataset::FormattedSet& set) {
  return {{"id", set.id.str()},
          {"desc", schema::name_of(set.split)},
          {"buildFormat", set.format},
          {"batchVersion", set.batch},
          {"progress", 1},
          {"conf", {{"shuffle", set.shuffle}, {"label", set.label}, {"quality", set.quality}, {"resize", set.resize}}},
          {"createTime", format_time(set.created_at.ms)},
          {"stats", {{"numOfSamples", set.sample_count}, {"numOfClasses", set.class_count}}},
          {"specVersion", "v1"}};
}

nlohmann::json training_spec(const Training& t) {
  return {{"name", t.name},
          {"desc", t.description},
          {"image", t.image},
          {"resource",
           {{"gpus", t.resources.gpu_count},
            {"cpuCores", t.resources.cpu_cores},
            {"memoryBytes", t.resources.memory_bytes}}}};
}

/// `training-job-<24 hex>`: the SDK of the original takes the third field as job id.
std::string job_name(const std::string& job_id) { return "training-job-" + to_hex(sha256(job_id)).substr(0, 24); }

void add_set(engine::Spec& spec, const MountedSet& set, std::string_view name) {
  for (const std::string_view place : {"/data/", "/mnt/data/"})
    spec.mounts.push_back({set.folder.string(), fmt::format("{}{}{}", kWork, place, name), true});
}

}  // namespace

fs::path folder_of(const WorkspaceRoots& roots, const TrainingId& id) { return roots.trainings / id.str(); }

Result<void> prepare_workspace(const WorkspaceRoots& roots, const Training& training, const WorkspaceInput& input) {
  const fs::path folder = folder_of(roots, training.id);
  for (const char* name : {"params", "config", "run", "code"}) AVA_CHECK(file::make_dirs(folder / name));
  AVA_CHECK(file::make_dirs(roots.volumes / training.owner.id));
  AVA_TRY(const auto params, schema::parse(training.params.text));
  AVA_CHECK(file::write_atomic(folder / "params" / "default.json", params.dump(2) + "\n"));
  AVA_CHECK(file::write_atomic(folder / "config" / "trainingspec", training_spec(training).dump(2)));
  AVA_CHECK(file::write_atomic(folder / "config" / "trainsetinfo", set_info(input.train.set).dump(2)));
  if (input.val) AVA_CHECK(file::write_atomic(folder / "config" / "valsetinfo", set_info(input.val->set).dump(2)));
  return {};
}

Result<void> unpack_code(const WorkspaceRoots& roots, const TrainingId& id, const fs::path& upload,
                         const std::string& file_name) {
  const fs::path code = folder_of(roots, id) / "code";
  AVA_CHECK(file::make_dirs(code));
  AVA_TRY(const auto storage, storage::open("file://" + code.string()));
  AVA_TRY(const auto uploads, storage::open("file://" + upload.parent_path().string()));
  AVA_TRY(const auto reader, uploads->open(upload.filename().string()));
  char head[512];
  AVA_TRY(const std::size_t got, reader->read_at(0, head, sizeof head));
  if (!storage::is_archive({head, got})) {
    AVA_CHECK(storage::copy(*uploads, upload.filename().string(), *storage, file_name));
    return {};
  }
  storage::ArchiveVisitor visitor;
  visitor.entry = [](storage::ArchiveEntry&&) -> Result<void> { return {}; };
  visitor.problem = [](const storage::ArchiveProblem& problem) -> Result<void> {
    return Error(ErrorCode::kInvalidArgument, "training.bad_code",
                 fmt::format("'{}' in the code archive: {}", problem.name, problem.detail))
        .at("/code_upload_id");
  };
  AVA_CHECK(
      storage::unpack_archive(*reader, *storage, "", visitor, {.max_entries = 100'000, .max_total_bytes = 4ull << 30}));
  return {};
}

engine::Spec container_spec(const WorkspaceRoots& roots, const Training& training, const WorkspaceInput& input) {
  const fs::path folder = folder_of(roots, training.id);
  const auto inside = [](std::string_view name) { return fmt::format("{}{}", kWork, name); };
  engine::Spec spec;
  spec.key = input.job_id;
  spec.name = training.name;
  spec.image = training.image;
  spec.command = {"/bin/sh", "-c", kRunner, "ava", training.command};
  spec.working_dir = inside("/run");
  spec.cpu_cores = training.resources.cpu_cores;
  spec.memory_bytes = static_cast<std::uint64_t>(training.resources.memory_bytes);
  spec.pids_limit = 4096;
  spec.network = input.network;
  spec.labels = {{"ava.training", training.id.str()}};
  spec.log_path = (folder / "train.log").string();

  add_set(spec, input.train, "train");
  if (input.val) add_set(spec, *input.val, "val");
  spec.mounts.push_back({(folder / "params").string(), inside("/params"), false});
  spec.mounts.push_back({(folder / "run").string(), inside("/run"), false});
  spec.mounts.push_back({(folder / "config").string(), inside("/config"), true});
  spec.mounts.push_back({(folder / "code").string(), inside("/code"), true});
  spec.mounts.push_back({roots.sdk.string(), inside("/ava/sdk"), true});
  spec.mounts.push_back({roots.examples.string(), inside("/examples"), true});
  spec.mounts.push_back({roots.socket.string(), inside("/ava/sock"), true});
  spec.mounts.push_back({(roots.volumes / training.owner.id).string(), inside("/mnt/volume"), false});

  spec.env = training.env;
  spec.env["AVA_SERVER"] = "unix://" + inside("/ava/sock/server.sock");
  spec.env["AVA_TOKEN"] = input.token;
  spec.env["AVA_TRAINING_ID"] = training.id.str();
  spec.env["AVA_WORKDIR"] = kWork;
  spec.env["JOB_NAME"] = job_name(input.job_id);
  spec.env["PYTHONUNBUFFERED"] = "1";
  // Libraries count the machine's cores, not the limit: too many threads slow a limited container down.
  const int threads = std::max(1, static_cast<int>(training.resources.cpu_cores));
  spec.env.try_emplace("OMP_NUM_THREADS", std::to_string(threads));
  spec.env["PYTHONPATH"] = inside("/ava/sdk") + (spec.env.contains("PYTHONPATH") ? ":" + spec.env["PYTHONPATH"] : "");
  return spec;
}

}  // namespace ava::training
