#include "remote/remote_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "remote/http_transfer.hpp"

namespace ava::remote {

namespace {

constexpr std::uint64_t kErrorLimit = 256u << 10;
constexpr long kSlowestBytesPerSecond = 64L << 10;

/// A transfer in progress: where its bytes go.
struct Incoming {
  CURL* handle;
  RemoteReply reply;
  std::uint64_t limit;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& in = *static_cast<Incoming*>(to);
  curl_easy_getinfo(in.handle, CURLINFO_RESPONSE_CODE, &in.reply.status);
  if (in.reply.body.size() + size * count > (in.reply.ok() ? in.limit : kErrorLimit)) {
    in.too_large = in.reply.ok();
    return in.too_large ? 0 : size * count;  // of an endless error the beginning is enough
  }
  in.reply.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& in = *static_cast<Incoming*>(to);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) in.reply.headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || in.reply.headers.size() > 200) return line.size();
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string_view value = line.substr(colon + 1);
  const auto first = value.find_first_not_of(" \t\r\n");
  const auto last = value.find_last_not_of(" \t\r\n");
  in.reply.headers[name] = first == std::string_view::npos ? "" : value.substr(first, last - first + 1);
  return line.size();
}

class HeaderList {
 public:
  explicit HeaderList(const RemoteRequest& request) {
    for (const std::string& line : request.headers) add(line);
    add("Expect:");  // no second's wait before a body
    if (!request.body.empty() && !names("content-type")) add("Content-Type: application/octet-stream");
    if (request.body.empty()) add("Content-Type:");
  }
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  curl_slist* get() const { return list_; }

 private:
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  bool names(std::string_view name) const {
    for (const curl_slist* one = list_; one != nullptr; one = one->next) {
      std::string text(std::string_view(one->data).substr(0, name.size()));
      std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
      if (text == name) return true;
    }
    return false;
  }
  curl_slist* list_ = nullptr;
};

void set_up(Transfer& transfer, const RemoteRequest& request, Incoming& in, const HttpOptions& options) {
  CURL* curl = transfer.handle();
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 0L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // "a/../b" is a key like any other
  const long upload_ms = static_cast<long>(request.body.size()) / kSlowestBytesPerSecond * 1000;
  const long download_ms =
      static_cast<long>(std::min<std::uint64_t>(request.limit_bytes, 1u << 30)) / kSlowestBytesPerSecond * 1000;
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(options.total_timeout.count()) + upload_ms + download_ms);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &in);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &in);
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    if (request.method != "DELETE") {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

}  // namespace

std::string_view RemoteReply::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

/// Holds one of the places for requests in flight.
class RemoteClient::Turn {
 public:
  explicit Turn(const RemoteClient& client) : client_(client) {
    std::unique_lock lock(client_.mutex_);
    client_.free_.wait(lock, [this] { return client_.busy_ < client_.options_.in_flight; });
    ++client_.busy_;
  }
  ~Turn() {
    {
      const std::lock_guard lock(client_.mutex_);
      --client_.busy_;
    }
    client_.free_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const RemoteClient& client_;
};

RemoteClient::RemoteClient(RemoteOptions options, Again again)
    : options_(options), again_(again), pool_(std::make_shared<TransferPool>(options.http)) {}
RemoteClient::~RemoteClient() = default;

Result<RemoteReply> RemoteClient::send(const Make& make) const {
  const Turn turn(*this);
  auto transfer = pool_->take();
  const auto end = std::chrono::steady_clock::now() + options_.deadline;
  for (int attempt = 0;; ++attempt) {
    const RemoteRequest request = make();
    const HeaderList headers(request);
    Incoming in{transfer->handle(), {}, request.limit_bytes};
    transfer->prepare(request.url);
    set_up(*transfer, request, in, options_.http);
    curl_easy_setopt(transfer->handle(), CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(transfer->handle());
    curl_easy_getinfo(transfer->handle(), CURLINFO_RESPONSE_CODE, &in.reply.status);
    const bool failed = code != CURLE_OK && !in.too_large;
    const long status = in.reply.status;
    const bool again =
        failed ? transfer->worth_retrying(code)
               : status == 429 || (status >= 500 && status < 600) || (again_ != nullptr && again_(in.reply));
    if (again && attempt + 1 < options_.http.attempts && std::chrono::steady_clock::now() < end) {
      back_off(attempt);
      continue;
    }
    const auto outcome =
        failed ? transfer->outcome(code, request.url.substr(0, request.url.find('?'))) : Result<void>();
    pool_->give(std::move(transfer));
    if (in.too_large)
      return Error(ErrorCode::kInvalidArgument, "object.too_large",
                   fmt::format("'{}' is larger than {} bytes", request.url.substr(0, request.url.find('?')),
                               request.limit_bytes));
    if (!outcome.ok() && is_retryable(outcome.error().code()))
      return Error(ErrorCode::kUnavailable, "storage.unreachable", outcome.error().message())
          .hint("check the endpoint in the address, the network and that the store is up")
          .detail("cause", outcome.error().slug());
    if (!outcome.ok()) return outcome.error();
    return std::move(in.reply);
  }
}

}  // namespace ava::remote
