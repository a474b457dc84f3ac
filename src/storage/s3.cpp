#include "storage/s3.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"
#include "remote/sign.hpp"
#include "remote/xml_text.hpp"
#include "storage/part_writer.hpp"
#include "storage/range_reader.hpp"
#include "storage/remote_key.hpp"

namespace ava::storage {

namespace {

constexpr std::size_t kPart = 8u << 20;
constexpr std::size_t kPartsOfOneSize = 2000;  ///< S3 allows 10,000 parts: later ones are larger
constexpr std::size_t kDeleteAtOnce = 1000;

std::shared_ptr<const remote::S3Client> make_client(remote::S3Config config, remote::RemoteOptions options) {
  return std::make_shared<const remote::S3Client>(std::move(config), options);
}

/// A new object: one PUT, or a multipart upload.
class S3Upload : public PartTarget {
 public:
  S3Upload(std::shared_ptr<const remote::S3Client> client, std::string key)
      : client_(std::move(client)), key_(std::move(key)) {}

  std::size_t whole_bytes() const override { return kPart; }
  std::size_t part_bytes(std::size_t number) const override { return kPart << (number / kPartsOfOneSize); }

  Result<void> put_whole(const std::string& bytes) override {
    AVA_TRY(const auto reply, client_->must("write", "PUT", key_, {}, checksum_of(bytes), bytes));
    (void)reply;
    return {};
  }

  Result<void> begin() override {
    remote::Pairs headers;
    if (client_->config().checksums) headers.emplace_back("x-amz-checksum-algorithm", "SHA256");
    AVA_TRY(const auto reply, client_->must("begin to write", "POST", key_, {{"uploads", ""}}, headers));
    upload_id_ = remote::xml_text(reply.body, "UploadId");
    if (!upload_id_.empty()) return {};
    return Error(ErrorCode::kUnavailable, "storage.bad_reply", fmt::format("no upload id for '{}'", key_));
  }

  Result<std::string> put_part(std::size_t number, const std::string& bytes) override {
    const remote::Pairs query = {{"partNumber", std::to_string(number + 1)}, {"uploadId", upload_id_}};
    const remote::Pairs headers = checksum_of(bytes);
    AVA_TRY(const auto reply, client_->must("write a part of", "PUT", key_, query, headers, bytes));
    std::string receipt = fmt::format("<ETag>{}</ETag>", remote::xml_escape(reply.header("etag")));
    if (!headers.empty()) receipt += fmt::format("<ChecksumSHA256>{}</ChecksumSHA256>", headers.front().second);
    return receipt;
  }

  Result<void> finish(const std::vector<std::string>& receipts, std::uint64_t total_bytes) override {
    std::string body = "<CompleteMultipartUpload>";
    for (std::size_t i = 0; i < receipts.size(); ++i)
      body += fmt::format("<Part><PartNumber>{}</PartNumber>{}</Part>", i + 1, receipts[i]);
    body += "</CompleteMultipartUpload>";
    const remote::Pairs xml = {{"content-type", "application/xml"}};
    AVA_TRY(const auto reply, client_->send("POST", key_, {{"uploadId", upload_id_}}, xml, body));
    // S3 may begin its answer with 200 and fail afterwards: only the body tells.
    const std::string code = remote::xml_text(reply.body, "Code");
    if (reply.ok() && code.empty()) return {};
    if (code == "NoSuchUpload" && is_there(total_bytes)) return {};  // our first try did it, its answer was lost
    return client_->error_of(reply, "finish", key_);
  }

  void abandon() override { (void)client_->send("DELETE", key_, {{"uploadId", upload_id_}}).ok(); }

