// Proof that a storage works, before anybody relies on it.
#pragma once

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// Write, read, list and remove an object; nothing stays. Errors: those of the failing call, with details "step"
/// (write, read, list, remove) and "cause" (its slug).
Result<void> probe(Storage& storage);

}  // namespace ava::storage
