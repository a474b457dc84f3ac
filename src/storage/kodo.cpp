#include "storage/kodo.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/id.hpp"
#include "remote/percent.hpp"
#include "remote/sign.hpp"
#include "storage/part_writer.hpp"
#include "storage/range_reader.hpp"
#include "storage/remote_key.hpp"

namespace ava::storage {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kFormLimit = 8u << 20;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint64_t number_of(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}
/// putTime is in 100 ns.
TimeMs put_time_of(const Json& object) { return static_cast<TimeMs>(number_of(object, "putTime") / 10000); }

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned int>(bytes.size())));
}

/// What a form's quoted name must not hold.
std::string form_name(std::string_view key) {
  std::string name(key.substr(key.rfind('/') + 1));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '"' || c == '\r' || c == '\n' || c == '\\'; }, '_');
  return name;
}

/// A new object: a form, or blocks of 4 MiB and a list of them.
class KodoUpload : public PartTarget {
 public:
  KodoUpload(std::shared_ptr<const remote::KodoClient> client, std::string key)
      : client_(std::move(client)), key_(std::move(key)) {}

  std::size_t whole_bytes() const override { return kFormLimit; }
  std::size_t part_bytes(std::size_t) const override { return remote::kKodoBlock; }

  Result<void> put_whole(const std::string& bytes) override {
    const std::string boundary = "ava" + random_hex(16);
    std::string body;
    const auto field = [&](std::string_view name, std::string_view value) {
      body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name, value);
    };
    field("key", key_);
    field("token", client_->upload_token(key_));
    field("crc32", std::to_string(crc32_of(bytes)));
    body += fmt::format(
        "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: "
        "application/octet-stream\r\n\r\n",
        boundary, form_name(key_));
    body += bytes;
    body += fmt::format("\r\n--{}--\r\n", boundary);
    AVA_TRY(const auto reply,
            client_->upload("write", "/", {"Content-Type: multipart/form-data; boundary=" + boundary}, body, key_));
    return check_hash(reply, remote::kodo_etag_of(bytes));
  }

  Result<void> begin() override {
    token_ = client_->upload_token(key_);
    return {};
  }

  Result<std::string> put_part(std::size_t number, const std::string& bytes) override {
    AVA_TRY(const auto reply, client_->upload("write a block of", fmt::format("/mkblk/{}", bytes.size()),
                                              {"Authorization: UpToken " + token_}, bytes, key_));
    const Json answer = Json::parse(reply.body, nullptr, false);
    const std::string context = text_of(answer, "ctx");
    if (context.empty() || number_of(answer, "crc32") != crc32_of(bytes)) return damaged("a block came over damaged");
    const std::lock_guard lock(mutex_);
    block_sha1s_[number] = remote::sha1(bytes);
    return context;
  }

  Result<void> finish(const std::vector<std::string>& receipts, std::uint64_t total_bytes) override {
    const std::string path = fmt::format("/mkfile/{}/mimeType/{}/key/{}/fname/{}", total_bytes,
                                         remote::base64_url("application/octet-stream"), remote::base64_url(key_),
                                         remote::base64_url(form_name(key_)));
    const std::string body = fmt::format("{}", fmt::join(receipts, ","));
    AVA_TRY(const auto reply,
            client_->upload("finish", path,
                            {"Authorization: UpToken " + client_->upload_token(key_), "Content-Type: text/plain"}, body,
                            key_));
    std::vector<std::string> blocks;
    for (const auto& [number, digest] : block_sha1s_) blocks.push_back(digest);
    return check_hash(reply, remote::kodo_etag(blocks));
  }

  void abandon() override {}  // blocks without a file expire by themselves

 private:
  Error damaged(std::string_view why) const {
    return Error(ErrorCode::kCorrupt, "object.damaged",
                 fmt::format("'{}' of bucket '{}': {}", key_, client_->config().bucket, why));
  }
  Result<void> check_hash(const remote::RemoteReply& reply, const std::string& ours) const {
    const std::string theirs = text_of(Json::parse(reply.body, nullptr, false), "hash");
    if (theirs == ours) return {};
    return damaged(fmt::format("the store has hash '{}', we sent '{}'", theirs, ours));
  }

  std::shared_ptr<const remote::KodoClient> client_;
  std::string key_;
  std::string token_;
  std::mutex mutex_;
  std::map<std::size_t, std::string> block_sha1s_;
};

std::string etag_of(const remote::RemoteReply& reply) {
  std::string etag(reply.header("etag"));
  std::erase(etag, '"');
  return etag;
}

/// A hash of this form is Kodo's own; other stores and edges may send what they like.
bool is_kodo_hash(std::string_view etag) { return etag.size() == 28 && (etag.front() == 'F' || etag.front() == 'l'); }

Result<Range> kodo_range(const remote::KodoClient& client, const std::string& key, std::uint64_t offset,
                         std::size_t size) {
  AVA_TRY(remote::RemoteReply reply, client.download(key, fmt::format("bytes={}-{}", offset, offset + size - 1), size));
  Range range{std::move(reply.body), 0, etag_of(reply)};
  if (reply.status == 416) {
    if (offset == 0) return Range{{}, 0, range.version};
    return client.error_of(reply, "read", key);
  }
  range.total_bytes = range.bytes.size();
  if (reply.status == 206) {
    AVA_TRY(range.total_bytes, total_of_content_range(reply.header("content-range")));
  }
  return range;
}

class KodoStorage : public Storage {
 public:
  KodoStorage(remote::KodoConfig config, remote::RemoteOptions options)
      : client_(std::make_shared<const remote::KodoClient>(std::move(config), options)) {}