 private:
  remote::Pairs checksum_of(const std::string& bytes) const {
    if (!client_->config().checksums) return {};
    const Digest digest = sha256(bytes);
    return {{"x-amz-checksum-sha256", remote::base64({reinterpret_cast<const char*>(digest.data()), digest.size()})}};
  }
  bool is_there(std::uint64_t total_bytes) const {
    const auto reply = client_->send("HEAD", key_);
    return reply.ok() && reply->ok() && reply->header("content-length") == std::to_string(total_bytes);
  }
  std::shared_ptr<const remote::S3Client> client_;
  std::string key_;
  std::string upload_id_;
};

Result<Range> s3_range(const remote::S3Client& client, const std::string& key, std::uint64_t offset, std::size_t size) {
  const remote::Pairs headers = {{"range", fmt::format("bytes={}-{}", offset, offset + size - 1)}};
  AVA_TRY(remote::RemoteReply reply, client.send("GET", key, {}, headers, {}, size));
  // An empty object has no first byte to give.
  if (reply.status == 416 && offset == 0) return Range{{}, 0, std::string(reply.header("etag"))};
  if (!reply.ok()) return client.error_of(reply, "read", key);
  Range range{std::move(reply.body), 0, std::string(reply.header("etag"))};
  range.total_bytes = range.bytes.size();
  if (reply.status == 206) {
    AVA_TRY(range.total_bytes, total_of_content_range(reply.header("content-range")));
  }
  return range;
}

class S3Storage : public Storage {
 public:
  S3Storage(remote::S3Config config, remote::RemoteOptions options)
      : client_(make_client(std::move(config), options)) {}

  Result<std::string> read(std::string_view key, std::uint64_t limit_bytes) const override {
    AVA_CHECK(check_readable_key(key));
    AVA_TRY(remote::RemoteReply reply, client_->must("read", "GET", full(key), {}, {}, {}, limit_bytes));
    return std::move(reply.body);
  }

  Result<std::unique_ptr<Reader>> open(std::string_view key) const override {
    AVA_CHECK(check_readable_key(key));
    const auto fetch = [client = client_, name = full(key)](std::uint64_t offset, std::size_t size) {
      return s3_range(*client, name, offset, size);
    };
    return open_ranges(fetch, std::string(key));
  }

  Result<std::unique_ptr<Writer>> create(std::string_view key) override {
    AVA_CHECK(check_key(key));
    return write_parts(std::make_unique<S3Upload>(client_, full(key)));
  }

  Result<ObjectInfo> stat(std::string_view key) const override {
    AVA_CHECK(check_readable_key(key));
    AVA_TRY(const remote::RemoteReply reply, client_->must("look at", "HEAD", full(key)));
    ObjectInfo info{std::string(key), 0, 0, false};
    const std::string_view length = reply.header("content-length");
    std::from_chars(length.data(), length.data() + length.size(), info.size_bytes);
    const std::time_t time = curl_getdate(std::string(reply.header("last-modified")).c_str(), nullptr);
    if (time > 0) info.modified_ms = static_cast<TimeMs>(time) * 1000;
    return info;
  }

  Result<Page> list(const ListQuery& query) const override;
  Result<void> remove(std::string_view key) override {
    AVA_CHECK(check_key(key));
    return remove_one(full(key));
  }
  Result<void> remove_tree(std::string_view prefix) override;
  std::optional<std::filesystem::path> local_path(std::string_view) const override { return std::nullopt; }

 private:
  std::string full(std::string_view key) const { return client_->config().prefix + std::string(key); }
  Result<void> remove_one(const std::string& key) {
    AVA_TRY(const remote::RemoteReply reply, client_->send("DELETE", key));
    if (reply.ok() || (reply.status == 404 && remote::xml_text(reply.body, "Code") != "NoSuchBucket")) return {};
    return client_->error_of(reply, "remove", key);
  }
  Result<void> remove_many(const std::vector<ObjectInfo>& objects);

