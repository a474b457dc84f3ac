#include <charconv>
#include <nlohmann/json.hpp>

#include "http/http.hpp"

namespace ava::http {

namespace {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error bad_range(std::uint64_t size) {
  return Error(ErrorCode::kInvalidArgument, "http.bad_range", "the range lies outside of the content")
      .detail("size_bytes", std::to_string(size));
}

/// The single range of "bytes=a-b", "bytes=a-" or "bytes=-n"; nothing when the header is to be ignored (other units,
/// several ranges, nonsense), as RFC 9110 allows.
Result<std::optional<Range>> parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.substr(0, kUnit.size()) != kUnit) return std::optional<Range>();
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == header.npos || header.find(',') != header.npos) return std::optional<Range>();
  const auto first = number(header.substr(0, dash));
  const auto last = number(header.substr(dash + 1));
  if (!first && !last) return std::optional<Range>();
  if (!first) {
    if (*last == 0 || size == 0) return bad_range(size);
    const std::uint64_t length = std::min(*last, size);
    return std::optional<Range>(Range{size - length, length});
  }
  if (dash + 1 < header.size() && !last) return std::optional<Range>();
  if (last && *last < *first) return std::optional<Range>();
  if (*first >= size) return bad_range(size);
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return std::optional<Range>(Range{*first, end - *first + 1});
}

bool etag_matches(std::string_view header, const std::string& quoted) {
  return header == "*" || (!quoted.empty() && header.find(quoted) != header.npos);
}

}  // namespace

Reply Reply::json_text(std::string text, int status) {
  return Reply::text(std::move(text), "application/json", status);
}

Reply Reply::json(const nlohmann::json& value, int status) {
  return json_text(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), status);
}

Reply Reply::text(std::string text, std::string_view content_type, int status) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(text);
  reply.headers.set("Content-Type", content_type);
  return reply;
}

Reply Reply::no_content() {
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply Reply::created(const nlohmann::json& value, std::string_view location) {
  Reply reply = json(value, 201);
  if (!location.empty()) reply.headers.set("Location", location);
  return reply;
}

Result<Reply> Reply::download(const Request& request, const Download& download) {
  Reply reply;
  const std::string etag = download.etag.empty() ? std::string() : '"' + download.etag + '"';
  reply.headers.set("Content-Type", download.content_type);
  reply.headers.set("Accept-Ranges", "bytes");
  if (!etag.empty()) reply.headers.set("ETag", etag);
  if (!download.file_name.empty()) reply.headers.set("Content-Disposition", content_disposition(download.file_name));
  if (const auto* known = request.headers.find("If-None-Match"); known != nullptr && etag_matches(*known, etag)) {
    reply.status = 304;
    return reply;
  }
  std::optional<Range> range;
  const std::string* if_range = request.headers.find("If-Range");
  if (const auto* header = request.headers.find("Range");
      header != nullptr && (if_range == nullptr || (!etag.empty() && *if_range == etag))) {
    AVA_TRY(range, parse_range(*header, download.size_bytes));
  }
  if (range) {
    reply.status = 206;
    reply.headers.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                           std::to_string(range->first + range->length - 1) + "/" +
                                           std::to_string(download.size_bytes));
  }
  const Range send = range.value_or(Range{0, download.size_bytes});
  AVA_TRY(reply.stream, download.open(send.first, send.length));
  reply.stream_bytes = send.length;
  return reply;
}

Result<Reply> Reply::file(const Request& request, const std::filesystem::path& path, std::string_view content_type,
                          std::string_view file_name) {
  std::error_code problem;
  Download download;
  download.size_bytes = std::filesystem::file_size(path, problem);
  if (problem) return Error(ErrorCode::kNotFound, "file.not_found", "'" + path.filename().string() + "' is not there");
  const auto changed = std::filesystem::last_write_time(path, problem).time_since_epoch().count();
  download.content_type = content_type;
  download.file_name = file_name;
  download.etag = std::to_string(download.size_bytes) + "-" + std::to_string(changed);
  download.open = [&](std::uint64_t offset, std::uint64_t length) { return source_of_file(path, offset, length); };
  return Reply::download(request, download);
}

std::string content_disposition(std::string_view file_name) {
  std::string plain;
  for (const char c : file_name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continuation = (byte & 0xC0) == 0x80;
    if (!continuation) plain += byte < 0x20 || byte > 0x7e || c == '"' || c == '\\' || c == '/' || c == '%' ? '_' : c;
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + url_encode(file_name);
}

}  // namespace ava::http
