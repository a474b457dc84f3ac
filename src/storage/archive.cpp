#include "storage/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <iconv.h>
#include <locale.h>

#include <optional>
#include <unordered_set>

#include "base/file.hpp"

namespace ava::storage {

namespace {

constexpr std::uint64_t kRatioFrom = 64u << 20;
constexpr std::size_t kTail = 80u << 10;  ///< a zip's end record, with the longest comment and the 64-bit record

/// libarchive turns names through the thread's locale; a server runs in "C".
class Utf8Locale {
 public:
  Utf8Locale() : made_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (made_ != nullptr) before_ = ::uselocale(made_);
  }
  ~Utf8Locale() {
    if (made_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(made_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t made_;
  locale_t before_ = nullptr;
};

/// The name as UTF-8; names of Chinese Windows tools are GB18030. Bytes that are neither stay, and are refused later.
std::string utf8_name(std::string raw) {
  if (file::is_utf8(raw)) return raw;
  const iconv_t converter = ::iconv_open("UTF-8", "GB18030");
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return raw;
  std::string out(raw.size() * 4, '\0');
  char* from = raw.data();
  std::size_t left = raw.size();
  char* to = out.data();
  std::size_t room = out.size();
  const bool good = ::iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  if (!good) return raw;
  out.resize(out.size() - room);
  return out;
}

/// One pass over one archive.
class Walker {
 public:
  Walker(Reader& from, const ArchiveVisitor& visitor, const ArchiveLimits& limits, const std::stop_token& stop)
      : from_(from), visitor_(visitor), limits_(limits), stop_(stop), archive_(archive_read_new()) {
    archive_read_support_format_zip(archive_);
    archive_read_support_format_tar(archive_);
    archive_read_support_filter_gzip(archive_);
  }
  ~Walker() { archive_read_free(archive_); }
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  Result<ArchiveCounts> run() {
    if (archive_read_open(archive_, this, nullptr, &Walker::give, nullptr) != ARCHIVE_OK) return failure();
    for (;;) {
      archive_entry* entry = nullptr;
      const int code = archive_read_next_header(archive_, &entry);
      if (code == ARCHIVE_EOF) break;
      ++headers_;
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return failure();
      if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "archive.cancelled", "stopped while unpacking");
      AVA_CHECK(one(entry));
    }
    AVA_CHECK(check_end());
    counts_.packed_bytes = packed_;
    return counts_;
  }

 private:
  static la_ssize_t give(archive* handle, void* self, const void** buffer) {
    auto& walker = *static_cast<Walker*>(self);
    auto got = walker.from_.read(walker.block_.data(), walker.block_.size());
    if (!got.ok()) {
      walker.source_error_ = std::move(got.error());
      archive_set_error(handle, -1, "source failed");
      return -1;
    }
    walker.packed_ += *got;
    walker.remember(std::string_view(walker.block_.data(), *got));
    *buffer = walker.block_.data();
    return static_cast<la_ssize_t>(*got);
  }

  /// The end of the stream says whether it is all there. Zip: from the end record on; tar: the last block.
  void remember(std::string_view bytes) {
    tail_.append(bytes);
    if (tail_.size() > 4 * kTail) tail_.erase(0, tail_.size() - kTail);
  }

  /// libarchive takes a stream that is cut between two entries for a whole one.
  Result<void> check_end() {
    const int kind = archive_format(archive_) & ARCHIVE_FORMAT_BASE_MASK;
    const bool packed = archive_filter_code(archive_, 0) != ARCHIVE_FILTER_NONE;  // gzip has its own end and its CRC
    if (packed || (kind != ARCHIVE_FORMAT_ZIP && kind != ARCHIVE_FORMAT_TAR)) return {};
    const auto read_to = static_cast<std::uint64_t>(archive_filter_bytes(archive_, 0));
    AVA_CHECK(drain());
    return kind == ARCHIVE_FORMAT_ZIP ? check_zip_end() : check_tar_end(read_to);
  }

  Result<void> drain() {
    for (;;) {
      AVA_TRY(const std::size_t got, from_.read(block_.data(), block_.size()));
      if (got == 0) return {};
      packed_ += got;
      remember(std::string_view(block_.data(), got));
    }
  }

  /// The directory at the end of a zip says how many entries there are.
  Result<void> check_zip_end() const {
    const auto number = [this](std::size_t at, int size) {
      std::uint64_t value = 0;
      for (int i = size; i-- > 0;) value = (value << 8) | static_cast<unsigned char>(tail_[at + i]);
      return value;
    };
    const std::size_t end = tail_.rfind("PK\x05\x06");
    if (end == std::string::npos || end + 22 > tail_.size()) return cut("the directory at its end is missing");
    std::uint64_t listed = number(end + 10, 2);
    const std::size_t big = tail_.rfind(std::string_view("PK\x06\x06"), end);
    if (listed == 0xFFFF && big != std::string::npos && big + 56 <= end) listed = number(big + 32, 8);
    if (headers_ < listed) return cut(fmt::format("its directory lists {} entries", listed));
    return {};
  }

  /// A tar ends with blocks of zeros; all writers in use make them.
  Result<void> check_tar_end(std::uint64_t read_to) const {
    constexpr std::size_t kBlock = 512;
    if (read_to < packed_) return {};  // something stands behind what was read: the end mark was seen
    const std::size_t from = tail_.size() - std::min(tail_.size(), kBlock);
    if (tail_.find_first_not_of('\0', from) == std::string::npos) return {};
    return cut("the mark at its end is missing");
  }

  Error cut(const std::string& why) const {
    return Error(ErrorCode::kCorrupt, "archive.truncated", fmt::format("{} (after {} entries)", why, counts_.entries))
        .hint("pack it again, or upload it again");
  }

  Error failure() {
    if (source_error_) return *source_error_;
    const char* text = archive_error_string(archive_);
    // Without words: it looked for the next entry of a zip and there was no byte left.
    const std::string why = text == nullptr ? "unexpected end" : text;
    if (why.find("Unrecognized archive format") != std::string::npos)
      return Error(ErrorCode::kCorrupt, "archive.not_an_archive", "neither zip nor tar")
          .hint("pack the folder as zip, tar or tar.gz");
    const bool cut = why.find("runcated") != std::string::npos || why.find("nexpected end") != std::string::npos;
    return Error(ErrorCode::kCorrupt, cut ? "archive.truncated" : "archive.corrupt",
                 fmt::format("{} (after {} entries)", why, counts_.entries));
  }

  Result<void> problem(const std::string& name, std::string_view slug, std::string detail) {
    ++counts_.problems;
    // Names that are not UTF-8 cannot be shown as they are.
    std::string shown;
    for (const char c : name) shown.push_back(file::is_utf8(name) || static_cast<unsigned char>(c) < 0x80 ? c : '?');
    return visitor_.problem ? visitor_.problem({std::move(shown), std::string(slug), std::move(detail)})
                            : Result<void>();
  }

  static std::string name_of(archive_entry* entry) {
    const char* utf8 = archive_entry_pathname_utf8(entry);
    const char* raw = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
    std::string name = utf8_name(raw == nullptr ? "" : raw);
    while (name.starts_with("./")) name.erase(0, 2);
    return name;
  }

  Result<void> one(archive_entry* entry) {
    const std::string name = name_of(entry);
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) return {};
    if (++counts_.entries > limits_.max_entries)
      return Error(ErrorCode::kInvalidArgument, "archive.too_many_entries",
                   fmt::format("more than {} entries", limits_.max_entries));
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr || type == AE_IFLNK)
      return problem(name, "entry.is_link", "links are not followed");
    if (type != AE_IFREG) return problem(name, "entry.is_special", "not a regular file");
    if (!file::is_safe_relative(name))
      return problem(name, "entry.unsafe_name", "the name leads elsewhere or cannot be a name");
    if (archive_entry_is_encrypted(entry) != 0) return problem(name, "entry.encrypted", "needs a password");
    if (!visitor_.wanted(name)) {
      ++counts_.skipped;
      return {};
    }
    return take(name);
  }

