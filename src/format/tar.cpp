#include "format/tar.hpp"

#include <fmt/format.h>

#include <charconv>

namespace ava::format {

namespace {

constexpr std::size_t kNameBytes = 100;
constexpr std::uint64_t kMostOctal = (std::uint64_t{1} << 33) - 1;  // eleven octal digits
constexpr std::uint64_t kMostPax = 1u << 20;

void put(std::string& block, std::size_t at, std::string_view text) { block.replace(at, text.size(), text); }

/// Sum of a header's bytes, its own field taken as blanks.
unsigned checksum_of(std::string_view block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= 148 && i < 156 ? unsigned{' '} : static_cast<unsigned char>(block[i]);
  return sum;
}

std::string plain_header(std::string_view name, std::uint64_t size, char kind) {
  std::string block(kTarBlock, '\0');
  put(block, 0, name.substr(0, kNameBytes));
  put(block, 100, "0000644");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, 124, fmt::format("{:011o}", size & kMostOctal));
  put(block, 136, "00000000000");
  block[156] = kind;
  put(block, 257, std::string_view("ustar\00000", 8));
  put(block, 148, fmt::format("{:06o}", checksum_of(block)));
  block[155] = ' ';
  return block;
}

/// `<length> <key>=<value>\n`, the length counting itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (rest + std::to_string(length).size() != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

std::optional<std::uint64_t> octal_of(std::string_view field) {
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  const bool ends = end == field.data() + field.size() || *end == '\0' || *end == ' ';
  if (failed != std::errc() || !ends) return std::nullopt;
  return value;
}

std::string_view text_of(std::string_view field) { return field.substr(0, field.find('\0')); }

/// What a PAX header says of the next file.
bool read_pax(std::string_view text, std::optional<std::string>& path, std::optional<std::uint64_t>& length_of_file) {
  while (!text.empty()) {
    std::uint64_t length = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (failed != std::errc() || length > text.size() || length < digits + 3 || text[digits] != ' ') return false;
    std::string_view record = text.substr(digits + 1, static_cast<std::size_t>(length) - digits - 2);
    text.remove_prefix(static_cast<std::size_t>(length));
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view value = record.substr(equals + 1);
    if (record.starts_with("path=")) path = std::string(value);
    if (record.starts_with("size=")) {
      std::uint64_t size = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), size);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return false;
      length_of_file = size;
    }
  }
  return true;
}

bool is_header(std::string_view block) {
  return block.size() == kTarBlock && block.substr(257, 5) == "ustar" &&
         octal_of(block.substr(148, 8)) == checksum_of(block);
}

}  // namespace

std::uint64_t tar_padding(std::uint64_t size) { return (kTarBlock - size % kTarBlock) % kTarBlock; }

std::string tar_end() { return std::string(2 * kTarBlock, '\0'); }

std::string tar_header(std::string_view name, std::uint64_t size) {
  std::string pax;
  if (name.size() > kNameBytes) pax += pax_record("path", name);
  if (size > kMostOctal) pax += pax_record("size", std::to_string(size));
  std::string blocks;
  if (!pax.empty()) {
    blocks = plain_header("pax", pax.size(), 'x') + pax;
    blocks.append(static_cast<std::size_t>(tar_padding(pax.size())), '\0');
  }
  return blocks + plain_header(name, size, '0');
}

Result<TarReader> TarReader::open(const std::filesystem::path& path, std::uint64_t window) {
  AVA_TRY(InFile file, InFile::open(path, window));
  return TarReader(std::move(file));
}

Error TarReader::corrupt(std::uint64_t at, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "tar.corrupt", fmt::format("{}: at byte {}: {}", file_.name(), at, what));
}

Result<void> TarReader::leave() {
  frame_.clear();
  if (!inside_) return {};
  inside_ = false;
  file_.seek(begin_ + size_);
  AVA_TRY(const std::string_view padding, file_.take(tar_padding(size_)));
  frame_ = padding;
  return {};
}

Result<std::string_view> TarReader::block() {
  AVA_TRY(const std::string_view block, file_.take(kTarBlock));
  frame_ += block;
  return block;
}

/// The first of two zero blocks is read.
Result<bool> TarReader::read_end() {
  const std::uint64_t at = file_.at();
  done_ = true;
  AVA_TRY(const std::string_view second, block());
  if (second.size() != kTarBlock || second.find_first_not_of('\0') != std::string_view::npos)
    return corrupt(at, "the archive does not end with two zero blocks");
  while (file_.left() > 0) AVA_CHECK(block());
  return false;
}

Result<bool> TarReader::fail(std::uint64_t at, std::string_view what) {
  done_ = true;
  while (done_ && file_.left() > 0) {
    const std::uint64_t here = file_.at();
    AVA_TRY(const std::string_view block, file_.take(kTarBlock));
    if (!is_header(block)) continue;
    file_.seek(here);
    done_ = false;
  }
  return corrupt(at, what);
}

Result<bool> TarReader::read_pax_header(std::uint64_t size) {
  const std::uint64_t at = file_.at();
  if (size > kMostPax) return fail(at, "a PAX header of more than 1 MiB");
  AVA_TRY(const std::string_view text, file_.take(size + tar_padding(size)));
  frame_ += text;
  pax_path_.reset();
  pax_size_.reset();
  if (text.size() < size || !read_pax(text.substr(0, static_cast<std::size_t>(size)), pax_path_, pax_size_))
    return fail(at, "a PAX header that cannot be read");
  return true;
}

Result<bool> TarReader::next() {
  AVA_CHECK(leave());
  pax_path_.reset();
  pax_size_.reset();
  while (!done_) {
    const std::uint64_t at = file_.at();
    AVA_TRY(const std::string_view head, block());
    if (head.size() < kTarBlock) return fail(at, "the archive is cut short");
    if (head.find_first_not_of('\0') == std::string_view::npos) return read_end();
    const auto size = octal_of(head.substr(124, 12));
    if (!is_header(head) || !size) return fail(at, "no file begins here");
    const char kind = head[156];
    if (kind == 'x') {
      AVA_CHECK(read_pax_header(*size));
      continue;
    }
    if (kind != '0' && kind != '\0') return fail(at, "an entry that is no regular file");
    name_ = pax_path_ ? *pax_path_ : std::string(text_of(head.substr(0, kNameBytes)));
    size_ = pax_size_.value_or(*size);
    begin_ = file_.at();
    if (size_ > file_.left()) return fail(at, "the file ends beyond the archive");
    return inside_ = true;
  }
  return false;
}

Result<std::string_view> TarReader::bytes() {
  AVA_TRY(const std::string_view bytes, file_.take(size_));
  if (bytes.size() != size_) return corrupt(begin_, "the archive became shorter");
  return bytes;
}

}  // namespace ava::format
