// The server is killed with SIGKILL again and again while real processes run; every job must end, and must have done
// its work exactly once.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/random.hpp"
#include "db/testing.hpp"
#include "engine/all.hpp"
#include "job/reconciler.hpp"

namespace ava::job {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kJobs = 24;
constexpr int kKills = 12;

/// A job appends a line to its own file: the number of lines is how often it ran.
KindRegistry make_kinds(const fs::path& folder) {
  Kind kind;
  kind.name = "line.write";
  kind.engine = "process";
  kind.max_attempts = 3;
  kind.make_spec = [folder](const Job& job) -> Result<engine::Spec> {
    engine::Spec spec;
    spec.name = job.subject.name;
    spec.command = {"/bin/sh", "-c", "echo ran >> '" + (folder / job.subject.name).string() + "'; sleep 0.15"};
    return spec;
  };
  // What a noun writes: it may be written again, and says the same.
  kind.on_end = [folder](const Job& job, const engine::Status& status) -> Result<Outcome> {
    std::ofstream(folder / (job.subject.name + ".end")) << status.exit->slug;
    if (status.exit->code == 0) return Outcome::succeeded();
    return Outcome::failed({status.exit->slug, status.exit->words, std::nullopt});
  };
  KindRegistry kinds;
  kinds.add(kind);
  return kinds;
}

/// The life of a server: until it is killed, or until every job is over.
int serve(const std::string& url, const db::Options& options, const fs::path& folder) {
  auto database = db::Database::open(url, options);
  engine::Options place;
  place.state_dir = (folder / "engine").string();
  auto engine = engine::make("process", place);
  if (!database.ok() || !engine.ok()) return 2;
  const KindRegistry kinds = make_kinds(folder);
  JobService jobs(**database, Clock::system(), kinds);
  ReconcilerOptions reconciling;
  reconciling.limits["process"] = {4};
  reconciling.scan = 20ms;
  reconciling.pace = {10ms, 50ms, 50ms, 20ms, 100ms, 50ms};
  Reconciler reconciler(**database, Clock::system(), jobs, kinds, {{"process", engine->get()}}, reconciling);
  reconciler.start();
  for (int i = 0; i < 1000; ++i) {
    std::this_thread::sleep_for(20ms);
    const auto page = jobs.list({.page = {100, ""}});
    if (page.ok() &&
        std::all_of(page->items.begin(), page->items.end(), [](const Job& j) { return is_over(j.state); })) {
      reconciler.stop();
      return 0;
    }
  }
  return 3;
}

class Crash : public db::DatabaseTest {
 protected:
  /// Run a server; kill it after so many milliseconds, or wait for its end.
  int run_server(std::optional<std::chrono::milliseconds> kill_after) {
    const pid_t child = fork();
    if (child == 0) {
      db::Options options;
      options.schema = schema();
      _exit(serve(url(), options, folder().path()));
    }
    if (kill_after.has_value()) {
      std::this_thread::sleep_for(*kill_after);
      kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};
AVA_ON_EVERY_DATABASE(Crash);

TEST_P(Crash, KillingTheServerAtAnyMomentLosesAndDoublesNothing) {
  const KindRegistry kinds = make_kinds(folder().path());
  JobService jobs(db(), Clock::system(), kinds);
  for (int i = 0; i < kJobs; ++i)
    ASSERT_OK(jobs.submit(NewJob{"line.write", "us_1", {"line", "li_1", "job" + std::to_string(i)}}));
  const auto seed = static_cast<std::uint64_t>(getpid());
  for (int i = 0; i < kKills; ++i)
    run_server(std::chrono::milliseconds(10 + random_below(seed, static_cast<std::uint64_t>(i), 120)));
  ASSERT_EQ(run_server(std::nullopt), 0) << "seed " << seed;

  ASSERT_OK_AND(const auto page, jobs.list({.page = {100, ""}}));
  ASSERT_EQ(page.items.size(), static_cast<std::size_t>(kJobs));
  for (const Job& job : page.items) {
    EXPECT_EQ(job.state, JobState::kSucceeded) << schema::to_text(job) << " seed " << seed;
    EXPECT_EQ(job.attempts, 1);
    std::ifstream file(folder() / job.subject.name);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(text, "ran\n") << job.subject.name << " seed " << seed;
    EXPECT_TRUE(fs::exists(folder() / (job.subject.name + ".end")));
  }
}

}  // namespace
}  // namespace ava::job
