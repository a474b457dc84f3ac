// Serves the web UI that cmake/embed.cmake puts into the executable: ETag, gzip, long cache for hashed names,
// index.html for every page address of the single-page application.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "http/http.hpp"

namespace ava::http {

/// One embedded file. Lifetime: views of static data.
struct Asset {
  std::string_view path;  ///< "/assets/index-1a2b.js"
  std::string_view content_type;
  std::span<const unsigned char> bytes;
  std::string_view etag;  ///< without quotes
  bool gzip = false;      ///< bytes are gzip-compressed
};

/// A fallback for Router::set_fallback. Without assets it answers a plain page that says the UI was not built.
/// Errors: `http.no_route` for a path that is no asset and not asked for as a page.
std::function<Result<Reply>(Request&)> static_files(std::span<const Asset> assets);

}  // namespace ava::http
