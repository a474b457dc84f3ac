#include "server_files.hpp"

#include <zlib.h>

#include <string>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "sdk_files.hpp"

namespace ava::cli {

namespace fs = std::filesystem;

namespace {

Result<std::string> gunzip(std::span<const unsigned char> packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return Error(ErrorCode::kInternal, "sdk.unpack", "zlib does not start");
  stream.next_in = const_cast<unsigned char*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  unsigned char block[1 << 14];
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = block;
    stream.avail_out = sizeof block;
    state = inflate(&stream, Z_NO_FLUSH);
    plain.append(reinterpret_cast<char*>(block), sizeof block - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return Error(ErrorCode::kInternal, "sdk.unpack", "an embedded file is damaged");
  return plain;
}

Result<void> write_files(const fs::path& folder) {
  for (const http::Asset& asset : sdk_files()) {
    const fs::path path = folder / asset.path.substr(1);
    AVA_CHECK(file::make_dirs(path.parent_path()));
    std::string bytes(reinterpret_cast<const char*>(asset.bytes.data()), asset.bytes.size());
    if (asset.gzip) {
      AVA_TRY(bytes, gunzip(asset.bytes));
    }
    AVA_CHECK(file::write_atomic(path, bytes, 0644));
  }
  return {};
}

}  // namespace

Result<fs::path> install_sdk(const fs::path& data) {
  Sha256 hash;
  for (const http::Asset& asset : sdk_files()) hash.update(asset.path).update(asset.etag);
  const fs::path folder = data / "sdk" / to_hex(hash.finish()).substr(0, 16);
  if (fs::exists(folder)) return folder;
  const fs::path temp = folder.string() + ".new";
  AVA_CHECK(file::remove_tree(temp));
  AVA_CHECK(file::make_dirs(temp));
  AVA_CHECK(write_files(temp));
  AVA_CHECK(file::move(temp, folder));
  return folder;
}

Result<fs::path> own_executable() {
  std::error_code failed;
  fs::path path = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return file::error_of(failed.value(), "read", "/proc/self/exe");
  return path;
}

}  // namespace ava::cli
