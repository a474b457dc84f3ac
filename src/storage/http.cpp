#include "storage/http.hpp"

#include <fmt/format.h>

#include "remote/http_transfer.hpp"
#include "storage/http_reader.hpp"
#include "storage/object_uri.hpp"

namespace ava::storage {

namespace {

struct Body {
  std::string bytes;
  std::uint64_t limit = 0;
  bool too_large = false;
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<Body*>(to);
  if (body.bytes.size() + size * count > body.limit) {
    body.too_large = true;
    return 0;
  }
  body.bytes.append(data, size * count);
  return size * count;
}

Error too_large(const std::string& url, std::uint64_t limit) {
  return Error(ErrorCode::kInvalidArgument, "object.too_large",
               fmt::format("'{}' is larger than {} bytes", remote::redact_url(url), limit));
}

class HttpStorage : public Storage {
 public:
  HttpStorage(std::string base, remote::HttpOptions options) : base_(std::move(base)), client_(options) {}
  Result<std::string> read(std::string_view key, std::uint64_t limit) const override {
    return client_.get(url_of(key), limit);
  }
  Result<std::unique_ptr<Reader>> open(std::string_view key) const override { return client_.open(url_of(key)); }
  Result<std::unique_ptr<Writer>> create(std::string_view) override { return read_only(); }
  Result<ObjectInfo> stat(std::string_view key) const override {
    AVA_TRY(ObjectInfo info, client_.head(url_of(key)));
    info.key = key;
    return info;
  }
  Result<Page> list(const ListQuery&) const override {
    return Error(ErrorCode::kInvalidArgument, "storage.no_listing", "a web address cannot be listed");
  }
  Result<void> remove(std::string_view) override { return read_only(); }
  Result<void> remove_tree(std::string_view) override { return read_only(); }
  std::optional<std::filesystem::path> local_path(std::string_view) const override { return std::nullopt; }

 private:
  std::string url_of(std::string_view key) const { return base_ + remote::percent_encode_path(key); }
  Error read_only() const {
    return Error(ErrorCode::kInvalidArgument, "storage.read_only", fmt::format("'{}' can only be read", base_));
  }
  std::string base_;
  HttpClient client_;
};

}  // namespace

HttpClient::HttpClient(remote::HttpOptions options) : pool_(std::make_shared<remote::TransferPool>(options)) {}
HttpClient::~HttpClient() = default;

Result<std::string> HttpClient::get(const std::string& url, std::uint64_t limit_bytes) const {
  auto transfer = pool_->take();
  const remote::HttpOptions& options = pool_->options();
  for (int attempt = 0;; ++attempt) {
    Body body;
    body.limit = limit_bytes;
    transfer->prepare(url);
    curl_easy_setopt(transfer->handle(), CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
    curl_easy_setopt(transfer->handle(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(transfer->handle(), CURLOPT_WRITEDATA, &body);
    const CURLcode code = curl_easy_perform(transfer->handle());
    if (code != CURLE_OK && !body.too_large && transfer->worth_retrying(code) && attempt + 1 < options.attempts) {
      remote::back_off(attempt);
      continue;
    }
    auto result = transfer->outcome(code, url);
    pool_->give(std::move(transfer));
    if (body.too_large) return too_large(url, limit_bytes);
    if (!result.ok()) return result.error();
    return std::move(body.bytes);
  }
}

Result<std::unique_ptr<Reader>> HttpClient::open(const std::string& url) const { return HttpReader::open(pool_, url); }

Result<ObjectInfo> HttpClient::head(const std::string& url) const {
  auto transfer = pool_->take();
  transfer->prepare(url);
  curl_easy_setopt(transfer->handle(), CURLOPT_NOBODY, 1L);
  curl_easy_setopt(transfer->handle(), CURLOPT_FILETIME, 1L);
  curl_easy_setopt(transfer->handle(), CURLOPT_TIMEOUT_MS, static_cast<long>(pool_->options().total_timeout.count()));
  const CURLcode code = curl_easy_perform(transfer->handle());
  ObjectInfo info;
  curl_off_t size = -1;
  curl_off_t time = -1;
  curl_easy_getinfo(transfer->handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  curl_easy_getinfo(transfer->handle(), CURLINFO_FILETIME_T, &time);
  auto result = transfer->outcome(code, url);
  pool_->give(std::move(transfer));
  if (!result.ok()) return result.error();
  info.size_bytes = size < 0 ? 0 : static_cast<std::uint64_t>(size);
  info.modified_ms = time < 0 ? 0 : static_cast<TimeMs>(time) * 1000;
  return info;
}

Result<std::shared_ptr<Storage>> open_http(std::string base_url, remote::HttpOptions options) {
  AVA_TRY(const ObjectUri uri, parse_uri(base_url));
  if (uri.kind != UriKind::kHttp)
    return Error(ErrorCode::kInvalidArgument, "storage.bad_uri", fmt::format("'{}' is no web address", base_url));
  if (!base_url.ends_with('/')) base_url.push_back('/');
  return std::shared_ptr<Storage>(std::make_shared<HttpStorage>(std::move(base_url), options));
}

}  // namespace ava::storage
