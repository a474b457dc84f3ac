#include "engine/docker_api.hpp"

#include <curl/curl.h>
#include <sys/stat.h>

#include <cctype>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

namespace ava::engine {
namespace {

constexpr std::size_t kAnswerLimit = 64u << 20;
constexpr std::string_view kVersion = "/v1.40";

/// One exchange: collects or passes on the body, and remembers why a sink ended it.
struct Exchange {
  CURL* curl = nullptr;
  ApiReply reply;
  const DockerApi::Sink* sink = nullptr;
  Result<void> sink_result;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view bytes(data, size * count);
  long status = 0;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
  if (exchange.sink != nullptr && status >= 200 && status < 300) {
    exchange.sink_result = (*exchange.sink)(bytes);
    return exchange.sink_result.ok() ? bytes.size() : 0;
  }
  if (exchange.reply.body.size() + bytes.size() > kAnswerLimit) return 0;
  exchange.reply.body.append(bytes);
  return bytes.size();
}

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using Headers = std::unique_ptr<curl_slist, CurlDeleter>;

Handle make_handle(const std::string& socket, const std::string& url, Exchange& exchange) {
  static const auto global = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)global;
  Handle curl(curl_easy_init());
  exchange.curl = curl.get();
  curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &exchange);
  return curl;
}

Headers set_body(CURL* curl, std::string_view method, std::string_view body) {
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
  Headers headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  curl_slist_append(headers.get(), "Expect:");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body.data() == nullptr ? "" : body.data());
  }
  return headers;
}

/// Run one transfer until it ends or `stop` asks; the wake-up makes that immediate.
CURLcode perform_until(CURL* curl, const std::stop_token& stop) {
  CURLM* multi = curl_multi_init();
  curl_multi_add_handle(multi, curl);
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    int running = 1;
    while (running > 0 && !stop.stop_requested()) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) break;
      if (running > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left))
      if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  curl_multi_remove_handle(multi, curl);
  curl_multi_cleanup(multi);
  return result;
}

Error unavailable(const std::string& socket, CURLcode code) {
  return Error(ErrorCode::kUnavailable, "engine.unavailable",
               "the container engine at " + socket + " does not answer: " + curl_easy_strerror(code))
      .hint("start it (systemctl start podman.socket), or name its socket in AVA_ENGINE_SOCKET")
      .detail("socket", socket);
}

Result<ApiReply> finish(Exchange& exchange, CURLcode code, const std::string& socket) {
  if (!exchange.sink_result.ok()) return exchange.sink_result.error();
  if (code != CURLE_OK) return unavailable(socket, code);
  long status = 0;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
  exchange.reply.status = static_cast<int>(status);
  return std::move(exchange.reply);
}

bool is_socket(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string ApiReply::message() const {
  const auto said = nlohmann::json::parse(body, nullptr, false);
  if (said.is_object() && said.contains("message") && said["message"].is_string()) return said["message"];
  return body.empty() ? "status " + std::to_string(status) : body.substr(0, 500);
}

DockerApi::DockerApi(const std::string& socket) {
  std::string named = socket.empty() ? environment("AVA_ENGINE_SOCKET") : socket;
  for (const std::string_view prefix : {"unix://", "unix:"})
    if (named.rfind(prefix, 0) == 0) named.erase(0, prefix.size());
  if (!named.empty()) {
    sockets_ = {named};
    return;
  }
  sockets_ = {"/run/podman/podman.sock"};
  if (const std::string runtime = environment("XDG_RUNTIME_DIR"); !runtime.empty())
    sockets_.push_back(runtime + "/podman/podman.sock");
  sockets_.push_back("/var/run/docker.sock");
}

std::vector<std::string> DockerApi::candidates() const {
  const std::lock_guard lock(mutex_);
  return sockets_;
}

void DockerApi::keep(const std::string& socket) {
  const std::lock_guard lock(mutex_);
  if (sockets_.size() > 1) sockets_ = {socket};
}

std::string DockerApi::where() const {
  std::string text;
  for (const std::string& socket : candidates()) text += (text.empty() ? "" : ", ") + socket;
  return text;
}

Result<ApiReply> DockerApi::call(std::string_view method, std::string_view path, std::string_view body,
                                 std::chrono::seconds deadline) {
  const std::string url = "http://engine" + std::string(kVersion) + std::string(path);
  Error last(ErrorCode::kUnavailable, "engine.unavailable", "no container engine listens at " + where());
  last = std::move(last).hint("install podman and start podman.socket, or name a socket in AVA_ENGINE_SOCKET");
  for (const std::string& socket : candidates()) {
    if (!is_socket(socket)) continue;
    Exchange exchange;
    const Handle curl = make_handle(socket, url, exchange);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(deadline.count()));
    const Headers headers = set_body(curl.get(), method, body);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code == CURLE_OK) keep(socket);
    auto reply = finish(exchange, code, socket);
    if (reply.ok() || code != CURLE_COULDNT_CONNECT) return reply;
    last = reply.error();
  }
  return last;
}

Result<ApiReply> DockerApi::stream(std::string_view path, const Sink& sink, const std::stop_token& stop) {
  const std::string socket = candidates().front();
  Exchange exchange;
  exchange.sink = &sink;
  const Handle curl = make_handle(socket, "http://engine" + std::string(kVersion) + std::string(path), exchange);
  const CURLcode code = perform_until(curl.get(), stop);
  if (stop.stop_requested() && code != CURLE_OK)
    return Error(ErrorCode::kCancelled, "engine.cancelled", "no longer wanted");
  return finish(exchange, code, socket);
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace ava::engine
