#include "cache/keyed_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/crc32c.hpp"
#include "base/file.hpp"
#include "storage/file_handle.hpp"

namespace ava::cache {

namespace fs = std::filesystem;
using storage::Fd;

namespace {

// The version of the layout is in the names: what another version wrote is not seen.
constexpr std::string_view kIndex = ".index1";
constexpr std::string_view kData = ".data1";
constexpr std::size_t kNameDigits = 8;
/// A number of the table is 8 bits of segment and 24 of entry; two segments never share the last number of all.
constexpr std::size_t kMostSegments = 255;
constexpr unsigned kEntryBits = 24;
constexpr std::uint32_t kMostEntries = (1u << kEntryBits) - 1;
constexpr std::uint64_t kLargestSegment = 8ull << 30;
constexpr std::uint64_t kSmallestSegment = 64u << 10;

static_assert(std::endian::native == std::endian::little, "entries are written as they lie in memory");

std::uint64_t segment_bytes_for(std::uint64_t max_bytes) {
  if (max_bytes == 0) return kLargestSegment;
  return std::clamp(max_bytes / 16, kSmallestSegment, kLargestSegment);
}

bool read_all(int fd, void* to, std::size_t size, std::uint64_t offset) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::pread(fd, at, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int fd, const void* from, std::size_t size, std::uint64_t offset) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t put = ::pwrite(fd, at, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    offset += static_cast<std::uint64_t>(put);
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

std::uint64_t size_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// Ours to append to or to remove: no other process writes to it, and it still has its name.
bool claim(int fd) {
  struct stat info {};
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &info) == 0 && info.st_nlink > 0;
}

fs::path data_of(const fs::path& index) {
  return index.parent_path() / (index.filename().string().substr(0, kNameDigits) + std::string(kData));
}

/// The indexes of a folder. What has another name is not ours and is left alone.
Result<std::vector<fs::path>> indexes_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool ours = name.size() == kNameDigits + kIndex.size() && name.ends_with(kIndex) &&
                      name.find_first_not_of("0123456789abcdef") == kNameDigits;
    if (ours) found.push_back(entry->path());
  }
  if (failed) return file::error_of(failed.value(), "read folder", folder);
  std::sort(found.begin(), found.end());
  return found;
}

/// A segment as the folder shows it.
struct Listed {
  fs::path index;
  std::uint64_t bytes = 0;
  timespec used{};
};

std::vector<Listed> least_used_first(const fs::path& folder) {
  std::vector<Listed> all;
  const auto found = indexes_of(folder);
  if (!found.ok()) return all;
  for (const fs::path& index : *found) {
    struct stat at_index {};
    struct stat at_data {};
    if (::stat(index.c_str(), &at_index) != 0) continue;
    const bool whole = ::stat(data_of(index).c_str(), &at_data) == 0;
    all.push_back({index, static_cast<std::uint64_t>(at_index.st_size + (whole ? at_data.st_size : 0)),
                   whole ? at_index.st_mtim : timespec{}});
  }
  std::stable_sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  return all;
}

}  // namespace

struct KeyedLog::Entry {
  Digest key{};
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::array<std::uint32_t, 5> numbers{};
  std::uint32_t bytes_crc = 0;
  std::uint32_t crc = 0;  ///< of what is before it

  std::uint32_t right_crc() const { return crc32c({reinterpret_cast<const char*>(this), offsetof(Entry, crc)}); }
};

struct KeyedLog::Segment {
  fs::path index_path;
  Fd index;
  Fd data;
  std::uint32_t number = 0;
  std::uint32_t entries = 0;
  std::uint64_t data_bytes = 0;
  std::uint32_t mine_from = UINT32_MAX;  ///< entries from here on are of this process
  std::atomic<bool> used = false;
};

KeyedLog::KeyedLog(fs::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes), segment_bytes_(segment_bytes_for(max_bytes)) {
  static_assert(sizeof(Entry) == 72, "no gaps: the checksum runs over every byte");
}
KeyedLog::~KeyedLog() = default;

