// From the url of a sample to its bytes: buckets by name, http(s), allowed local folders, a base for relative urls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/http.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

struct ResolverOptions {
  std::map<std::string, std::shared_ptr<Storage>, std::less<>> buckets;
  bool allow_http = true;
  HttpOptions http;                                ///< a server sets http.deny_private
  std::vector<std::filesystem::path> local_roots;  ///< absolute paths and file: are read only below these
  std::filesystem::path base_folder;               ///< offline tool: relative urls are below this; empty: refused
};

/// Thread: any number of fetches at once.
/// Errors, as slugs for rejects.jsonl: `url_missing`, `url_relative`, `url_local_path`, `unknown_scheme`, `url_bad`,
/// `http_not_allowed`, `bucket_unknown`, and those of the storage (`object.not_found`, `object.too_large`, `http.*`).
class Resolver {
 public:
  static Result<std::shared_ptr<const Resolver>> make(ResolverOptions options);
  Result<std::string> fetch(std::string_view url, std::uint64_t limit_bytes) const;
  /// A list or an archive, streamed. Lifetime: the resolver must outlive the reader.
  Result<std::unique_ptr<Reader>> open(std::string_view url) const;
  /// True when fetching asks another machine: many at once are needed then.
  bool is_remote(std::string_view url) const;
  /// Which state of a local file this is: its size and the time of its last change. Empty for anything else.
  std::string stamp(std::string_view url) const;
  /// Bytes of a local file; none for anything else.
  std::optional<std::uint64_t> local_size(std::string_view url) const;
  /// Would fetch() know where to look? No byte is read.
  Result<void> check(std::string_view url) const;

 private:
  struct Place;
  explicit Resolver(ResolverOptions options);
  Result<Place> place_of(std::string_view url) const;
  std::optional<ObjectInfo> find_local(std::string_view url) const;
  ResolverOptions options_;
  std::unique_ptr<HttpClient> http_;
  std::shared_ptr<Storage> base_;
  std::vector<std::pair<std::string, std::shared_ptr<Storage>>> roots_;
};

}  // namespace ava::storage
