#include "storage/http_reader.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cstring>

namespace ava::storage {

namespace {

constexpr std::size_t kFull = 1u << 20;

long status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

}  // namespace

Result<std::unique_ptr<Reader>> HttpReader::open(std::shared_ptr<remote::TransferPool> pool, const std::string& url) {
  auto reader = std::make_unique<HttpReader>(std::move(pool), url);
  AVA_CHECK(reader->fill());
  return std::unique_ptr<Reader>(std::move(reader));
}

HttpReader::HttpReader(std::shared_ptr<remote::TransferPool> pool, std::string url)
    : pool_(std::move(pool)), transfer_(pool_->take()), url_(std::move(url)), multi_(curl_multi_init()) {
  begin();
}

HttpReader::~HttpReader() {
  curl_multi_remove_handle(multi_, transfer_->handle());
  curl_multi_cleanup(multi_);
  if (done_ && code_ == CURLE_OK) pool_->give(std::move(transfer_));
}

void HttpReader::begin() {
  CURL* handle = transfer_->handle();
  transfer_->prepare(url_);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &HttpReader::receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &HttpReader::header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  resumed_ = received_ > 0;
  if (resumed_) curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", received_).c_str());
  done_ = paused_ = wrong_part_ = false;
  answer_etag_.clear();
  curl_multi_add_handle(multi_, handle);
}

std::size_t HttpReader::header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& reader = *static_cast<HttpReader*>(self);
  const std::string_view line(data, size * count);
  constexpr std::string_view kEtag = "etag:";
  if (line.size() > kEtag.size() && ::strncasecmp(data, kEtag.data(), kEtag.size()) == 0) {
    const auto first = line.find_first_not_of(" \t", kEtag.size());
    const auto last = line.find_last_not_of(" \t\r\n");
    reader.answer_etag_ = first <= last ? line.substr(first, last - first + 1) : "";
  }
  return size * count;
}

std::size_t HttpReader::receive(char* data, std::size_t size, std::size_t count, void* self) {
  auto& reader = *static_cast<HttpReader*>(self);
  CURL* handle = reader.transfer_->handle();
  if (reader.received_ == 0) {
    curl_off_t length = -1;
    curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length >= 0) reader.size_ = static_cast<std::uint64_t>(length);
    reader.etag_ = reader.answer_etag_;
  } else if (reader.resumed_ && (status_of(handle) != 206 || reader.answer_etag_ != reader.etag_)) {
    reader.wrong_part_ = true;  // the whole again, or another version
    return 0;
  }
  if (reader.buffer_.size() >= kFull) {
    reader.paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  reader.buffer_.append(data, size * count);
  reader.received_ += size * count;
  return size * count;
}

void HttpReader::pump() {
  while (buffer_.empty() && !done_) {
    if (paused_) {
      paused_ = false;
      curl_easy_pause(transfer_->handle(), CURLPAUSE_CONT);
    }
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      done_ = true;
      code_ = message->data.result;
    }
    if (buffer_.empty() && !done_) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
  }
}

bool HttpReader::can_resume() const {
  return !wrong_part_ && attempts_ + 1 < pool_->options().attempts && transfer_->worth_retrying(code_);
}

Result<void> HttpReader::fill() {
  for (;;) {
    const std::uint64_t before = received_;
    pump();
    if (received_ > before) attempts_ = 0;  // it goes on: three failures in a row end it, not three in all
    if (!buffer_.empty() || code_ == CURLE_OK) return {};
    if (!can_resume()) break;
    remote::back_off(attempts_++);
    curl_multi_remove_handle(multi_, transfer_->handle());
    begin();
  }
  if (!wrong_part_) return transfer_->outcome(code_, url_);
  return Error(ErrorCode::kUnavailable, "http.broken_off",
               fmt::format("'{}': the connection broke after {} bytes and the rest cannot be had",
                           remote::redact_url(url_), received_));
}

Result<std::size_t> HttpReader::read(char* buffer, std::size_t size) {
  AVA_CHECK(fill());
  const std::size_t got = std::min(size, buffer_.size() - taken_);
  std::memcpy(buffer, buffer_.data() + taken_, got);
  taken_ += got;
  if (taken_ == buffer_.size()) buffer_.clear(), taken_ = 0;
  return got;
}

Result<std::size_t> HttpReader::read_at(std::uint64_t, char*, std::size_t) {
  return Error(ErrorCode::kInvalidArgument, "storage.not_seekable",
               fmt::format("'{}' is read front to back", remote::redact_url(url_)));
}

}  // namespace ava::storage
