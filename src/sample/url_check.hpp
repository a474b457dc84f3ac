// What kind of address a sample's url is, judged by its text only. Source: formats.md 2.6.
#pragma once

#include <string_view>

namespace ava::sample {

enum class UrlKind : unsigned char { kRemote, kMissing, kRelative, kLocalPath, kUnknownScheme };

inline UrlKind kind_of_url(std::string_view url) {
  if (url.starts_with("qiniu://") || url.starts_with("http://") || url.starts_with("https://")) return UrlKind::kRemote;
  if (url.empty()) return UrlKind::kMissing;
  if (url.front() == '/' || url.starts_with("file:")) return UrlKind::kLocalPath;
  if (url.find("://") != std::string_view::npos || url.starts_with("data:")) return UrlKind::kUnknownScheme;
  return UrlKind::kRelative;
}

/// Which urls stand in a line as they will be used: lines with others are not plain.
struct UrlRules {
  bool relative = false;
  bool local = false;

  bool take(std::string_view url) const {
    switch (kind_of_url(url)) {
      case UrlKind::kRemote:
        return true;
      case UrlKind::kRelative:
        return relative;
      case UrlKind::kLocalPath:
        return local;
      default:
        return false;
    }
  }
};

}  // namespace ava::sample
