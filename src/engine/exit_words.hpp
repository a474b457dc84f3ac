// How a job ended, in words a person can act on: exit codes, signals, memory, "command not found".
// Drivers gather the facts (Ending); the judgement is made here once, the same for all of them.
#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.hpp"

namespace ava::engine {

/// Exit codes as a shell gives them: it cannot be run, there is no such command, ended by a signal (plus its number).
constexpr int kExitNotRunnable = 126;
constexpr int kExitNoCommand = 127;
constexpr int kExitSignalled = 128;

/// What is known about memory: kLimit = a process was killed because the job's own limit was reached, kLikely = SIGKILL
/// with the memory at its limit and no counter to read, kMachine = the machine itself had none left.
enum class OutOfMemory { kNo, kLimit, kLikely, kMachine };

/// Facts about an end. Units: memory_limit_bytes in bytes, 0 = none was set.
struct Ending {
  int code = 0;        ///< as a shell says it: 128 + signal
  int exec_errno = 0;  ///< why the command could not be run at all, 0 = it was run
  bool stop_asked = false;
  OutOfMemory memory = OutOfMemory::kNo;
  std::uint64_t memory_limit_bytes = 0;
  std::string command;  ///< first word, named when it was not found
};

Exit describe(const Ending& ending);
/// The end of a job nobody saw: its container or its supervisor is gone.
Exit describe_lost(const std::string& why);
/// "512 MiB", "1.5 GiB"; whole bytes below 1 KiB.
std::string memory_words(std::uint64_t bytes);
/// "SIGKILL"; "signal 35" where there is no name.
std::string signal_name(int signal);

}  // namespace ava::engine