  Result<void> take(const std::string& name) {
    ArchiveEntry made;
    made.name = name;
    bool too_large = false;
    for (;;) {
      const la_ssize_t got = archive_read_data(archive_, data_.data(), data_.size());
      if (got < 0) return failure();
      if (got == 0) break;
      counts_.unpacked_bytes += static_cast<std::uint64_t>(got);
      AVA_CHECK(check_bomb());
      too_large = too_large || made.bytes.size() + static_cast<std::size_t>(got) > limits_.max_entry_bytes;
      if (too_large) {
        made.bytes.clear();
        break;
      }
      made.bytes.append(data_.data(), static_cast<std::size_t>(got));
    }
    if (too_large) return problem(name, "entry.too_large", fmt::format("more than {} bytes", limits_.max_entry_bytes));
    ++counts_.taken;
    return visitor_.entry ? visitor_.entry(std::move(made)) : Result<void>();
  }

  Result<void> check_bomb() const {
    const bool dense = counts_.unpacked_bytes > kRatioFrom &&
                       static_cast<double>(counts_.unpacked_bytes) > static_cast<double>(packed_) * limits_.max_ratio;
    if (!dense && counts_.unpacked_bytes <= limits_.max_total_bytes) return {};
    return Error(ErrorCode::kInvalidArgument, "archive.bomb",
                 fmt::format("{} bytes unpacked to more than {}", packed_, counts_.unpacked_bytes));
  }

