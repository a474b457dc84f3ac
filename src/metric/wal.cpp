#include "metric/wal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"
#include "metric/coding.hpp"

namespace ava::metric {

namespace {

std::string encode(const Batch& batch) {
  std::string payload;
  put_text(payload, batch.run_id);
  put_text(payload, batch.client_id);
  put_signed(payload, batch.seq);
  put_varint(payload, batch.points.size());
  for (const NamedPoint& p : batch.points) {
    put_text(payload, p.name);
    put_signed(payload, p.point.step);
    put_signed(payload, p.point.time_ms);
    put_double(payload, p.point.value);
  }
  std::string frame;
  put_u32(frame, static_cast<std::uint32_t>(payload.size()));
  put_u32(frame, checksum(payload));
  return frame + payload;
}

bool decode(std::string_view payload, Batch& batch) {
  Cursor in{payload};
  batch.run_id = in.text();
  batch.client_id = in.text();
  batch.seq = in.signed_varint();
  const std::uint64_t count = in.varint();
  if (count > payload.size()) return false;
  for (std::uint64_t i = 0; i < count && in.ok; ++i) {
    NamedPoint p;
    p.name = in.text();
    p.point.step = in.signed_varint();
    p.point.time_ms = in.signed_varint();
    p.point.value = in.real();
    batch.points.push_back(std::move(p));
  }
  return in.ok;
}

}  // namespace

Wal::Wal(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {
  syncer_ = std::jthread([this](const std::stop_token& stop) { sync_loop(stop); });
}

Wal::~Wal() {
  syncer_.request_stop();
  wake_.notify_all();
  if (syncer_.joinable()) syncer_.join();
  ::close(fd_);
}

Result<std::unique_ptr<Wal>> Wal::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return file::error_of(errno, "create", path);
  auto wal = std::unique_ptr<Wal>(new Wal(path, fd));
  AVA_CHECK(file::sync_dir(path.parent_path()));
  return wal;
}

Result<std::uint64_t> Wal::write(const Batch& batch) {
  const std::string frame = encode(batch);
  const std::lock_guard lock(mutex_);
  if (failed_errno_ != 0) return file::error_of(failed_errno_, "write", path_);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t put = ::write(fd_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int failed = errno;
      // Take the half frame back: a later batch must not follow a torn one.
      if (rest.size() != frame.size() && ::ftruncate(fd_, static_cast<off_t>(written_)) != 0) failed_errno_ = errno;
      return file::error_of(failed, "write", path_);
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  written_ += frame.size();
  wake_.notify_one();
  return written_;
}

Result<void> Wal::wait(std::uint64_t position) {
  std::unique_lock lock(mutex_);
  synced_cv_.wait(lock, [&] { return synced_ >= position || failed_errno_ != 0; });
  if (synced_ >= position) return {};
  return file::error_of(failed_errno_, "sync", path_);
}

std::uint64_t Wal::bytes() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

void Wal::sync_loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, stop, [&] { return written_ > synced_; });
    if (written_ == synced_) return;
    const std::uint64_t target = written_;
    lock.unlock();
    const int failed = ::fdatasync(fd_) == 0 ? 0 : errno;
    lock.lock();
    if (failed != 0)
      failed_errno_ = failed;  // after a failed sync nothing about the file is known: refuse further writes
    else
      synced_ = target;
    synced_cv_.notify_all();
    if (failed != 0) return;
  }
}

Result<void> Wal::replay(const std::filesystem::path& path, const std::function<void(Batch)>& take) {
  AVA_TRY(const std::string bytes, file::read(path, 1u << 30));
  Cursor in{bytes};
  while (!in.bytes.empty()) {
    const std::uint32_t length = in.u32();
    const std::uint32_t sum = in.u32();
    const std::string_view payload = in.take(length);
    Batch batch;
    if (!in.ok || checksum(payload) != sum || !decode(payload, batch)) return {};
    take(std::move(batch));
  }
  return {};
}

}  // namespace ava::metric