Result<std::shared_ptr<KeyedLog>> KeyedLog::open(const fs::path& folder, std::uint64_t max_bytes) {
  AVA_CHECK(file::make_dirs(folder));
  std::shared_ptr<KeyedLog> log(new KeyedLog(folder, max_bytes));
  AVA_CHECK(log->load());
  return log;
}

Result<void> KeyedLog::load() {
  const std::lock_guard lock(mutex_);
  evict();
  bytes_ = 0;
  AVA_TRY(const auto indexes, indexes_of(folder_));
  for (const fs::path& index : indexes)
    if (segments_.size() < kMostSegments) load_segment(index);
  return {};
}

void KeyedLog::load_segment(const fs::path& path) {
  auto segment = std::make_shared<Segment>();
  segment->index_path = path;
  segment->index = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  segment->data = Fd(::open(data_of(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!segment->index || !segment->data) return;
  segment->number = static_cast<std::uint32_t>(segments_.size());
  segment->data_bytes = size_of(segment->data.get());
  const std::uint64_t whole = std::min<std::uint64_t>(size_of(segment->index.get()) / sizeof(Entry), kMostEntries);
  segment->entries = static_cast<std::uint32_t>(whole);
  std::vector<Entry> block(4096);
  for (std::uint32_t from = 0; from < segment->entries; from += static_cast<std::uint32_t>(block.size())) {
    block.resize(std::min<std::size_t>(block.size(), segment->entries - from));
    if (!read_all(segment->index.get(), block.data(), block.size() * sizeof(Entry), from * sizeof(Entry))) break;
    for (std::size_t i = 0; i < block.size(); ++i)
      if (block[i].crc == block[i].right_crc())
        table_.add(block[i].key, segment->number << kEntryBits | (from + static_cast<std::uint32_t>(i)));
  }
  bytes_ += segment->data_bytes + segment->entries * sizeof(Entry);
  segments_.push_back(std::move(segment));
}

std::optional<Kept> KeyedLog::find(const Digest& key) {
  std::vector<std::pair<std::shared_ptr<Segment>, std::uint32_t>> places;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint32_t number : table_.find(key))
      if (const auto& segment = segments_[number >> kEntryBits]) places.emplace_back(segment, number & kMostEntries);
  }
  for (const auto& [segment, at] : places) {
    auto found = read(*segment, at, key);
    if (!found) continue;
    if (!segment->used.exchange(true)) ::futimens(segment->index.get(), nullptr);  // what is used stays longest
    return found;
  }
  return {};
}

std::optional<Kept> KeyedLog::read(Segment& segment, std::uint32_t at, const Digest& key) const {
  Entry entry;
  if (!read_all(segment.index.get(), &entry, sizeof entry, std::uint64_t{at} * sizeof entry)) return {};
  if (entry.crc != entry.right_crc() || entry.key != key) return {};
  Kept kept{.numbers = entry.numbers, .bytes = {}, .by_this_run = at >= segment.mine_from};
  // A length that lies would ask for memory before the checksum could object.
  const std::uint64_t size = size_of(segment.data.get());
  if (entry.offset > size || entry.bytes > size - entry.offset) return {};
  kept.bytes.resize(entry.bytes);
  if (!read_all(segment.data.get(), kept.bytes.data(), entry.bytes, entry.offset)) return {};
  if (crc32c(kept.bytes) != entry.bytes_crc) return {};
  return kept;
}

