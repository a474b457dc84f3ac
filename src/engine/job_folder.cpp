#include "engine/job_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace ava::engine {
namespace {

using nlohmann::json;

constexpr std::uint64_t kRecordLimit = 1u << 20;
constexpr std::string_view kRecord = "job.json";

Error bad(std::string_view pointer, std::string_view message) {
  return Error(ErrorCode::kInvalidArgument, "engine.bad_spec", message).at(pointer);
}

bool is_plain(std::string_view text) { return text.find('\0') == std::string_view::npos && ava::file::is_utf8(text); }

Result<void> check_mounts(const std::vector<Mount>& mounts) {
  for (const Mount& mount : mounts) {
    if (!is_plain(mount.source) || !is_plain(mount.target) || mount.source.substr(0, 1) != "/" ||
        mount.target.substr(0, 1) != "/")
      return bad("/mounts", "a mount needs two absolute paths: '" + mount.source + "' to '" + mount.target + "'");
    struct stat info {};
    if (::stat(mount.source.c_str(), &info) != 0)
      return Error(ErrorCode::kNotFound, "engine.mount_not_found", "there is nothing at " + mount.source)
          .detail("path", mount.source);
  }
  return {};
}

}  // namespace

Result<void> check_key(std::string_view key) {
  constexpr std::size_t kLongest = 100;
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  bool ok = !key.empty() && key.size() <= kLongest && std::isalnum(static_cast<unsigned char>(key[0])) != 0;
  for (const char c : key) ok = ok && good(c);
  if (!ok) return bad("/key", "'" + std::string(key) + "' is no job key: letters, digits, '_', '.', '-'");
  return {};
}

Result<void> check_spec(const Spec& spec) {
  AVA_CHECK(check_key(spec.key));
  if (spec.cpu_cores < 0) return bad("/cpu_cores", "fewer than no CPU cores");
  if (spec.pids_limit < 0) return bad("/pids_limit", "fewer than no processes");
  for (const std::string& word : spec.command)
    if (!is_plain(word)) return bad("/command", "the command is no plain UTF-8 text");
  for (const auto& [name, value] : spec.env)
    if (name.empty() || name.find('=') != std::string::npos || !is_plain(name) || !is_plain(value))
      return bad("/env", "'" + name + "' is no variable: a name without '=' and plain UTF-8 text");
  if (!spec.working_dir.empty() && (spec.working_dir[0] != '/' || !is_plain(spec.working_dir)))
    return bad("/working_dir", "the working directory must be an absolute path");
  return check_mounts(spec.mounts);
}

Result<JobRecord> JobFolder::save(const Spec& spec) const {
  JobRecord record{.key = spec.key,
                   .log_path = spec.log_path.empty() ? file("log") : spec.log_path,
                   .progress_path = spec.progress_path,
                   .command = spec.command.empty() ? "" : spec.command[0],
                   .memory_bytes = spec.memory_bytes};
  const json text{{"key", record.key},
                  {"log_path", record.log_path},
                  {"progress_path", record.progress_path},
                  {"command", record.command},
                  {"memory_bytes", record.memory_bytes}};
  AVA_CHECK(ava::file::make_dirs(path_));
  AVA_CHECK(ava::file::write_atomic(file(kRecord), text.dump(2, ' ', false, json::error_handler_t::replace), 0600));
  return record;
}

Result<JobRecord> JobFolder::load() const {
  auto text = ava::file::read(file(kRecord), kRecordLimit);
  if (!text.ok() && text.error().slug() == "file.not_found")
    return Error(ErrorCode::kNotFound, "engine.job_not_found", "no job was started as " + path_);
  AVA_CHECK(text);
  const json record = json::parse(*text, nullptr, false);
  if (!record.is_object())
    return Error(ErrorCode::kCorrupt, "engine.bad_record", "the record of a job is no JSON: " + file(kRecord));
  const auto string_at = [&](const char* name) {
    return record.contains(name) && record[name].is_string() ? record[name].get<std::string>() : std::string();
  };
  JobRecord out{.key = string_at("key"),
                .log_path = string_at("log_path"),
                .progress_path = string_at("progress_path"),
                .command = string_at("command")};
  if (record.contains("memory_bytes") && record["memory_bytes"].is_number_unsigned())
    out.memory_bytes = record["memory_bytes"].get<std::uint64_t>();
  return out;
}

bool JobFolder::has(std::string_view mark) const { return ::access(file(mark).c_str(), F_OK) == 0; }

Result<void> JobFolder::set(std::string_view mark, std::string_view text) const {
  return ava::file::write_atomic(file(mark), text, 0600);
}

Result<void> JobFolder::set_exit(const Exit& exit) const {
  const json text{{"code", exit.code},
                  {"signal", exit.signal ? json(*exit.signal) : json(nullptr)},
                  {"out_of_memory", exit.out_of_memory},
                  {"slug", exit.slug},
                  {"words", exit.words}};
  return set(kMarkEnded, text.dump(2, ' ', false, json::error_handler_t::replace));
}

std::optional<Exit> JobFolder::exit() const {
  const auto text = ava::file::read(file(kMarkEnded), kRecordLimit);
  if (!text.ok()) return std::nullopt;
  const json said = json::parse(*text, nullptr, false);
  if (!said.is_object() || !said.contains("slug") || !said["slug"].is_string()) return std::nullopt;
  Exit exit;
  exit.code = said.value("code", -1);
  if (said.contains("signal") && said["signal"].is_number_integer()) exit.signal = said["signal"].get<int>();
  exit.out_of_memory = said.value("out_of_memory", false);
  exit.slug = said.value("slug", "");
  exit.words = said.value("words", "");
  return exit;
}

Result<void> JobFolder::remove() const { return ava::file::remove_tree(path_); }

Result<JobLock> JobLock::take(const std::string& state_dir, const std::string& handle) {
  // A few files for all jobs: none of them is ever removed, so none can be locked under two names.
  constexpr std::size_t kFiles = 16;
  const std::string dir = state_dir + "/locks";
  AVA_CHECK(ava::file::make_dirs(dir));
  const std::string path = dir + "/" + std::to_string(std::hash<std::string>{}(handle) % kFiles);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return ava::file::error_of(errno, "open lock", path);
  JobLock lock(fd);
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return ava::file::error_of(errno, "lock", path);
  return lock;
}

JobLock::~JobLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::string read_progress(const std::string& path) {
  constexpr std::size_t kLimit = 64u << 10;
  if (path.empty()) return {};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0) return {};
  std::string text(kLimit, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  ::close(fd);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace ava::engine
