#include "format/pickle.hpp"

#include <fmt/format.h>

#include <cstring>

namespace ava::format::pickle {

namespace {

using namespace std::string_view_literals;

// The names load under Python 2 and 3, old NumPy and new. `_reconstruct(ndarray, (0,), 'b')`, then the state.
constexpr std::string_view kArray =
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R(K\1"sv;  // 1: the state's version
constexpr std::string_view kType = "cnumpy\ndtype\nU\2"sv;
constexpr std::string_view kTypeState = "K\0K\1\x87R(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"sv;
// Array bytes as text that latin1 turns into bytes: a str in Python 2, bytes in Python 3.
constexpr std::string_view kBytes = "c_codecs\nencode\nX"sv;
constexpr std::string_view kBytesEnd = "U\6latin1\x86Rtb"sv;
constexpr std::uint32_t kMostBytes = 1u << 28;  // of an array

std::uint32_t item_size(std::string_view type) { return static_cast<std::uint32_t>(type.back() - '0'); }

void put_u32(std::string& out, std::uint32_t value) {
  char raw[4];
  std::memcpy(raw, &value, sizeof raw);
  out.append(raw, sizeof raw);
}

void put_shape(std::string& out, std::uint32_t rows, std::uint32_t columns) {
  put_int(out, rows);
  if (columns > 0) put_int(out, columns);
  out += columns > 0 ? kTuple2 : "\x85"sv;
}

std::string utf8_of_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) text += static_cast<char>(0xC0 | byte >> 6);
    text += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
  }
  return text;
}

}  // namespace

void put_text(std::string& out, std::string_view text) {
  out += 'U';
  out += static_cast<char>(text.size());
  out += text;
}

void put_int(std::string& out, std::uint32_t value) {
  out += value < 0x100 ? 'K' : value < 0x10000 ? 'M' : 'J';
  std::string raw;
  put_u32(raw, value);
  out += raw.substr(0, value < 0x100 ? 1 : value < 0x10000 ? 2 : 4);
}

void put_array(std::string& out, const Array& array) {
  const std::size_t row = std::size_t{item_size(array.type)} * std::max(array.columns, 1u);
  out += kArray;
  put_shape(out, static_cast<std::uint32_t>(array.bytes.size() / row), array.columns);
  out += kType;
  out += array.type;
  out += kTypeState;
  out += kBytes;
  const std::string text = utf8_of_latin1(array.bytes);
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
  out += kBytesEnd;
}

Error Scanner::unexpected(std::uint64_t at, std::string_view what) const {
  return Error(ErrorCode::kCorrupt, "pickle.unexpected", fmt::format("{}: at byte {}: {}", file_.name(), at, what));
}

Result<char> Scanner::peek() {
  const std::uint64_t here = at();
  AVA_TRY(const std::string_view byte, file_.take(1));
  const char first = byte.empty() ? '\0' : byte.front();
  file_.seek(here);
  return first;
}

Result<void> Scanner::expect(std::string_view bytes) {
  const std::uint64_t here = at();
  AVA_TRY(const std::string_view found, file_.take(bytes.size()));
  if (found == bytes) return {};
  std::size_t same = 0;
  while (same < found.size() && found[same] == bytes[same]) ++same;
  if (same == found.size()) return unexpected(here + same, "the file ends within an entry");
  return unexpected(here + same,
                    fmt::format("{:#04x} instead of {:#04x}; AVA writes no such pickle and runs none",
                                static_cast<unsigned char>(found[same]), static_cast<unsigned char>(bytes[same])));
}

Result<std::string> Scanner::text() {
  AVA_CHECK(expect("U"));
  AVA_TRY(const std::string_view size, file_.take(1));
  if (size.empty()) return unexpected(at(), "the file ends within a text");
  const auto wanted = static_cast<unsigned char>(size.front());
  AVA_TRY(const std::string_view bytes, file_.take(wanted));
  if (bytes.size() < wanted) return unexpected(at(), "the file ends within a text");
  return std::string(bytes);
}

Result<std::uint32_t> Scanner::integer() {
  const std::uint64_t here = at();
  AVA_TRY(const char opcode, peek());
  const std::size_t size = opcode == 'K' ? 1 : opcode == 'M' ? 2 : opcode == 'J' ? 4 : 0;
  if (size == 0) return unexpected(here, "no number");
  AVA_TRY(const std::string_view bytes, file_.take(1 + size));
  if (bytes.size() < 1 + size) return unexpected(at(), "the file ends within a number");
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + 1, size);
  if (value > 0x7FFFFFFF) return unexpected(here, "a number below 0");
  return value;
}

Result<std::string> Scanner::latin1() {
  const std::uint64_t here = at();
  AVA_TRY(const std::string_view size, file_.take(4));
  if (size.size() < 4) return unexpected(here, "the file ends within an array");
  std::uint32_t wanted = 0;
  std::memcpy(&wanted, size.data(), sizeof wanted);
  if (wanted > kMostBytes || wanted > file_.left()) return unexpected(here, "an array longer than the file");
  AVA_TRY(const std::string_view text, file_.take(wanted));
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
      continue;
    }
    const bool pair = (byte & 0xFE) == 0xC2 && i + 1 < text.size() && (text[i + 1] & 0xC0) == 0x80;
    if (!pair) return unexpected(here + 4 + i, "text that is not latin1");
    bytes += static_cast<char>((byte & 3) << 6 | (text[++i] & 0x3F));
  }
  return bytes;
}

Result<std::string> Scanner::array(std::string_view type, std::uint32_t columns, std::uint32_t& rows) {
  AVA_CHECK(expect(kArray));
  const std::uint64_t here = at();
  AVA_TRY(rows, integer());
  std::string rest;
  put_shape(rest, 0, columns);
  rest.erase(0, 2);  // the number of rows, which was read
  AVA_CHECK(expect(rest + std::string(kType) + std::string(type) + std::string(kTypeState) + std::string(kBytes)));
  AVA_TRY(std::string bytes, latin1());
  if (bytes.size() != std::uint64_t{rows} * std::max(columns, 1u) * item_size(type))
    return unexpected(here, fmt::format("an array of {} rows has {} bytes", rows, bytes.size()));
  AVA_CHECK(expect(kBytesEnd));
  return bytes;
}

}  // namespace ava::format::pickle
