#include "storage/resolver.hpp"

#include <fmt/format.h>

#include "storage/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::storage {

/// Where a url points: a storage and a key to try (raw, then percent-decoded), or a web address.
struct Resolver::Place {
  const Storage* storage = nullptr;
  std::string key;
  std::string url;  ///< web address when storage is null
};

Resolver::Resolver(ResolverOptions options)
    : options_(std::move(options)), http_(std::make_unique<HttpClient>(options_.http)) {}

Result<std::shared_ptr<const Resolver>> Resolver::make(ResolverOptions options) {
  std::shared_ptr<Resolver> made(new Resolver(std::move(options)));
  for (const auto& root : made->options_.local_roots) {
    AVA_TRY(auto storage, open_file(root, false));
    std::string prefix = root.lexically_normal().string();
    if (!prefix.ends_with('/')) prefix.push_back('/');
    made->roots_.emplace_back(std::move(prefix), std::move(storage));
  }
  if (!made->options_.base_folder.empty()) {
    AVA_TRY(made->base_, open_file(std::filesystem::absolute(made->options_.base_folder), false));
  }
  return std::shared_ptr<const Resolver>(std::move(made));
}

Result<Resolver::Place> Resolver::place_of(std::string_view url) const {
  AVA_TRY(const ObjectUri uri, parse_uri(url));
  const auto refuse = [&](std::string_view slug, std::string_view why, std::string_view hint) {
    return Error(ErrorCode::kInvalidArgument, slug, fmt::format("'{}': {}", url, why)).hint(hint);
  };
  switch (uri.kind) {
    case UriKind::kBucket: {
      auto found = options_.buckets.find(uri.bucket);
      ObjectUri other;
      if (found != options_.buckets.end()) return Place{found->second.get(), std::string(uri.key), {}};
      if (second_reading(uri, other) && (found = options_.buckets.find(other.bucket)) != options_.buckets.end())
        return Place{found->second.get(), std::string(other.key), {}};
      return refuse("bucket_unknown", fmt::format("no bucket '{}' is bound", uri.bucket),
                    "bind the storage space first");
    }
    case UriKind::kHttp:
      if (!options_.allow_http) return refuse("http_not_allowed", "web addresses are switched off here", "");
      return Place{nullptr, {}, std::string(url)};
    case UriKind::kFile:
    case UriKind::kLocalPath:
      for (const auto& [prefix, storage] : roots_)
        if (uri.key.starts_with(prefix)) return Place{storage.get(), std::string(uri.key.substr(prefix.size())), {}};
      return refuse("url_local_path", "a path of the machine where the list was made",
                    "upload the pictures, or let the administrator allow the folder");
    case UriKind::kRelative:
      if (base_ != nullptr) {
        std::string_view key = uri.key;
        while (key.starts_with("./")) key.remove_prefix(2);
        return Place{base_.get(), std::string(key), {}};
      }
      return refuse("url_relative", "no place is known to look below", "give a prefix for relative urls");
    default:
      return refuse("unknown_scheme", "not an address of a picture", "urls begin with qiniu://, http:// or https://");
  }
}

Result<void> Resolver::check(std::string_view url) const {
  AVA_TRY(const Place place, place_of(url));
  (void)place;
  return {};
}

bool Resolver::is_remote(std::string_view url) const {
  const auto place = place_of(url);
  return place.ok() && (place->storage == nullptr || !place->storage->local_path("").has_value());
}

std::optional<ObjectInfo> Resolver::find_local(std::string_view url) const {
  const auto place = place_of(url);
  if (!place.ok() || place->storage == nullptr || !place->storage->local_path("").has_value()) return {};
  auto found = place->storage->stat(place->key);
  if (!found.ok() && place->key.find('%') != std::string::npos)
    found = place->storage->stat(percent_decode(place->key));
  if (!found.ok()) return {};
  return *std::move(found);
}

std::string Resolver::stamp(std::string_view url) const {
  const auto found = find_local(url);
  return found ? fmt::format("{} {}", found->size_bytes, found->modified_ms) : std::string();
}

std::optional<std::uint64_t> Resolver::local_size(std::string_view url) const {
  const auto found = find_local(url);
  if (!found) return {};
  return found->size_bytes;
}

Result<std::string> Resolver::fetch(std::string_view url, std::uint64_t limit_bytes) const {
  AVA_TRY(const Place place, place_of(url));
  if (place.storage == nullptr) return http_->get(place.url, limit_bytes);
  auto raw = place.storage->read(place.key, limit_bytes);
  if (raw.ok() || raw.error().slug() != "object.not_found" || place.key.find('%') == std::string::npos) return raw;
  return place.storage->read(percent_decode(place.key), limit_bytes);
}

Result<std::unique_ptr<Reader>> Resolver::open(std::string_view url) const {
  AVA_TRY(const Place place, place_of(url));
  if (place.storage == nullptr) return http_->open(place.url);
  auto raw = place.storage->open(place.key);
  if (raw.ok() || raw.error().slug() != "object.not_found" || place.key.find('%') == std::string::npos) return raw;
  return place.storage->open(percent_decode(place.key));
}

}  // namespace ava::storage
