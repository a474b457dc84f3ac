#include "api/object_reply.hpp"

#include <algorithm>

namespace ava::api {

namespace {

/// Bytes of a stored object as the server sends them.
class ObjectSource final : public http::ByteSource {
 public:
  ObjectSource(std::shared_ptr<storage::Storage> storage, std::unique_ptr<storage::Reader> reader, std::uint64_t offset,
               std::uint64_t length)
      : storage_(std::move(storage)), reader_(std::move(reader)), offset_(offset), left_(length) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    if (want == 0) return std::size_t{0};
    AVA_TRY(const std::size_t got, reader_->read_at(offset_, into.data(), want));
    offset_ += got;
    left_ -= got;
    return got;
  }

 private:
  std::shared_ptr<storage::Storage> storage_;
  std::unique_ptr<storage::Reader> reader_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace

Result<http::Reply> object_reply(const http::Request& request, std::shared_ptr<storage::Storage> storage,
                                 const std::string& key, const std::string& file_name, const std::string& etag) {
  AVA_TRY(const auto info, storage->stat(key));
  http::Download file;
  file.file_name = file_name;
  file.size_bytes = info.size_bytes;
  file.etag = etag;
  file.open = [&](std::uint64_t offset, std::uint64_t length) -> Result<std::unique_ptr<http::ByteSource>> {
    AVA_TRY(auto reader, storage->open(key));
    return std::unique_ptr<http::ByteSource>(
        std::make_unique<ObjectSource>(storage, std::move(reader), offset, length));
  };
  return http::Reply::download(request, file);
}

}  // namespace ava::api