  std::shared_ptr<const remote::S3Client> client_;
};

Result<Page> S3Storage::list(const ListQuery& query) const {
  remote::Pairs asked = {{"list-type", "2"},
                         {"encoding-type", "url"},
                         {"max-keys", std::to_string(std::clamp<std::size_t>(query.limit, 1, 1000))}};
  if (const std::string prefix = full(query.prefix); !prefix.empty()) asked.emplace_back("prefix", prefix);
  if (query.folders) asked.emplace_back("delimiter", "/");
  if (!query.cursor.empty()) asked.emplace_back("continuation-token", query.cursor);
  AVA_TRY(const remote::RemoteReply reply, client_->must("list", "GET", "", asked));
  const bool encoded = remote::xml_text(reply.body, "EncodingType") == "url";
  const std::size_t cut = client_->config().prefix.size();
  const auto key_of = [&](std::string_view element, std::string_view name) {
    std::string key = remote::xml_text(element, name);
    if (encoded) key = query_decode(key);
    return key.size() >= cut ? key.substr(cut) : std::string();
  };
  Page page;
  for (const std::string_view object : remote::xml_all(reply.body, "Contents")) {
    ObjectInfo info{key_of(object, "Key"), 0, 0, false};
    const std::string size = remote::xml_text(object, "Size");
    std::from_chars(size.data(), size.data() + size.size(), info.size_bytes);
    info.modified_ms = parse_time(remote::xml_text(object, "LastModified")).value_or(0);
    page.items.push_back(std::move(info));
  }
  for (const std::string_view folder : remote::xml_all(reply.body, "CommonPrefixes"))
    page.items.push_back({key_of(folder, "Prefix"), 0, 0, true});
  std::sort(page.items.begin(), page.items.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  if (remote::xml_text(reply.body, "IsTruncated") == "true")
    page.next_cursor = remote::xml_text(reply.body, "NextContinuationToken");
  return page;
}

Result<void> S3Storage::remove_many(const std::vector<ObjectInfo>& objects) {
  std::string body = "<Delete><Quiet>true</Quiet>";
  for (const ObjectInfo& object : objects) {
    const std::string key = full(object.key);
    const bool in_xml = std::none_of(key.begin(), key.end(), [](char c) { return c >= 0 && c < 0x20; });
    if (in_xml)
      body += fmt::format("<Object><Key>{}</Key></Object>", remote::xml_escape(key));
    else
      AVA_CHECK(remove_one(key));
  }
  body += "</Delete>";
  const remote::Pairs headers = {{"content-md5", remote::base64(remote::md5(body))},
                                 {"content-type", "application/xml"}};
  AVA_TRY(const remote::RemoteReply reply, client_->must("remove", "POST", "", {{"delete", ""}}, headers, body));
  const auto failed = remote::xml_all(reply.body, "Error");
  if (failed.empty()) return {};
  remote::RemoteReply one{.status = reply.status, .headers = {}, .body = std::string(failed.front())};
  return client_->error_of(one, "remove", remote::xml_text(failed.front(), "Key"));
}

Result<void> S3Storage::remove_tree(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  AVA_CHECK(check_key(prefix));
  ListQuery query{.prefix = std::string(prefix) + "/", .cursor = {}, .limit = kDeleteAtOnce};
  for (;;) {
    AVA_TRY(const Page page, list(query));
    if (!page.items.empty()) AVA_CHECK(remove_many(page.items));
    if (page.next_cursor.empty()) return {};
    query.cursor = page.next_cursor;
  }
}

}  // namespace

Result<remote::S3Config> parse_s3_uri(std::string_view uri, const S3Defaults& defaults) {
  AVA_TRY(const RemoteUri parsed, parse_remote_uri(uri, {"endpoint", "region", "style", "checksums"}));
  remote::S3Config config;
  config.bucket = parsed.bucket;
  config.prefix = parsed.prefix;
  for (const std::string& region : {parsed.option("region"), defaults.region, std::string("us-east-1")})
    if (config.region.empty()) config.region = region;
  config.endpoint = parsed.option("endpoint");
  if (config.endpoint.empty()) config.endpoint = defaults.endpoint;
  const bool foreign = !config.endpoint.empty();
  if (!foreign) config.endpoint = fmt::format("https://s3.{}.amazonaws.com", config.region);
  AVA_CHECK(check_endpoint(config.endpoint));
  const auto style = parsed.option("style");
  const auto checksums = parsed.option("checksums");
  if ((!style.empty() && style != "path" && style != "virtual") ||
      (!checksums.empty() && checksums != "on" && checksums != "off"))
    return Error(ErrorCode::kInvalidArgument, "storage.bad_uri",
                 fmt::format("'{}': style is path or virtual, checksums on or off", uri));
  // A bucket with dots has no host name that a certificate could cover.
  config.path_style = style.empty() ? foreign || config.bucket.find('.') != std::string::npos : style == "path";
  config.checksums = checksums == "on";
  return config;
}

std::shared_ptr<Storage> open_s3(remote::S3Config config, remote::RemoteOptions options) {
  return std::make_shared<S3Storage>(std::move(config), options);
}

Result<std::string> presign_s3(const remote::S3Config& config, std::string_view method, std::string_view key,
                               std::chrono::seconds valid) {
  AVA_CHECK(check_readable_key(key));
  if (config.keys.access_key.empty())
    return Error(ErrorCode::kInvalidArgument, "storage.no_keys", "without keys no address can be signed");
  return make_client(config, {})->presign(method, config.prefix + std::string(key), valid, Clock::system().now_ms());
}

}  // namespace ava::storage
