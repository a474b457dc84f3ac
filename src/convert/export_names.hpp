// What the files of exported pictures are called: as they were, unless that cannot be.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/file.hpp"
#include "pipeline/sources.hpp"

namespace ava::convert {

/// Names of files, no two alike however their letters are written and whatever stands behind the dot.
/// Memory: 16 bytes a name. Thread: one at a time.
class FileNames {
 public:
  /// From the last part of the url; `renamed` tells that it had to be changed.
  std::string name_of(const std::string& url, std::uint64_t line, std::string_view extension, bool& renamed) {
    std::filesystem::path name = std::filesystem::path(pipeline::name_of_url(url)).filename();
    if (!file::is_safe_relative(name.string())) name = std::to_string(line);
    if (!name.has_extension()) name += "." + std::string(extension);
    renamed = !take(name.stem().string());
    if (!renamed) return name.string();
    std::string stem = fmt::format("{}-{}", name.stem().string(), line);
    while (!take(stem)) stem += "-";
    return stem + name.extension().string();
  }

 private:
  bool take(std::string stem) {
    std::transform(stem.begin(), stem.end(), stem.begin(), [](unsigned char c) { return std::tolower(c); });
    return taken_.insert(std::hash<std::string>{}(stem)).second;
  }
  std::unordered_set<std::uint64_t> taken_;
};

}  // namespace ava::convert
