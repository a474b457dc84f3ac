#include "training/workspace.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "schema/json.hpp"

namespace ava::training {
namespace {

namespace fs = std::filesystem;

class Workspace : public ::testing::Test {
 protected:
  void SetUp() override {
    training_.id = TrainingId::make();
    training_.name = "数字";
    training_.image = "localhost/ava/torch:bookworm";
    training_.command = "python3 train.py";
    training_.params = {R"({"max_epochs":3,"solverOps":{"batchSize":64}})"};
    training_.resources = {2.5, 3 << 20, 0, {}};
    training_.owner = {"us_1", "安娜"};
    input_.train = {set(dataset::Split::kTrain, 1257), "/srv/sets/recordio/train"};
    input_.val = MountedSet{set(dataset::Split::kVal, 540), "/srv/sets/recordio/val"};
    input_.token = "ava_secret";
    input_.job_id = "jb_1";
  }
  static dataset::FormattedSet set(dataset::Split split, std::int64_t samples) {
    dataset::FormattedSet made;
    made.id = dataset::FormattedSetId::make();
    made.split = split;
    made.format = "recordio";
    made.batch = "0123456789abcdef";
    made.sample_count = samples;
    made.class_count = 10;
    return made;
  }
  nlohmann::json json_of(const std::string& name) const {
    auto text = file::read(folder_of(roots_, training_.id) / name);
    EXPECT_OK(text);
    return text.ok() ? *schema::parse(*text) : nlohmann::json();
  }
  const engine::Mount* mount_at(const engine::Spec& spec, const std::string& target) const {
    for (const engine::Mount& m : spec.mounts)
      if (m.target == target) return &m;
    return nullptr;
  }

  testing::TempDir dir_;
  WorkspaceRoots roots_{dir_ / "trainings", dir_ / "volumes", dir_ / "sdk", dir_ / "sdk/examples", dir_ / "sock"};
  Training training_;
  WorkspaceInput input_;
};

TEST_F(Workspace, HasTheFilesThatTheSdkReads) {
  ASSERT_OK(prepare_workspace(roots_, training_, input_));
  EXPECT_EQ(json_of("params/default.json")["solverOps"]["batchSize"], 64);
  EXPECT_EQ(json_of("config/trainingspec")["name"], "数字");
  EXPECT_EQ(json_of("config/trainingspec")["resource"]["gpus"], 0);
  const auto train = json_of("config/trainsetinfo");
  EXPECT_EQ(train["stats"]["numOfSamples"], 1257) << "0 or nothing would end the original's monitor";
  EXPECT_EQ(train["stats"]["numOfClasses"], 10);
  EXPECT_EQ(train["buildFormat"], "recordio");
  EXPECT_EQ(json_of("config/valsetinfo")["stats"]["numOfSamples"], 540);
  EXPECT_TRUE(fs::is_directory(roots_.volumes / "us_1"));
}

TEST_F(Workspace, PreparedAgainKeepsWhatARunWrote) {
  ASSERT_OK(prepare_workspace(roots_, training_, input_));
  const fs::path kept = folder_of(roots_, training_.id) / "run" / "snapshot";
  ASSERT_OK(file::write_atomic(kept, "weights"));
  ASSERT_OK(prepare_workspace(roots_, training_, input_));
  EXPECT_EQ(*file::read(kept), "weights");
}

TEST_F(Workspace, ShowsTheSetsAtBothPlacesReadOnly) {
  const auto spec = container_spec(roots_, training_, input_);
  for (const char* target : {"/workspace/data/train", "/workspace/mnt/data/train"}) {
    ASSERT_NE(mount_at(spec, target), nullptr) << target;
    EXPECT_EQ(mount_at(spec, target)->source, "/srv/sets/recordio/train");
    EXPECT_TRUE(mount_at(spec, target)->read_only);
  }
  EXPECT_NE(mount_at(spec, "/workspace/data/val"), nullptr);
  input_.val.reset();
  EXPECT_EQ(mount_at(container_spec(roots_, training_, input_), "/workspace/data/val"), nullptr);
}

TEST_F(Workspace, LetsAProgramWriteWhereItMayAndNowhereElse) {
  const auto spec = container_spec(roots_, training_, input_);
  for (const char* target : {"/workspace/run", "/workspace/params", "/workspace/mnt/volume"}) {
    ASSERT_NE(mount_at(spec, target), nullptr) << target;
    EXPECT_FALSE(mount_at(spec, target)->read_only) << target;
  }
  for (const char* target :
       {"/workspace/config", "/workspace/code", "/workspace/ava/sdk", "/workspace/ava/sock", "/workspace/examples"}) {
    ASSERT_NE(mount_at(spec, target), nullptr) << target;
    EXPECT_TRUE(mount_at(spec, target)->read_only) << target;
  }
  EXPECT_EQ(mount_at(spec, "/workspace/mnt/volume")->source, (roots_.volumes / "us_1").string());
  EXPECT_EQ(spec.working_dir, "/workspace/run");
}

TEST_F(Workspace, TellsTheSdkWhoItIs) {
  const auto env = container_spec(roots_, training_, input_).env;
  EXPECT_EQ(env.at("AVA_SERVER"), "unix:///workspace/ava/sock/server.sock");
  EXPECT_EQ(env.at("AVA_TOKEN"), "ava_secret");
  EXPECT_EQ(env.at("AVA_TRAINING_ID"), training_.id.str());
  EXPECT_EQ(env.at("AVA_WORKDIR"), "/workspace");
  EXPECT_THAT(env.at("JOB_NAME"), ::testing::MatchesRegex("training-job-[0-9a-f]+"));
  EXPECT_EQ(env.at("JOB_NAME").size(), std::string("training-job-").size() + 24);
  EXPECT_EQ(env.at("PYTHONPATH"), "/workspace/ava/sdk");
  EXPECT_EQ(env.at("OMP_NUM_THREADS"), "2");
}

TEST_F(Workspace, TakesTheUsersEnvironmentButNotItsOwnNames) {
  training_.env = {{"PYTHONPATH", "/opt/lib"}, {"OMP_NUM_THREADS", "1"}, {"JOB_NAME", "mine"}, {"LR", "0.1"}};
  const auto env = container_spec(roots_, training_, input_).env;
  EXPECT_EQ(env.at("PYTHONPATH"), "/workspace/ava/sdk:/opt/lib");
  EXPECT_EQ(env.at("OMP_NUM_THREADS"), "1");
  EXPECT_EQ(env.at("LR"), "0.1");
  EXPECT_NE(env.at("JOB_NAME"), "mine");
}

TEST_F(Workspace, HasTheLimitsThatWereAskedFor) {
  const auto spec = container_spec(roots_, training_, input_);
  EXPECT_EQ(spec.cpu_cores, 2.5);
  EXPECT_EQ(spec.memory_bytes, 3u << 20);
  EXPECT_GT(spec.pids_limit, 0);
  EXPECT_FALSE(spec.network);
  EXPECT_EQ(spec.log_path, (folder_of(roots_, training_.id) / "train.log").string());
  EXPECT_EQ(spec.labels.at("ava.training"), training_.id.str());
}

/// The command of a container in a process tree of its own, where `kill -1` reaches nobody else.
class OwnTree {
 public:
  explicit OwnTree(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    for (const int more : {0, CLONE_NEWUSER}) {
      pid_ = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | more, 0, 0, 0, 0));
      if (pid_ >= 0) break;
    }
    if (pid_ != 0) return;
    if (::getpid() == 1) ::execv(words[0], words.data());
    ::_exit(99);
  }
  ~OwnTree() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  OwnTree(const OwnTree&) = delete;
  OwnTree& operator=(const OwnTree&) = delete;

