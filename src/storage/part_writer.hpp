// A Writer for stores that take large objects in parts: small objects go whole, parts go several at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/storage.hpp"

namespace ava::storage {

/// How a store takes an object. Nothing is visible before put_whole() or finish(). Lifetime: kept by the writer.
class PartTarget {
 public:
  virtual ~PartTarget() = default;
  /// Objects up to this size go whole.
  virtual std::size_t whole_bytes() const = 0;
  /// Size of part `number`, from 0; only the last may be smaller.
  virtual std::size_t part_bytes(std::size_t number) const = 0;
  virtual Result<void> put_whole(const std::string& bytes) = 0;
  virtual Result<void> begin() = 0;
  /// Returns the receipt that finish() needs. Thread: several at once.
  virtual Result<std::string> put_part(std::size_t number, const std::string& bytes) = 0;
  virtual Result<void> finish(const std::vector<std::string>& receipts, std::uint64_t total_bytes) = 0;
  /// Forget the parts that were sent; best effort.
  virtual void abandon() = 0;
};

/// Memory: up to kPartsInFlight parts and the one being filled.
inline constexpr std::size_t kPartsInFlight = 4;
std::unique_ptr<Writer> write_parts(std::unique_ptr<PartTarget> target);

}  // namespace ava::storage
