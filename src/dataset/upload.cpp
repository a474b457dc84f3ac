#include "dataset/upload.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/digest.hpp"
#include "base/file.hpp"

namespace ava::dataset {

namespace fs = std::filesystem;

namespace {

constexpr TimeMs kKeptMs = 24ll * 3600 * 1000;

/// What was written of an upload so far.
struct Received {
  std::uint64_t bytes = 0;
  Digest sha256{};
  std::string head;
};

Result<void> write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<Received> receive(int fd, const fs::path& path, const ByteReader& read, std::uint64_t limit_bytes) {
  Received received;
  Sha256 hash;
  std::vector<char> buffer(256 << 10);
  for (;;) {
    AVA_TRY(const std::size_t got, read(buffer));
    if (got == 0) break;
    const std::string_view piece(buffer.data(), got);
    received.bytes += got;
    if (received.bytes > limit_bytes)
      return Error(ErrorCode::kInvalidArgument, "upload.too_large",
                   fmt::format("an upload may have {} bytes", limit_bytes));
    if (received.head.size() < 512) received.head += piece.substr(0, 512 - received.head.size());
    hash.update(piece);
    AVA_CHECK(write_all(fd, piece, path));
  }
  if (received.bytes == 0) return Error(ErrorCode::kInvalidArgument, "upload.empty", "the upload has no bytes");
  if (::fsync(fd) != 0) return file::error_of(errno, "sync", path);
  received.sha256 = hash.finish();
  return received;
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return lower.ends_with(e); });
}

Upload upload_of(const db::Row& row) {
  Upload u;
  u.id = row.id<UploadId>("id");
  u.owner_id = row.text("owner_id");
  u.file_name = row.text("file_name");
  u.kind = schema::value_of<UploadKind>(row.text("kind")).value_or(UploadKind::kOther);
  u.size_bytes = row.integer("size_bytes");
  u.sha256 = row.text("sha256");
  u.created_at = {row.integer("created_ms")};
  u.expires_at = {row.integer("expires_ms")};
  return u;
}

Result<void> insert(db::Tx& tx, const Upload& u) {
  AVA_CHECK(tx.run(
      "INSERT INTO uploads (id, owner_id, file_name, kind, size_bytes, sha256, created_ms, expires_ms) VALUES (:id,"
      " :owner, :name, :kind, :size, :sha256, :created, :expires)",
      {{"id", u.id},
       {"owner", u.owner_id},
       {"name", u.file_name},
       {"kind", schema::name_of(u.kind)},
       {"size", u.size_bytes},
       {"sha256", u.sha256},
       {"created", u.created_at.ms},
       {"expires", u.expires_at.ms}}));
  return {};
}

}  // namespace

std::span<const schema::EnumName<UploadKind>> enum_names(UploadKind) {
  static constexpr schema::EnumName<UploadKind> kNames[] = {{UploadKind::kList, "list"},
                                                            {UploadKind::kArchive, "archive"},
                                                            {UploadKind::kPicture, "picture"},
                                                            {UploadKind::kOther, "other"}};
  return kNames;
}

void describe(schema::Visitor& v, Upload& x) {
  v.type("Upload");
  v.field("id", x.id);
  v.field("filename", x.file_name);
  v.field("size_bytes", x.size_bytes);
  v.field("sha256", x.sha256);
  v.field("kind", x.kind);
  v.field("created_at", x.created_at);
  v.field("expires_at", x.expires_at);
}

UploadKind kind_of_upload(std::string_view head, std::string_view file_name) {
  if (head.starts_with("PK\x03\x04") || head.starts_with("\x1f\x8b") || head.starts_with("BZh") ||
      head.starts_with("\xfd"
                       "7zXZ") ||
      (head.size() > 262 && head.substr(257, 5) == "ustar"))
    return UploadKind::kArchive;
  if (head.starts_with("\xff\xd8\xff") || head.starts_with("\x89PNG")) return UploadKind::kPicture;
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (head[first] == '{' || head[first] == '[')) return UploadKind::kList;
  if (head.find("<annotation") != std::string_view::npos) return UploadKind::kList;
  if (ends_with_any(file_name, {".json", ".jsonl", ".jsonlist", ".lst"})) return UploadKind::kList;
  if (ends_with_any(file_name, {".zip", ".tar", ".tar.gz", ".tgz"})) return UploadKind::kArchive;
  return UploadKind::kOther;
}

UploadService::UploadService(db::Database& database, fs::path folder, const Clock& clock)
    : database_(database), folder_(std::move(folder)), clock_(clock) {}

Result<Upload> UploadService::create(const user::Actor& who, const std::string& file_name, const ByteReader& read,
                                     std::uint64_t limit_bytes) {
  const std::string base = fs::path(file_name).filename().string();
  if (!file::is_safe_relative(base))
    return Error(ErrorCode::kInvalidArgument, "upload.bad_name",
                 "the file name is empty or has characters it cannot have")
        .at("/filename");
  Upload upload;
  upload.id = UploadId::make();
  upload.owner_id = who.user.id.str();
  upload.file_name = base;
  upload.created_at = {clock_.now_ms()};
  upload.expires_at = {upload.created_at.ms + kKeptMs};

  AVA_CHECK(file::make_dirs(folder_));
  const fs::path path = path_of(upload.id);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return file::error_of(errno, "create", path);
  auto received = receive(fd, path, read, limit_bytes);
  ::close(fd);
  const auto keep = [&]() -> Result<void> {
    AVA_CHECK(file::sync_dir(folder_));
    upload.size_bytes = static_cast<std::int64_t>(received->bytes);
    upload.sha256 = to_hex(received->sha256);
    upload.kind = kind_of_upload(received->head, base);
    return database_.write([&](db::Tx& tx) { return insert(tx, upload); });
  };
  if (!received.ok()) {
    ::unlink(path.c_str());
    return std::move(received).error();
  }
  if (auto kept = keep(); !kept.ok()) {
    ::unlink(path.c_str());
    return std::move(kept).error();
  }
  return upload;
}

Result<Upload> UploadService::find(const user::Actor& who, const UploadId& id) {
  AVA_TRY(const auto row, database_.read([&](db::Tx& tx) {
    return tx.one("SELECT * FROM uploads WHERE id = :id AND expires_ms > :now", {{"id", id}, {"now", clock_.now_ms()}});
  }));
  const Error missing(ErrorCode::kNotFound, "upload.not_found",
                      "there is no upload " + id.str() + ", or it has expired");
  if (!row) return missing;
  Upload upload = upload_of(*row);
  if (upload.owner_id != who.user.id.str() && !who.is_admin()) return missing;
  return upload;
}

Result<int> UploadService::sweep() {
  const TimeMs now = clock_.now_ms();
  AVA_TRY(const auto rows, database_.read([&](db::Tx& tx) {
    return tx.all("SELECT id FROM uploads WHERE expires_ms <= :now LIMIT 500", {{"now", now}});
  }));
  for (const db::Row& row : rows) {
    const auto id = row.id<UploadId>("id");
    AVA_CHECK(file::remove_tree(path_of(id)));
    AVA_CHECK(database_.write([&](db::Tx& tx) { return tx.run("DELETE FROM uploads WHERE id = :id", {{"id", id}}); }));
  }
  return static_cast<int>(rows.size());
}

}  // namespace ava::dataset