  bool exists() const { return pid_ > 0; }
  void stop() const { ::kill(pid_, SIGTERM); }
  /// Exit code as a shell says it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

class Runner : public Workspace {
 protected:
  std::vector<std::string> command(const std::string& line) {
    training_.command = line;
    return container_spec(roots_, training_, input_).command;
  }
  static bool appears(const fs::path& path) {
    for (int i = 0; i < 1000 && !fs::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return fs::exists(path);
  }
};

TEST_F(Runner, AnswersTheExitCodeOfTheCommandLine) {
  const std::pair<const char*, int> lines[] = {{"true", 0},
                                               {"exit 7", 7},
                                               {"no-such-program-of-ava 2>/dev/null", 127},
                                               {"set -e\nX='a b'\n[ \"$X\" = \"a b\" ] && (exit 3)", 3},
                                               {"sh -c 'kill -9 $$'", 137}};
  for (const auto& [line, code] : lines) {
    OwnTree tree(command(line));
    if (!tree.exists()) GTEST_SKIP() << "this machine gives no process tree of its own";
    EXPECT_EQ(tree.wait(), code) << line;
  }
}

TEST_F(Runner, PassesAStopToTheProgramAndWaitsUntilItHasSaved) {
  const fs::path ready = dir_ / "ready", saved = dir_ / "saved";
  ASSERT_OK(file::write_atomic(dir_ / "program.sh", "trap 'sleep 0.2; echo done > " + saved.string() +
                                                        "; exit 0' TERM\necho > " + ready.string() +
                                                        "\nwhile :; do sleep 0.05; done\n"));
  OwnTree tree(command("/bin/sh " + (dir_ / "program.sh").string() + "; echo never > " + (dir_ / "next").string()));
  if (!tree.exists()) GTEST_SKIP() << "this machine gives no process tree of its own";
  ASSERT_TRUE(appears(ready));
  tree.stop();
  EXPECT_EQ(tree.wait(), 143);
  EXPECT_TRUE(fs::exists(saved));
  EXPECT_FALSE(fs::exists(dir_ / "next")) << "what comes behind the stopped program is not begun";
}

TEST_F(Runner, StopsEveryProcessOfTheTree) {
  const fs::path ready = dir_ / "ready", saved = dir_ / "saved";
  ASSERT_OK(file::write_atomic(dir_ / "helper.sh", "trap 'echo done > " + saved.string() + "; exit 0' TERM\necho > " +
                                                       ready.string() + "\nwhile :; do sleep 0.05; done\n"));
  OwnTree tree(command("/bin/sh " + (dir_ / "helper.sh").string() + " & wait"));
  if (!tree.exists()) GTEST_SKIP() << "this machine gives no process tree of its own";
  ASSERT_TRUE(appears(ready));
  tree.stop();
  EXPECT_EQ(tree.wait(), 143);
  EXPECT_TRUE(appears(saved));
}

}  // namespace
}  // namespace ava::training
