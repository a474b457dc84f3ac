#include "http/static_files.hpp"

#include <map>
#include <string>

namespace ava::http {

namespace {

/// Bytes of the executable itself: sent without a copy per request.
class AssetSource : public ByteSource {
 public:
  explicit AssetSource(std::span<const unsigned char> bytes) : left_(bytes) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min(into.size(), left_.size());
    std::copy_n(left_.begin(), count, into.begin());
    left_ = left_.subspan(count);
    return count;
  }

 private:
  std::span<const unsigned char> left_;
};

constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>AVA</title>"
    "<body style=\"font-family:sans-serif;max-width:40em;margin:4em auto\"><h1>AVA</h1>"
    "<p>The server runs, but this executable was built without the web interface. "
    "Build <code>web/</code> (<code>npm ci &amp;&amp; npm run build</code>) and build AVA again.</p>"
    "<p>本程序编译时没有包含网页界面。请先构建 <code>web/</code>，再重新编译 AVA。</p></body></html>";

bool takes_gzip(const Request& request) {
  return request.headers.get("Accept-Encoding").find("gzip") != std::string::npos;
}

bool wants_page(const Request& request) {
  const std::string accept = request.headers.get("Accept");
  return accept.find("text/html") != std::string::npos;
}

Reply reply_of(const Request& request, const Asset& asset) {
  Reply reply;
  const std::string etag = '"' + std::string(asset.etag) + '"';
  reply.headers.set("Content-Type", asset.content_type);
  reply.headers.set("ETag", etag);
  reply.headers.set("Vary", "Accept-Encoding");
  const bool hashed_name = asset.path.substr(0, 8) == "/assets/";
  reply.headers.set("Cache-Control", hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers.get("If-None-Match").find(etag) != std::string::npos) {
    reply.status = 304;
    return reply;
  }
  if (asset.gzip) reply.headers.set("Content-Encoding", "gzip");
  reply.stream = std::make_unique<AssetSource>(asset.bytes);
  reply.stream_bytes = asset.bytes.size();
  return reply;
}

/// For clients that cannot take the compressed form the executable holds (no browser is one of them).
Error not_acceptable() {
  return Error(ErrorCode::kInvalidArgument, "http.needs_gzip", "this file is only there gzip-compressed")
      .hint("send Accept-Encoding: gzip (curl --compressed)");
}

}  // namespace

std::function<Result<Reply>(Request&)> static_files(std::span<const Asset> assets) {
  std::map<std::string_view, const Asset*> by_path;
  for (const Asset& asset : assets) by_path[asset.path] = &asset;
  return [by_path = std::move(by_path)](Request& request) -> Result<Reply> {
    const auto index = by_path.find("/index.html");
    auto found = by_path.find(request.path);
    const bool is_page = found == by_path.end() && (request.path == "/" || wants_page(request));
    if (is_page && index == by_path.end()) return Reply::text(std::string(kNotBuilt), "text/html; charset=utf-8");
    if (is_page) found = index;
    if (found == by_path.end())
      return Error(ErrorCode::kNotFound, "http.no_route", "there is nothing at '" + request.path + "'");
    if (found->second->gzip && !takes_gzip(request)) return not_acceptable();
    return reply_of(request, *found->second);
  };
}

}  // namespace ava::http
