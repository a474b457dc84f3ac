#include "system.hpp"

#include "api/routes.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "dataset/job_kinds.hpp"
#include "db/migrate.hpp"
#include "server_files.hpp"
#include "training/job_kind.hpp"

namespace ava::cli {

Result<Resources> open_resources(const SystemSettings& settings) {
  const auto& data = settings.data;
  for (const char* name : {"sock", "jobs", "trainings", "volumes", "uploads", "engine"})
    AVA_CHECK(file::make_dirs(data / name));
  Resources made;
  AVA_TRY(made.database, db::Database::open(settings.database_url));
  AVA_TRY(const int migrated, db::migrate(*made.database));
  if (migrated > 0) log::info("server", "{} schema changes applied", migrated);
  AVA_TRY(made.metrics, metric::Store::open(data / "metrics"));
  engine::Options options{(data / "engine" / "container").string(), settings.engine_socket, "ava",
                          settings.pull_images};
  AVA_TRY(made.containers, engine::make("container", options));
  options.state_dir = (data / "engine" / "process").string();
  AVA_TRY(made.processes, engine::make("process", options));
  AVA_TRY(made.sdk, install_sdk(data));
  AVA_TRY(made.executable, own_executable());
  return made;
}

System::System(SystemSettings given, Resources opened)
    : settings(std::move(given)),
      resources(std::move(opened)),
      publish([this](std::string_view topic, std::string_view type, std::string_view json) {
        topics.publish(topic, type, json);
      }),
      users(*resources.database, Clock::system()),
      sessions(*resources.database, Clock::system()),
      tokens(*resources.database, Clock::system()),
      idempotency(*resources.database, Clock::system()),
      buckets(*resources.database, Clock::system(),
              {settings.storage_roots, settings.data / "storage.json", !settings.allow_private_hosts}),
      jobs(*resources.database, Clock::system(), kinds),
      uploads(*resources.database, settings.data / "uploads", Clock::system()),
      datasets({*resources.database, buckets, jobs, uploads, Clock::system(), publish, settings.data / "jobs"}),
      sets({*resources.database, buckets, jobs, datasets, Clock::system(), publish, settings.data / "jobs"}),
      graph_templates(*resources.database, Clock::system()),
      models({*resources.database, buckets, Clock::system(), publish}),
      trainings({*resources.database,
                 jobs,
                 sets,
                 uploads,
                 tokens,
                 *resources.metrics,
                 models,
                 {settings.data / "trainings", settings.data / "volumes", resources.sdk, resources.sdk / "examples",
                  settings.data / "sock"},
                 Clock::system(),
                 publish,
                 settings.container_network}),
      services{*resources.database,
               users,
               sessions,
               tokens,
               buckets,
               idempotency,
               jobs,
               uploads,
               datasets,
               sets,
               graph_templates,
               models,
               trainings,
               *resources.containers,
               topics} {
  buckets.ask_before_removal(dataset::DatasetRepo::in_bucket);
  buckets.ask_before_removal(model::ModelRepo::in_bucket);
  dataset::add_job_kinds(kinds, {*resources.database, buckets, datasets, sets, Clock::system(), publish,
                                 resources.executable, settings.data / "jobs", settings.allow_private_hosts,
                                 settings.picture_cache, settings.picture_cache_bytes});
  training::add_job_kind(kinds, trainings);
  if (!settings.storage_roots.empty())
    services.suggested_bucket_uri = "file://" + (settings.storage_roots.front() / "default").string();
  services.secure_cookies = settings.secure_cookies;
  router.set_before(api::authenticate(services));
  api::add_all_routes(router, services);
}

}  // namespace ava::cli
