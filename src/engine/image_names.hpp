// Which image a name means. Podman puts "localhost/" or "docker.io/" before short names and Docker does not, so a name
// is looked up in the engine's list in all its forms before anyone says that it is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

/// The name in the list that `wanted` means: itself, with ":latest", with or without "localhost/", "docker.io/" or
/// "docker.io/library/", or an id of at least 12 hex digits.
/// Errors: `engine.image_not_found` (hint: names that are near), `engine.bad_spec` for an empty or impossible name.
Result<std::string> resolve_image(std::string_view wanted, const std::vector<ImageInfo>& images);
/// True when the first part is a registry host: "registry.example:5000/a/b".
bool has_registry_host(std::string_view name);

}  // namespace ava::engine