  Reader& from_;
  const ArchiveVisitor& visitor_;
  const ArchiveLimits& limits_;
  const std::stop_token& stop_;
  archive* archive_;
  std::string block_ = std::string(1 << 16, '\0');
  std::string data_ = std::string(1 << 16, '\0');
  std::uint64_t packed_ = 0;
  std::uint64_t headers_ = 0;  ///< all, folders and links too
  std::string tail_;           ///< the last bytes of the stream, at least kTail of them
  ArchiveCounts counts_;
  std::optional<Error> source_error_;
};

}  // namespace

bool is_archive(std::string_view head) {
  using namespace std::string_view_literals;
  return head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv) || head.starts_with("\x1F\x8B"sv) ||
         (head.size() >= 262 && head.substr(257, 5) == "ustar"sv);
}

Result<ArchiveCounts> walk_archive(Reader& from, const ArchiveVisitor& visitor, const ArchiveLimits& limits,
                                   const std::stop_token& stop) {
  const Utf8Locale locale;
  return Walker(from, visitor, limits, stop).run();
}

Result<ArchiveCounts> unpack_archive(Reader& from, Storage& to, std::string_view prefix, const ArchiveVisitor& visitor,
                                     const ArchiveLimits& limits, const std::stop_token& stop) {
  std::unordered_set<std::string> seen;
  std::uint64_t duplicates = 0;
  ArchiveVisitor inner = visitor;
  inner.entry = [&](ArchiveEntry&& entry) -> Result<void> {
    if (!seen.insert(entry.name).second) {
      ++duplicates;
      return visitor.problem ? visitor.problem({entry.name, "entry.duplicate", "the name came before"})
                             : Result<void>();
    }
    AVA_CHECK(put(to, std::string(prefix) + entry.name, entry.bytes));
    return visitor.entry ? visitor.entry(std::move(entry)) : Result<void>();
  };
  AVA_TRY(ArchiveCounts counts, walk_archive(from, inner, limits, stop));
  counts.taken -= duplicates;
  counts.problems += duplicates;
  return counts;
}

}  // namespace ava::storage
