// `ava server`: builds the System and serves it until it is told to stop. `ava openapi` describes it.
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <optional>
#include <thread>

#include "base/file.hpp"
#include "base/log.hpp"
#include "command.hpp"
#include "config_file.hpp"
#include "http/server.hpp"
#include "http/static_files.hpp"
#include "job/reconciler.hpp"
#include "storage/storage_config.hpp"
#include "system.hpp"
#include "web_files.hpp"

namespace ava::cli {

namespace fs = std::filesystem;

namespace {

struct Settings {
  fs::path data = "/var/lib/ava";
  std::string listen = "127.0.0.1:8080";
  std::string database;  ///< empty: SQLite in the data folder
  std::string engine_socket;
  std::vector<fs::path> storage_roots;
  std::string picture_cache;  ///< empty: in the data folder
  std::optional<std::uint64_t> picture_cache_bytes;
  bool container_network = false;
  bool pull_images = false;
  bool allow_private_hosts = false;
  bool secure_cookies = false;
  int workers = 8;
  bool verbose = false;
};

/// One server per data folder. Lifetime: the lock ends with the process.
Result<void> lock_data(const fs::path& data) {
  const fs::path path = data / "server.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return file::error_of(errno, "open", path);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  return Error(ErrorCode::kConflict, "server.data_in_use", "another server works on " + data.string())
      .hint("stop it, or give this one another --data folder");
}

Result<void> first_admin(user::UserService& users, const fs::path& data) {
  const fs::path path = data / "first-admin";
  const auto keep = [&](const user::FirstAdmin& admin) {
    return file::write_atomic(path, admin.name + "\n" + admin.password + "\n", 0600);
  };
  AVA_TRY(const auto made, users.ensure_first_admin(keep));
  if (made)
    fmt::print("First start: log in as '{}' with the one-time password '{}' (also in {})\n", made->name, made->password,
               path.string());
  return {};
}

/// Forget what has expired, once a minute, until the server stops.
void sweep(api::Services& services, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any tick;
  const auto note = [](std::string_view what, const auto& result) {
    if (!result.ok()) log::warn("sweep", "{}: {}", what, result.error().text());
  };
  while (!stop.stop_requested()) {
    note("uploads", services.uploads.sweep());
    note("sessions", services.sessions.sweep());
    note("idempotency", services.idempotency.sweep());
    note("datasets", services.datasets.purge());
    note("formatted sets", services.sets.purge());
    note("models", services.models.purge());
    std::unique_lock lock(mutex);
    tick.wait_for(lock, stop, std::chrono::minutes(1), [] { return false; });
  }
}

Result<std::map<std::string, job::EngineLimits>> limits_of(engine::Engine& containers) {
  AVA_TRY(const auto info, containers.probe());
  if (!info.available) log::warn("engine", "no container engine: {}", info.detail);
  if (!info.warning.empty()) log::warn("engine", "{} at {}: {}", info.name, info.detail, info.warning);
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::map<std::string, job::EngineLimits> limits;
  limits["container"] = {8, info.cpu_cores, info.memory_bytes};
  limits["process"] = {std::max(1, cores / 2), 0, 0};
  return limits;
}

void log_request(const http::Request& request, int status, std::uint64_t bytes, std::chrono::microseconds took) {
  const auto level = status >= 500 ? log::Level::kWarn : log::Level::kDebug;
  log::write(level, "http",
             fmt::format("{} {} {} {} bytes {} us {}", name_of(request.method), request.path, status, bytes,
                         took.count(), request.request_id));
}

Result<std::vector<fs::path>> storage_roots(const Settings& asked, const fs::path& data) {
  std::vector<fs::path> roots = asked.storage_roots;
  if (roots.empty()) roots.push_back(data / "storage");
  for (fs::path& root : roots) {
    AVA_CHECK(file::make_dirs(root));
    std::error_code failed;
    root = fs::canonical(root, failed);
    if (failed) return file::error_of(failed.value(), "resolve", root);
  }
  return roots;
}

/// Nobody shall miss the room: 20 GiB, on a small disk a tenth of it.
std::uint64_t default_cache_bytes(const fs::path& data) {
  std::error_code unknown;
  const fs::space_info disk = fs::space(data, unknown);
  return unknown ? 0 : std::min<std::uint64_t>(20ull << 30, disk.capacity / 10);
}

/// Make the data folder and say where everything is.
Result<SystemSettings> prepare(const Settings& asked) {
  AVA_CHECK(file::make_dirs(asked.data));
  SystemSettings settings;
  std::error_code failed;
  settings.data = fs::canonical(asked.data, failed);
  if (failed) return file::error_of(failed.value(), "resolve", asked.data);
  ::chmod(settings.data.c_str(), 0711);  // containers of other users may reach what is mounted, and list nothing
  AVA_CHECK(lock_data(settings.data));
  AVA_TRY(settings.storage_roots, storage_roots(asked, settings.data));
  // Workers are started with this environment: the keys of buckets reach them by a file, never by a job's text.
  ::setenv(storage::kConfigVariable, (settings.data / "storage.json").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  settings.database_url = asked.database.empty() ? "sqlite:" + (settings.data / "ava.db").string() : asked.database;
  settings.engine_socket = asked.engine_socket;
  settings.picture_cache_bytes = asked.picture_cache_bytes.value_or(default_cache_bytes(settings.data));
  if (settings.picture_cache_bytes > 0)
    settings.picture_cache =
        asked.picture_cache.empty() ? settings.data / "cache" / "pictures" : fs::absolute(asked.picture_cache);
  settings.container_network = asked.container_network;
  settings.pull_images = asked.pull_images;
  settings.allow_private_hosts = asked.allow_private_hosts;
  settings.secure_cookies = asked.secure_cookies;
  return settings;
}

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

Result<int> serve(const Settings& asked, const std::stop_token& stop) {
  log::set_level(asked.verbose ? log::Level::kDebug : log::Level::kInfo);
  AVA_TRY(const SystemSettings settings, prepare(asked));
  AVA_TRY(Resources resources, open_resources(settings));
  System system(settings, std::move(resources));
  AVA_CHECK(first_admin(system.users, settings.data));
  system.router.set_fallback(http::static_files(web_files()));

  http::ServerOptions options;
  const fs::path socket = settings.data / "sock" / "server.sock";
  options.listen = {asked.listen, "unix:" + socket.string()};
  options.workers = static_cast<std::size_t>(asked.workers);
  options.on_finished = log_request;
  AVA_TRY(const auto server, http::Server::start(options, system.router));
  ::chmod(socket.c_str(), 0666);  // a container's user may be anybody; the token in the request decides

  job::ReconcilerOptions reconciler_options;
  reconciler_options.owner = "ava:" + settings.data.string();
  AVA_TRY(reconciler_options.limits, limits_of(*system.resources.containers));
  job::Reconciler reconciler(
      *system.resources.database, Clock::system(), system.jobs, system.kinds,
      {{"container", system.resources.containers.get()}, {"process", system.resources.processes.get()}},
      reconciler_options);
  reconciler.start();
  std::jthread sweeper([&system](const std::stop_token& token) { sweep(system.services, token); });
  fmt::print("AVA {} listens on http://{}:{} (data in {})\n", AVA_VERSION,
             asked.listen.substr(0, asked.listen.rfind(':')), server->port(), settings.data.string());
  std::fflush(stdout);

  wait_for(stop);
  log::info("server", "stopping: running jobs and trainings go on");
  sweeper.request_stop();
  reconciler.stop();
  if (!server->stop(std::chrono::seconds(10))) log::warn("server", "some requests were cut off");
  if (auto sealed = system.resources.metrics->seal(); !sealed.ok()) log::warn("metric", "{}", sealed.error().text());
  return 0;
}

}  // namespace

void add_server(CLI::App& app, Call& call) {
  auto settings = std::make_shared<Settings>();
  CLI::App* server = app.add_subcommand("server", "Serve the REST API and the web UI");
  server->footer(
      "Examples:\n  ava server --data /var/lib/ava --listen 127.0.0.1:8080\n"
      "  ava server --data ./ava-data --storage-root /mnt/pictures --database postgresql://ava@db/ava\n"
      "  ava server --config /etc/ava.toml");
  auto config = std::make_shared<std::string>();
  server->add_option("--config", *config, "TOML file with options; the command line wins");
  server->add_option("--data", settings->data, "Folder for everything the server keeps")->capture_default_str();
  server->add_option("--listen", settings->listen, "Address and port")->capture_default_str();
  server->add_option("--database", settings->database, "sqlite:PATH or postgresql://...; default: SQLite in --data");
  server->add_option("--engine-socket", settings->engine_socket, "Unix socket of Docker or Podman; default: probe");
  server->add_option("--storage-root", settings->storage_roots, "Folders that may be bound as storage");
  server->add_option("--workers", settings->workers, "Threads that answer requests")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  server->add_option("--picture-cache", settings->picture_cache,
                     "Folder of resized pictures for later format jobs; default: cache/pictures in --data");
  server->add_option("--picture-cache-size", settings->picture_cache_bytes, "What it may take; 0: no such cache")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("20GiB, at most a tenth of the disk");
  server->add_flag("--container-network", settings->container_network, "Give trainings a network");
  server->add_flag("--pull-images", settings->pull_images, "Pull images that name a registry");
  server->add_flag("--allow-private-hosts", settings->allow_private_hosts,
                   "Lists may name http urls of private addresses");
  server->add_flag("--secure-cookies", settings->secure_cookies, "The server is reached over https");
  server->add_flag("-v,--verbose", settings->verbose, "Log every request");
  server->callback([settings, config, server, &call] {
    call.run = [settings, config, server](const std::stop_token& stop) -> Result<int> {
      if (!config->empty()) AVA_CHECK(apply_config(*server, *config));
      return serve(*settings, stop);
    };
  });
}

}  // namespace ava::cli
