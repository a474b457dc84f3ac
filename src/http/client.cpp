#include "http/client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <nlohmann/json.hpp>

namespace ava::http {

namespace {

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct CurlDelete {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, CurlDelete>;

/// What the callbacks of one transfer work on; the first error of ours wins over curl's.
struct Transfer {
  CURL* curl = nullptr;
  const ClientRequest* request = nullptr;
  const ClientOptions* options = nullptr;
  ClientReply reply;
  std::size_t header_bytes = 0;
  std::optional<Error> error;

  bool to_sink() {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return request->download && status >= 200 && status < 300;
  }
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.to_sink()) {
    if (Result<void> taken = transfer.request->download({data, size}); !taken.ok()) {
      transfer.error = taken.error();
      return 0;
    }
    return size;
  }
  if (transfer.reply.body.size() + size > transfer.options->answer_limit_bytes) {
    transfer.error =
        Error(ErrorCode::kResourceExhausted, "http.answer_too_large",
              "the answer is larger than " + std::to_string(transfer.options->answer_limit_bytes) + " bytes");
    return 0;
  }
  transfer.reply.body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  transfer.header_bytes += size;
  if (transfer.header_bytes > transfer.options->header_limit_bytes) {
    transfer.error = Error(ErrorCode::kResourceExhausted, "http.answer_too_large", "the answer's header is too large");
    return 0;
  }
  if (line.substr(0, 5) == "HTTP/") {
    transfer.reply.headers = {};  // after 100 Continue the real one follows
    return size;
  }
  const auto colon = line.find(':');
  if (colon == line.npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  transfer.reply.headers.add(line.substr(0, colon), value);
  return size;
}

std::size_t on_upload(char* into, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  Result<std::size_t> got = transfer.request->upload->read({into, size});
  if (got.ok()) return *got;
  transfer.error = got.error();
  return CURL_READFUNC_ABORT;
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(context)->request->stop.stop_requested() ? 1 : 0;
}

Error error_of_curl(CURLcode code, const std::string& what, const ClientOptions& options) {
  const std::string text = options.server + ": " + what;
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error(ErrorCode::kUnavailable, "http.unreachable", text).detail("server", options.server);
    case CURLE_OPERATION_TIMEDOUT:
      return Error(ErrorCode::kDeadlineExceeded, "http.timeout", text).detail("server", options.server);
    case CURLE_ABORTED_BY_CALLBACK:
      return Error(ErrorCode::kCancelled, "http.cancelled", text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Error(ErrorCode::kInvalidArgument, "http.bad_address", text);
    default:
      return Error(ErrorCode::kUnavailable, "http.broken", text).detail("server", options.server);
  }
}

HeaderList header_list(const ClientOptions& options, const ClientRequest& request) {
  curl_slist* list = nullptr;
  const auto add = [&](const Headers& headers, const Headers* over) {
    std::string field;
    for (const auto& [name, value] : headers) {
      if (over != nullptr && over->has(name)) continue;
      field.assign(name).append(": ").append(value);
      list = curl_slist_append(list, field.c_str());
    }
  };
  add(options.headers, &request.headers);
  add(request.headers, nullptr);
  // Without an explicit Expect curl waits a second for servers that ignore it, and libpod does.
  if (!request.headers.has("Expect")) list = curl_slist_append(list, "Expect:");
  const bool has_body = request.upload != nullptr || !request.body.empty();
  if (has_body && !request.headers.has("Content-Type") && !options.headers.has("Content-Type")) {
    const char* type = request.upload != nullptr ? "application/octet-stream" : "application/json";
    list = curl_slist_append(list, (std::string("Content-Type: ") + type).c_str());
  }
  return HeaderList(list);
}

}  // namespace

struct Client::Impl {
  explicit Impl(ClientOptions chosen) : options(std::move(chosen)) {
    start_curl();
    curl.reset(curl_easy_init());
    constexpr std::string_view kUnix = "unix:";
    base = options.server;
    if (base.compare(0, kUnix.size(), kUnix) == 0) {
      socket_path = base.substr(kUnix.size());
      while (socket_path.compare(0, 2, "//") == 0) socket_path.erase(0, 1);
      base = "http://localhost";
    }
    while (!base.empty() && base.back() == '/') base.pop_back();
  }

