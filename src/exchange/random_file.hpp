// A file of a tree that can be read at any place: in place when it lies on this machine, else from a copy that has no
// name and goes away with the object.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "exchange/tree.hpp"

namespace ava::exchange {

/// Thread: read_at from any thread.
class RandomFile {
 public:
  static Result<RandomFile> open(const Tree& tree, std::string_view name, const std::stop_token& stop);
  RandomFile(RandomFile&& other) noexcept;
  RandomFile(const RandomFile&) = delete;
  RandomFile& operator=(const RandomFile&) = delete;
  RandomFile& operator=(RandomFile&&) = delete;
  ~RandomFile();
  /// Exactly these bytes. Errors: `file.changed` when the file became shorter.
  Result<std::string> read_at(std::uint64_t offset, std::size_t bytes) const;
  /// From the beginning; one at a time.
  std::unique_ptr<storage::Reader> reader() const;

 private:
  explicit RandomFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace ava::exchange