/// Append to a segment of an earlier run: many small runs shall not leave many small segments.
bool KeyedLog::go_on_with(Segment& segment) {
  if (segment.data_bytes >= segment_bytes_ || segment.entries >= kMostEntries) return false;
  Fd index(::open(segment.index_path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  Fd data(::open(data_of(segment.index_path).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!index || !data || !claim(index.get())) return false;
  const std::uint64_t entries = size_of(index.get()) / sizeof(Entry);
  if (entries < segment.entries || entries >= kMostEntries) return false;
  auto mine = std::make_shared<Segment>();
  mine->index_path = segment.index_path;
  mine->index = std::move(index);
  mine->data = std::move(data);
  mine->number = segment.number;
  mine->entries = static_cast<std::uint32_t>(entries);  // half an entry at the end is written over
  mine->data_bytes = size_of(mine->data.get());
  mine->mine_from = mine->entries;
  mine_ = segments_[segment.number] = std::move(mine);
  return true;
}

/// Find a segment to append to. False: nothing can be kept any more.
bool KeyedLog::begin_segment() {
  if (mine_) ::flock(mine_->index.get(), LOCK_UN);  // it is complete: whoever needs room may remove it
  mine_.reset();
  for (std::size_t i = segments_.size(); i-- > 0;) {
    const std::shared_ptr<Segment> before = segments_[i];
    if (before && go_on_with(*before)) return true;
  }
  if (segments_.size() >= kMostSegments) return false;
  std::uint32_t name = 0;
  if (const auto indexes = indexes_of(folder_); indexes.ok() && !indexes->empty())
    name = static_cast<std::uint32_t>(std::stoul(indexes->back().filename().string().substr(0, kNameDigits), {}, 16));
  for (int tries = 0; tries < 1000; ++tries) {
    auto made = std::make_shared<Segment>();
    made->index_path = folder_ / fmt::format("{:08x}{}", ++name, kIndex);
    made->index = Fd(::open(made->index_path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made->index && errno != EEXIST) return false;
    if (!made->index || !claim(made->index.get())) continue;  // another process was quicker
    made->data = Fd(::open(data_of(made->index_path).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made->data) return false;
    made->number = static_cast<std::uint32_t>(segments_.size());
    made->mine_from = 0;
    segments_.push_back(made);
    mine_ = std::move(made);
    return true;
  }
  return false;
}

void KeyedLog::keep(const Digest& key, const std::array<std::uint32_t, 5>& numbers, std::string_view bytes) {
  if (bytes.size() > UINT32_MAX || (max_bytes_ > 0 && bytes.size() > segment_bytes_)) return;
  Entry entry{
      .key = key, .bytes = static_cast<std::uint32_t>(bytes.size()), .numbers = numbers, .bytes_crc = crc32c(bytes)};
  const std::lock_guard lock(mutex_);
  if (full_) return;
  const bool room = mine_ && mine_->data_bytes < segment_bytes_ && mine_->entries < kMostEntries;
  if (!room && !begin_segment()) {
    full_ = true;
    return;
  }
  entry.offset = mine_->data_bytes;
  entry.crc = entry.right_crc();
  // First the bytes: an entry that can be read points at something that was written.
  if (!write_all(mine_->data.get(), bytes.data(), bytes.size(), entry.offset) ||
      !write_all(mine_->index.get(), &entry, sizeof entry, std::uint64_t{mine_->entries} * sizeof entry)) {
    full_ = true;
    return;
  }
  table_.add(key, mine_->number << kEntryBits | mine_->entries);
  ++mine_->entries;
  mine_->data_bytes += bytes.size();
  bytes_ += bytes.size() + sizeof entry;
  if (max_bytes_ > 0 && bytes_ > max_bytes_) evict();
}

/// Remove the segments that were not used for longest, until there is room for one more.
void KeyedLog::evict() {
  if (max_bytes_ == 0) return;
  const std::vector<Listed> listed = least_used_first(folder_);
  std::uint64_t total = 0;
  for (const Listed& one : listed) total += one.bytes;
  const std::uint64_t wanted = max_bytes_ - std::min(max_bytes_, segment_bytes_);
  const bool needed = total > max_bytes_;
  for (const Listed& one : listed) {
    if (!needed || total <= wanted) break;
    if (mine_ && one.index == mine_->index_path) continue;
    const Fd index(::open(one.index.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!index || !claim(index.get())) continue;  // another process appends to it
    ::unlink(data_of(one.index).c_str());
    ::unlink(one.index.c_str());
    total -= one.bytes;
    for (auto& segment : segments_)
      if (segment && segment->index_path == one.index) segment.reset();
  }
  table_.keep_if([this](std::uint32_t number) { return segments_[number >> kEntryBits] != nullptr; });
  bytes_ = total;
  full_ = full_ || total > max_bytes_;
}

std::size_t KeyedLog::size() const {
  const std::lock_guard lock(mutex_);
  return table_.size();
}

std::uint64_t KeyedLog::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace ava::cache
