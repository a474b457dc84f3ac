#include "engine/exit_words.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace ava::engine {
namespace {

constexpr int kSignalBase = 128;
constexpr int kLastSignal = 64;

std::optional<int> signal_in(int code) {
  if (code > kSignalBase && code <= kSignalBase + kLastSignal) return code - kSignalBase;
  return std::nullopt;
}

bool is_crash(int signal) {
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGSYS || signal == SIGTRAP;
}

Exit make(const Ending& ending, std::string slug, std::string words) {
  return Exit{.code = ending.code,
              .signal = signal_in(ending.code),
              .out_of_memory = ending.memory != OutOfMemory::kNo && ending.code != 0,
              .slug = std::move(slug),
              .words = std::move(words)};
}

Exit stopped(const Ending& ending) {
  const bool killed = signal_in(ending.code) == SIGKILL;
  return make(
      ending, "exit.stopped",
      killed ? "stopped by the user; it did not end within the grace time and was killed" : "stopped by the user");
}

Exit out_of_memory(const Ending& ending) {
  if (ending.memory == OutOfMemory::kMachine)
    return make(ending, "exit.out_of_memory",
                "out of memory: the machine had none left and the kernel killed a process of this job "
                "(set a limit, or run fewer jobs at once)");
  const std::string limit = ending.memory_limit_bytes > 0 ? " of " + memory_words(ending.memory_limit_bytes) : "";
  const char* sure = ending.memory == OutOfMemory::kLikely ? "most likely out of memory" : "out of memory";
  std::string words = fmt::format("{}: it used more than its limit{} (raise Memory)", sure, limit);
  if (signal_in(ending.code) != SIGKILL) words += fmt::format("; it then ended with exit code {}", ending.code);
  return make(ending, "exit.out_of_memory", std::move(words));
}

Exit not_run(const Ending& ending, bool found) {
  const std::string name = ending.command.empty() ? "" : " '" + ending.command + "'";
  if (!found)
    return make(ending, "exit.command_not_found",
                fmt::format("command not found (exit code {}):{} is not there, or names a program that is not "
                            "(check the spelling and whether it is installed in the image)",
                            ending.code, name.empty() ? " the command" : name));
  return make(ending, "exit.not_executable",
              fmt::format("not executable (exit code {}):{} was found but cannot be run (chmod +x, or name its "
                          "interpreter: python3 train.py)",
                          ending.code, name.empty() ? " the command" : name));
}

Exit signalled(const Ending& ending, int signal) {
  if (is_crash(signal))
    return make(ending, "exit.crashed", fmt::format("crashed with signal {} ({})", signal, signal_name(signal)));
  return make(ending, "exit.killed", fmt::format("killed by signal {} ({}) from outside", signal, signal_name(signal)));
}

}  // namespace

Exit describe(const Ending& ending) {
  if (ending.stop_asked) return stopped(ending);
  if (ending.code == 0) return make(ending, "exit.ok", "ended by itself with exit code 0");
  if (ending.memory != OutOfMemory::kNo) return out_of_memory(ending);
  if (ending.exec_errno != 0 && ending.exec_errno != ENOENT && ending.exec_errno != EACCES)
    return make(ending, "exit.not_executable",
                fmt::format("not executable: '{}': {}", ending.command, std::strerror(ending.exec_errno)));
  if (ending.code == kExitNoCommand) return not_run(ending, false);
  if (ending.code == kExitNotRunnable) return not_run(ending, true);
  if (const auto signal = signal_in(ending.code)) return signalled(ending, *signal);
  return make(ending, "exit.failed", fmt::format("ended by itself with exit code {}", ending.code));
}

Exit describe_lost(const std::string& why) {
  return Exit{.code = -1, .signal = {}, .out_of_memory = false, .slug = "exit.lost", .words = "lost: " + why};
}

std::string memory_words(std::uint64_t bytes) {
  constexpr std::array<const char*, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.4g} {}", value, kUnits[unit]);
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : fmt::format("signal {}", signal);
}

}  // namespace ava::engine
