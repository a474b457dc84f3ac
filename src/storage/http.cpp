#include "storage/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "storage/http_transfer.hpp"
#include "storage/object_uri.hpp"

namespace ava::storage {

/// Idle handles, each with its open connections. Thread: any.
class HttpClient::Pool {
 public:
  explicit Pool(HttpOptions options) : options_(options) {}
  std::unique_ptr<Transfer> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Transfer>(options_);
    auto transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }
  void give(std::unique_ptr<Transfer> transfer) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < 64) idle_.push_back(std::move(transfer));
  }
  const HttpOptions& options() const { return options_; }

 private:
  const HttpOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> idle_;
};

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

/// 100 ms, 200 ms, 400 ms ... each shortened by a random part, so that many workers do not come back together.
void back_off(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int full = std::min(100 << std::min(attempt, 6), 5000);
  std::this_thread::sleep_for(std::chrono::milliseconds(full / 2 + static_cast<int>(random() % (full / 2 + 1))));
}

Error too_large(const std::string& url, std::uint64_t limit) {
  return Error(ErrorCode::kInvalidArgument, "object.too_large",
               fmt::format("'{}' is larger than {} bytes", url, limit));
}

/// Pulls a body through curl's multi interface; curl is paused while the caller has not read what came.
class HttpReader : public Reader {
 public:
  HttpReader(std::unique_ptr<Transfer> transfer, std::string url)
      : transfer_(std::move(transfer)), url_(std::move(url)), multi_(curl_multi_init()) {
    transfer_->prepare(url_);
    curl_easy_setopt(transfer_->handle(), CURLOPT_WRITEFUNCTION, &HttpReader::receive);
    curl_easy_setopt(transfer_->handle(), CURLOPT_WRITEDATA, this);
    curl_multi_add_handle(multi_, transfer_->handle());
  }
  ~HttpReader() override {
    curl_multi_remove_handle(multi_, transfer_->handle());
    curl_multi_cleanup(multi_);
  }
  /// Wait for the first byte or the end, so that a missing object is an error of open().
  Result<void> start() { return fill(); }
  bool worth_retrying() const { return done_ && transfer_->worth_retrying(code_); }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    AVA_CHECK(fill());
    const std::size_t got = std::min(size, buffer_.size() - taken_);
    std::memcpy(buffer, buffer_.data() + taken_, got);
    taken_ += got;
    if (taken_ == buffer_.size()) buffer_.clear(), taken_ = 0;
    return got;
  }
  Result<std::size_t> read_at(std::uint64_t, char*, std::size_t) override {
    return Error(ErrorCode::kInvalidArgument, "storage.not_seekable", fmt::format("'{}' is read front to back", url_));
  }
  std::optional<std::uint64_t> size_bytes() const override {
    curl_off_t size = -1;
    curl_easy_getinfo(transfer_->handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    return size < 0 ? std::nullopt : std::optional<std::uint64_t>(static_cast<std::uint64_t>(size));
  }

 private:
  static constexpr std::size_t kFull = 1u << 20;

  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* to) {
    auto& reader = *static_cast<HttpReader*>(to);
    if (reader.buffer_.size() >= kFull) {
      reader.paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    reader.buffer_.append(data, size * count);
    return size * count;
  }

  Result<void> fill() {
    while (buffer_.empty() && !done_) {
      if (paused_) {
        paused_ = false;
        curl_easy_pause(transfer_->handle(), CURLPAUSE_CONT);
      }
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        done_ = true;
        code_ = message->data.result;
      }
      if (buffer_.empty() && !done_) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    return buffer_.empty() ? transfer_->outcome(code_, url_) : Result<void>();
  }

  std::unique_ptr<Transfer> transfer_;
  std::string url_;
  CURLM* multi_;
  std::string buffer_;
  std::size_t taken_ = 0;
  bool paused_ = false;
  bool done_ = false;
  CURLcode code_ = CURLE_OK;
};

class HttpStorage : public Storage {
 public:
  HttpStorage(std::string base, HttpOptions options) : base_(std::move(base)), client_(options) {}
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
  std::string url_of(std::string_view key) const { return base_ + percent_encode_path(key); }
  Error read_only() const {
    return Error(ErrorCode::kInvalidArgument, "storage.read_only", fmt::format("'{}' can only be read", base_));
  }
  std::string base_;
  HttpClient client_;
};

}  // namespace

HttpClient::HttpClient(HttpOptions options) : pool_(std::make_unique<Pool>(options)) {}
HttpClient::~HttpClient() = default;

Result<std::string> HttpClient::get(const std::string& url, std::uint64_t limit_bytes) const {
  auto transfer = pool_->take();
  const HttpOptions& options = pool_->options();
  for (int attempt = 0;; ++attempt) {
    Body body;
    body.limit = limit_bytes;
    transfer->prepare(url);
    curl_easy_setopt(transfer->handle(), CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
    curl_easy_setopt(transfer->handle(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(transfer->handle(), CURLOPT_WRITEDATA, &body);
    const CURLcode code = curl_easy_perform(transfer->handle());
    if (code != CURLE_OK && !body.too_large && transfer->worth_retrying(code) && attempt + 1 < options.attempts) {
      back_off(attempt);
      continue;
    }
    auto result = transfer->outcome(code, url);
    pool_->give(std::move(transfer));
    if (body.too_large) return too_large(url, limit_bytes);
    if (!result.ok()) return result.error();
    return std::move(body.bytes);
  }
}

Result<std::unique_ptr<Reader>> HttpClient::open(const std::string& url) const {
  for (int attempt = 0;; ++attempt) {
    auto reader = std::make_unique<HttpReader>(pool_->take(), url);
    auto started = reader->start();
    if (started.ok()) return std::unique_ptr<Reader>(std::move(reader));
    if (!reader->worth_retrying() || attempt + 1 >= pool_->options().attempts) return started.error();
    back_off(attempt);
  }
}

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

Result<std::shared_ptr<Storage>> open_http(std::string base_url, HttpOptions options) {
  AVA_TRY(const ObjectUri uri, parse_uri(base_url));
  if (uri.kind != UriKind::kHttp)
    return Error(ErrorCode::kInvalidArgument, "storage.bad_uri", fmt::format("'{}' is no web address", base_url));
  if (!base_url.ends_with('/')) base_url.push_back('/');
  return std::shared_ptr<Storage>(std::make_shared<HttpStorage>(std::move(base_url), options));
}

}  // namespace ava::storage