  void set_deadlines(const ClientRequest& request) {
    CURL* handle = curl.get();
    const bool streamed = request.upload != nullptr || request.download;
    const auto whole = request.deadline.value_or(streamed ? std::chrono::milliseconds(0) : options.deadline);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_deadline.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(whole.count()));
    if (streamed && !request.deadline) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.stall_deadline).count();
      curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
      curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(seconds)));
    }
  }

  void set_method(const ClientRequest& request, Transfer& transfer) {
    CURL* handle = curl.get();
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, std::string(name_of(request.method)).c_str());
    if (request.method == Method::kHead) curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    if (request.upload != nullptr) {
      curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_upload);
      curl_easy_setopt(handle, CURLOPT_READDATA, &transfer);
      curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
      const curl_off_t size = request.upload_bytes ? static_cast<curl_off_t>(*request.upload_bytes) : -1;
      curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, size);
    } else if (!request.body.empty() || request.method == Method::kPost || request.method == Method::kPut) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
  }

  void set_transfer(const ClientRequest& request, Transfer& transfer, const HeaderList& headers, char* message) {
    CURL* handle = curl.get();
    curl_easy_reset(handle);  // keeps the connection
    curl_easy_setopt(handle, CURLOPT_URL, (base + request.target).c_str());
    if (!socket_path.empty()) curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, socket_path.empty() ? "127.0.0.1,localhost,::1" : "*");
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, request.stop.stop_possible() ? 0L : 1L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    set_deadlines(request);
    set_method(request, transfer);
  }

  ClientOptions options;
  std::string base;
  std::string socket_path;
  std::unique_ptr<CURL, CurlDelete> curl;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientReply> Client::send(const ClientRequest& request) {
  std::array<char, CURL_ERROR_SIZE> message{};
  Transfer transfer;
  transfer.curl = impl_->curl.get();
  transfer.request = &request;
  transfer.options = &impl_->options;
  const HeaderList headers = header_list(impl_->options, request);
  impl_->set_transfer(request, transfer, headers, message.data());
  const CURLcode code = curl_easy_perform(impl_->curl.get());
  long status = 0;
  curl_easy_getinfo(impl_->curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_setopt(impl_->curl.get(), CURLOPT_ERRORBUFFER, nullptr);
  if (transfer.error) return *transfer.error;
  // A server that refuses an upload by its header answers and closes: the answer is what counts.
  const bool answered = code == CURLE_SEND_ERROR && status >= 400;
  if (code != CURLE_OK && !answered)
    return error_of_curl(code, message[0] != '\0' ? message.data() : curl_easy_strerror(code), impl_->options);
  transfer.reply.status = static_cast<int>(status);
  return std::move(transfer.reply);
}

Result<ClientReply> Client::get(std::string_view target) {
  ClientRequest request;
  request.target = target;
  return send(request);
}

Result<ClientReply> Client::expect(const ClientRequest& request) {
  AVA_TRY(ClientReply reply, send(request));
  if (reply.status >= 400) return error_of(reply);
  return reply;
}

Error error_of(const ClientReply& reply) {
  const ErrorCode code = [&] {
    switch (reply.status) {
      case 401:
        return ErrorCode::kUnauthenticated;
      case 403:
        return ErrorCode::kPermissionDenied;
      case 404:
        return ErrorCode::kNotFound;
      case 409:
        return ErrorCode::kConflict;
      case 422:
        return ErrorCode::kCorrupt;
      case 429:
        return ErrorCode::kResourceExhausted;
      case 408:
      case 504:
        return ErrorCode::kDeadlineExceeded;
      case 502:
      case 503:
        return ErrorCode::kUnavailable;
      default:
        return reply.status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kInternal;
    }
  }();
  const auto body = nlohmann::json::parse(reply.body, nullptr, false);
  const auto text = [&](const char* key) {
    const bool there = body.is_object() && body.contains(key) && body[key].is_string();
    return there ? body[key].get<std::string>() : std::string();
  };
  const std::string slug = text("slug");
  std::string detail = text("detail");
  if (detail.empty()) detail = text("message");  // the Docker API's word for it
  if (detail.empty()) detail = "the server answered " + std::to_string(reply.status);
  Error error = Error(code, slug.empty() ? "http.status" : slug, detail).hint(text("hint")).at(text("pointer"));
  if (slug.empty()) error = std::move(error).detail("status", std::to_string(reply.status));
  if (body.is_object() && body.contains("context") && body["context"].is_object())
    for (const auto& [key, value] : body["context"].items())
      error = std::move(error).detail(key, value.is_string() ? value.get<std::string>() : value.dump());
  return error;
}

}  // namespace ava::http
