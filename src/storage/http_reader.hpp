// The body of an http(s) answer as a Reader: streamed, and taken up again where the connection broke.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "remote/http_transfer.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// Pulls a body through curl's multi interface; curl is paused while the caller has not read what came.
class HttpReader : public Reader {
 public:
  /// Waits for the first byte or the end, so that a missing object is an error here.
  static Result<std::unique_ptr<Reader>> open(std::shared_ptr<remote::TransferPool> pool, const std::string& url);
  HttpReader(std::shared_ptr<remote::TransferPool> pool, std::string url);
  ~HttpReader() override;
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  Result<std::size_t> read(char* buffer, std::size_t size) override;
  Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) override;
  std::optional<std::uint64_t> size_bytes() const override { return size_; }

 private:
  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t header(char* data, std::size_t size, std::size_t count, void* self);
  void begin();
  void pump();
  Result<void> fill();
  bool can_resume() const;

  std::shared_ptr<remote::TransferPool> pool_;
  std::unique_ptr<remote::Transfer> transfer_;
  std::string url_;
  CURLM* multi_;
  std::string buffer_;
  std::size_t taken_ = 0;
  std::uint64_t received_ = 0;         ///< bytes of the object so far; a new connection begins here
  std::optional<std::uint64_t> size_;  ///< as the first answer said
  std::string etag_;                   ///< of the first answer: bytes of another version are not mixed in
  std::string answer_etag_;
  bool paused_ = false;
  bool done_ = false;
  bool resumed_ = false;     ///< this connection was asked for the rest only
  bool wrong_part_ = false;  ///< and answered something else
  int attempts_ = 0;
  CURLcode code_ = CURLE_OK;
};

}  // namespace ava::storage
