// Uploads: bytes streamed in by a client, kept on disk until a dataset, a training or a model takes them.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "schema/schema.hpp"
#include "user/user.hpp"

namespace ava::dataset {

enum class UploadKind : std::uint8_t { kList, kArchive, kPicture, kOther };
std::span<const schema::EnumName<UploadKind>> enum_names(UploadKind);

struct Upload {
  static constexpr const char* kIdPrefix = "up";
  Id<Upload> id;
  std::string file_name;
  std::int64_t size_bytes = 0;
  std::string sha256;
  UploadKind kind = UploadKind::kOther;
  schema::Time created_at;
  schema::Time expires_at;

  std::string owner_id;
};
void describe(schema::Visitor& v, Upload& x);
using UploadId = Id<Upload>;

/// Told by the first bytes (a list starts with '{'), then by the name's ending.
UploadKind kind_of_upload(std::string_view head, std::string_view file_name);

/// Fills the front of a buffer; 0 at the end.
using ByteReader = std::function<Result<std::size_t>(std::span<char>)>;

/// Thread: any. Memory: one buffer per upload, whatever its size.
class UploadService {
 public:
  UploadService(db::Database& database, std::filesystem::path folder, const Clock& clock);

  /// Errors: `upload.bad_name`, `upload.too_large`, `upload.empty`, `file.no_space`, those of `read`.
  Result<Upload> create(const user::Actor& who, const std::string& file_name, const ByteReader& read,
                        std::uint64_t limit_bytes);
  /// Only the uploader and admins see it. Errors: `upload.not_found` (also when it has expired).
  Result<Upload> find(const user::Actor& who, const UploadId& id);
  std::filesystem::path path_of(const UploadId& id) const { return folder_ / id.str(); }
  /// Remove what nobody took in time. Returns how many.
  Result<int> sweep();

 private:
  db::Database& database_;
  const std::filesystem::path folder_;
  const Clock& clock_;
};

}  // namespace ava::dataset