  Result<std::string> read(std::string_view key, std::uint64_t limit_bytes) const override {
    AVA_CHECK(check_readable_key(key));
    AVA_TRY(remote::RemoteReply reply, client_->download(full(key), {}, limit_bytes));
    if (reply.status == 416) return std::string();
    const std::string etag = etag_of(reply);
    if (!is_kodo_hash(etag) || etag == remote::kodo_etag_of(reply.body)) return std::move(reply.body);
    return Error(ErrorCode::kCorrupt, "object.damaged",
                 fmt::format("'{}' of bucket '{}' came over damaged", full(key), client_->config().bucket));
  }

  Result<std::unique_ptr<Reader>> open(std::string_view key) const override {
    AVA_CHECK(check_readable_key(key));
    const auto fetch = [client = client_, name = full(key)](std::uint64_t offset, std::size_t size) {
      return kodo_range(*client, name, offset, size);
    };
    return open_ranges(fetch, std::string(key));
  }

  Result<std::unique_ptr<Writer>> create(std::string_view key) override {
    AVA_CHECK(check_key(key));
    return write_parts(std::make_unique<KodoUpload>(client_, full(key)));
  }

  Result<ObjectInfo> stat(std::string_view key) const override {
    AVA_CHECK(check_readable_key(key));
    AVA_TRY(const auto reply,
            client_->manage("look at", "POST", client_->config().rs,
                            "/stat/" + remote::kodo_entry(client_->config().bucket, full(key)), full(key)));
    const Json answer = Json::parse(reply.body, nullptr, false);
    return ObjectInfo{std::string(key), number_of(answer, "fsize"), put_time_of(answer), false};
  }

  Result<Page> list(const ListQuery& query) const override;

  Result<void> remove(std::string_view key) override {
    AVA_CHECK(check_key(key));
    return remove_one(full(key));
  }

  Result<void> remove_tree(std::string_view prefix) override {
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    AVA_CHECK(check_key(prefix));
    ListQuery query{.prefix = std::string(prefix) + "/", .cursor = {}};
    for (;;) {
      AVA_TRY(const Page page, list(query));
      for (const ObjectInfo& object : page.items) AVA_CHECK(remove_one(full(object.key)));
      if (page.next_cursor.empty()) return {};
      query.cursor = page.next_cursor;
    }
  }

  std::optional<std::filesystem::path> local_path(std::string_view) const override { return std::nullopt; }

 private:
  std::string full(std::string_view key) const { return client_->config().prefix + std::string(key); }
  Result<void> remove_one(const std::string& key) {
    const auto reply = client_->manage("remove", "POST", client_->config().rs,
                                       "/delete/" + remote::kodo_entry(client_->config().bucket, key), key);
    if (reply.ok() || reply.error().slug() == "object.not_found") return {};
    return reply.error();
  }

  std::shared_ptr<const remote::KodoClient> client_;
};

Result<Page> KodoStorage::list(const ListQuery& query) const {
  const remote::KodoConfig& config = client_->config();
  std::string path = fmt::format("/list?bucket={}&limit={}", remote::percent_encode(config.bucket),
                                 std::clamp<std::size_t>(query.limit, 1, 1000));
  if (const std::string prefix = full(query.prefix); !prefix.empty())
    path += "&prefix=" + remote::percent_encode(prefix);
  if (query.folders) path += "&delimiter=%2F";
  if (!query.cursor.empty()) path += "&marker=" + remote::percent_encode(query.cursor);
  AVA_TRY(const auto reply, client_->manage("list", "GET", config.rsf, path, query.prefix));
  const Json answer = Json::parse(reply.body, nullptr, false);
  if (!answer.is_object()) return client_->error_of(reply, "list", query.prefix);
  Page page;
  const auto add = [&](const std::string& key, std::uint64_t size, TimeMs time, bool is_prefix) {
    if (key.starts_with(config.prefix)) page.items.push_back({key.substr(config.prefix.size()), size, time, is_prefix});
  };
  if (const auto items = answer.find("items"); items != answer.end() && items->is_array())
    for (const Json& item : *items) add(text_of(item, "key"), number_of(item, "fsize"), put_time_of(item), false);
  if (const auto folders = answer.find("commonPrefixes"); folders != answer.end() && folders->is_array())
    for (const Json& folder : *folders)
      if (folder.is_string()) add(folder.get<std::string>(), 0, 0, true);
  std::sort(page.items.begin(), page.items.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  page.next_cursor = text_of(answer, "marker");
  return page;
}

}  // namespace

Result<remote::KodoConfig> parse_kodo_uri(std::string_view uri) {
  AVA_TRY(const RemoteUri parsed, parse_remote_uri(uri, {"endpoint", "domain", "up", "rs", "rsf", "uc", "api"}));
  remote::KodoConfig config;
  config.bucket = parsed.bucket;
  config.prefix = parsed.prefix;
  const std::array<std::pair<std::string_view, std::string*>, 6> hosts = {{{"domain", &config.domain},
                                                                           {"up", &config.up},
                                                                           {"rs", &config.rs},
                                                                           {"rsf", &config.rsf},
                                                                           {"uc", &config.uc},
                                                                           {"api", &config.api}}};
  for (const auto& [name, host] : hosts) {
    std::string given = parsed.option(name);
    if (given.empty() && name != "domain") given = parsed.option("endpoint");
    if (given.empty()) continue;
    if (given.find("://") == std::string::npos) given.insert(0, "http://");
    AVA_CHECK(check_endpoint(given));
    while (given.ends_with('/')) given.pop_back();
    *host = given;
  }
  return config;
}

std::shared_ptr<Storage> open_kodo(remote::KodoConfig config, remote::RemoteOptions options) {
  return std::make_shared<KodoStorage>(std::move(config), options);
}

}  // namespace ava::storage
