// Plain words of HTTP for everybody above: Method, Headers, Request, Reply, ByteSource. No socket, no Beast.
// A route is a plain function Result<Reply> f(Request&), run on a worker thread; the server does the rest.
#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ava::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

/// "GET", "POST", ...
std::string_view name_of(Method method);
/// Case-sensitive, as RFC 9110 wants it; nothing for a method AVA does not know.
std::optional<Method> method_of(std::string_view name);

/// Header fields in order; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  /// Replace every field of this name. Control characters in the value become spaces.
  void set(std::string_view name, std::string_view value);
  /// Add one more field (Set-Cookie may appear twice).
  void add(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// First value of this name. Lifetime: until the next change.
  const std::string* find(std::string_view name) const;
  /// First value, or an empty text.
  std::string get(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// Bytes that come one piece after the other: an upload, a file, an object.
/// Errors: whatever the source says; after an error it is not read again. Thread: one reader.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fill the front of `into`, wait for at least one byte; 0 means the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

/// Bytes already in memory.
std::unique_ptr<ByteSource> source_of(std::string text);
/// `length_bytes` bytes of a file from `offset`, or all of it. Errors: `file.not_found`, `file.denied`, `file.io`.
Result<std::unique_ptr<ByteSource>> source_of_file(const std::filesystem::path& path, std::uint64_t offset = 0,
                                                   std::optional<std::uint64_t> length_bytes = {});
/// Everything that is left. Errors: `http.body_too_large` above `limit_bytes`, and those of the source.
Result<std::string> read_all(ByteSource& source, std::uint64_t limit_bytes);

/// What a client asked. Made by the server, completed by the `before` hook (principal), read by one handler.
struct Request {
  Method method = Method::kGet;
  std::string path;                                        ///< decoded, starts with '/'
  std::map<std::string, std::string> path_params;          ///< {id} of the pattern, decoded
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  Headers headers;
  std::string body;              ///< whole, except on upload routes
  ByteSource* upload = nullptr;  ///< the body of an upload route, read on the handler's thread; else null
  std::optional<std::uint64_t> content_length;  ///< as announced
  std::string request_id;
  std::string peer;  ///< "127.0.0.1:4711" or "unix"
  bool over_unix_socket = false;
  std::any principal;    ///< who asks; set by the `before` hook of the api layer
  std::stop_token stop;  ///< the server gives up waiting for this handler

  /// Decoded path parameter; empty when the pattern has none of this name.
  const std::string& path_param(std::string_view name) const;
  /// path_id<Id<Dataset>>("id"). Errors: those of T::parse (`id.bad`).
  template <class T>
  Result<T> path_id(std::string_view name) const {
    return T::parse(path_param(name));
  }
  /// First query parameter of this name.
  std::optional<std::string> query_value(std::string_view name) const;
  std::string query_or(std::string_view name, std::string_view otherwise) const;
  /// Errors: `http.bad_query` when it is no integer in [min, max].
  Result<std::int64_t> query_int(std::string_view name, std::int64_t otherwise, std::int64_t min,
                                 std::int64_t max) const;
  /// Errors: `http.bad_query` for a parameter that is not in `known`.
  Result<void> check_query(std::initializer_list<std::string_view> known) const;
  /// Value of a cookie, or nothing.
  std::optional<std::string> cookie(std::string_view name) const;
  /// True unless an Origin (or Sec-Fetch-Site) header says that another site's page sent this. For the hook that
  /// accepts cookies: refuse state-changing requests when false.
  bool is_same_origin() const;
};

/// Something that can be fetched whole or in part. `open` is asked for exactly the bytes to send.
struct Download {
  std::string content_type = "application/octet-stream";
  std::string file_name;  ///< any UTF-8; empty: shown in place, not saved
  std::uint64_t size_bytes = 0;
  std::string etag;  ///< without quotes; empty: none
  std::function<Result<std::unique_ptr<ByteSource>>(std::uint64_t offset, std::uint64_t length)> open;
};

/// What the server answers: a body in memory, or a stream (sent chunked when stream_bytes is unknown).
struct Reply {
  int status = 200;
  Headers headers;
  std::string body;
  std::unique_ptr<ByteSource> stream;
  std::optional<std::uint64_t> stream_bytes;

  static Reply json(const nlohmann::json& value, int status = 200);
  /// JSON that is text already.
  static Reply json_text(std::string text, int status = 200);
  static Reply text(std::string text, std::string_view content_type = "text/plain; charset=utf-8", int status = 200);
  static Reply no_content();
  /// 201 with a Location.
  static Reply created(const nlohmann::json& value, std::string_view location = {});
  static Reply accepted(const nlohmann::json& value) { return json(value, 202); }
  /// 200, 206 or 304; one byte range, If-Range and If-None-Match understood.
  /// Errors: `http.bad_range` (416), those of `open`.
  static Result<Reply> download(const Request& request, const Download& download);
  /// A local file as a download. Errors: `file.not_found`, `http.bad_range`.
  static Result<Reply> file(const Request& request, const std::filesystem::path& path, std::string_view content_type,
                            std::string_view file_name = {});
};

/// `attachment; filename="ascii fallback"; filename*=UTF-8''percent-encoded`
std::string content_disposition(std::string_view file_name);
/// Percent-encode everything but unreserved characters (RFC 3986).
std::string url_encode(std::string_view text);
/// Errors: `http.bad_target` on a broken escape. With `plus_is_space` for query parts.
Result<std::string> url_decode(std::string_view text, bool plus_is_space = false);

}  // namespace ava::http
