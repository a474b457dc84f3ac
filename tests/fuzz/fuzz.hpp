// What every fuzz target stands on: claims that end the run when they do not hold, and files that cost no disk.
// A target is one file <name>_fuzz.cpp that defines one_input() and, where it needs any, names its seeds in seeds.cpp.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::fuzz {

/// Written by the target: read this and check what came of it. Called for every input, in one process.
void one_input(std::string_view bytes);

/// Tells of a broken claim and ends the process, so that libFuzzer keeps the input.
[[noreturn]] void fail(std::string_view claim, std::string_view seen);
/// `claim` says what should have been; `seen` what was.
inline void require(bool holds, std::string_view claim, std::string_view seen = {}) {
  if (!holds) fail(claim, seen);
}
/// Damaged bytes may be refused, by name and in words, but never be called a fault of the program.
inline void require_plain(const Error& error) {
  require(error.code() != ErrorCode::kInternal, "a refusal, not an internal error", error.text());
  require(!error.slug().empty() && !error.text().empty(), "an error with slug and words");
}
/// A value that has to be there.
template <class T>
T must(Result<T> result, std::string_view claim) {
  if (!result.ok()) fail(claim, result.error().text());
  return *std::move(result);
}
inline void must(const Result<void>& result, std::string_view claim) {
  if (!result.ok()) fail(claim, result.error().text());
}

/// The first byte of an input chooses among `ways`; '0' is the first one, so that inputs can be written by hand.
std::size_t choice(std::string_view& bytes, std::size_t ways);

/// A folder of this process, removed when it ends in order; tools/fuzz removes what a crash leaves.
const std::filesystem::path& scratch();
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// The bytes as a file in scratch(), always the same one.
std::filesystem::path as_file(std::string_view bytes);

/// Bytes as what comes out of a store.
std::unique_ptr<storage::Reader> reader_of(std::string_view bytes);

/// A file beside others.
struct File {
  std::string name;
  std::string bytes;
};

/// A folder of sound files in which every input replaces one; its first byte says which.
class Folder {
 public:
  /// `beside`: files that stay as they are.
  Folder(std::filesystem::path path, std::vector<File> files, const std::vector<File>& beside = {});
  const std::filesystem::path& path() const { return path_; }
  /// Put it there, and the one before it back.
  const File& replace(std::string_view input);

 private:
  std::filesystem::path path_;
  std::vector<File> files_;
  const File* replaced_ = nullptr;
};

}  // namespace ava::fuzz
