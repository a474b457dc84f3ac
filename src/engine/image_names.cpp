#include "engine/image_names.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace ava::engine {
namespace {

std::string with_tag(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? name : name.substr(slash + 1);
  const bool tagged = last.find(':') != std::string_view::npos || last.find('@') != std::string_view::npos;
  return std::string(name) + (tagged ? "" : ":latest");
}

std::string_view without_host(std::string_view name) {
  for (const std::string_view prefix : {"docker.io/library/", "docker.io/", "localhost/"})
    if (name.substr(0, prefix.size()) == prefix) return name.substr(prefix.size());
  return name;
}

bool is_id(std::string_view wanted, std::string_view id) {
  constexpr std::string_view kSha = "sha256:";
  constexpr std::size_t kShortest = 12;
  if (wanted.substr(0, kSha.size()) == kSha) wanted.remove_prefix(kSha.size());
  if (id.substr(0, kSha.size()) == kSha) id.remove_prefix(kSha.size());
  return wanted.size() >= kShortest && id.substr(0, wanted.size()) == wanted;
}

/// Number of single-character changes between two names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

Error not_found(std::string_view wanted, const std::vector<ImageInfo>& images) {
  constexpr std::size_t kShown = 3;
  std::vector<std::pair<std::size_t, std::string>> near;
  const std::string plain = with_tag(without_host(wanted));
  for (const ImageInfo& image : images) near.emplace_back(distance(plain, without_host(image.name)), image.name);
  std::sort(near.begin(), near.end());
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, near.size()); ++i) names += (i > 0 ? ", " : "") + near[i].second;
  return Error(ErrorCode::kNotFound, "engine.image_not_found", "there is no image '" + std::string(wanted) + "'")
      .at("/image")
      .detail("image", wanted)
      .hint(names.empty() ? "this engine has no image yet: build one with deploy/images/build" : "there are: " + names);
}

}  // namespace

bool has_registry_host(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view host = name.substr(0, slash);
  return host != "localhost" && host.find_first_of(".:") != std::string_view::npos;
}

Result<std::string> resolve_image(std::string_view wanted, const std::vector<ImageInfo>& images) {
  const auto bad = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
  if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), bad) || wanted.size() > 300)
    return Error(ErrorCode::kInvalidArgument, "engine.bad_spec", "'" + std::string(wanted) + "' is no image name")
        .at("/image");
  const std::string exact = with_tag(wanted);
  for (const ImageInfo& image : images)
    if (image.name == exact) return image.name;
  const std::string plain = with_tag(without_host(wanted));
  for (const ImageInfo& image : images)
    if (!has_registry_host(without_host(wanted)) && without_host(image.name) == plain) return image.name;
  for (const ImageInfo& image : images)
    if (is_id(wanted, image.id)) return image.id;
  return not_found(wanted, images);
}

}  // namespace ava::engine
