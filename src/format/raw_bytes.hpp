// Numbers as their bytes in memory, which every format here stores little-endian.
#pragma once

#include <bit>
#include <cstring>
#include <string>

namespace ava::format {

static_assert(std::endian::native == std::endian::little);

template <class T>
void append_raw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Needs sizeof(T) bytes at `at`, of any alignment.
template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace ava::format
