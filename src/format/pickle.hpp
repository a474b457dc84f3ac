// Python pickles of protocol 2, as far as roidb files need them: lists of dicts of NumPy arrays and plain values. The
// reader knows the same few byte strings and refuses all others: it looks up no name, builds no object, runs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "format/in_file.hpp"

namespace ava::format::pickle {

// Opcodes, named as pickletools does.
inline constexpr std::string_view kStart = "\x80\x02]";  ///< PROTO 2, EMPTY_LIST
inline constexpr std::string_view kMark = "(";
inline constexpr std::string_view kAppends = "e";  ///< what stands since the mark, to the list
inline constexpr std::string_view kDict = "}(";    ///< EMPTY_DICT, MARK: keys and values follow
inline constexpr std::string_view kSetItems = "u";
inline constexpr std::string_view kStop = ".";
inline constexpr std::string_view kFalse = "\x89";
inline constexpr std::string_view kTrue = "\x88";
inline constexpr std::string_view kTuple2 = "\x86";
inline constexpr std::string_view kTuple3 = "\x87";
inline constexpr std::string_view kReduce = "R";

/// ASCII, at most 255 bytes: str in Python 2 and 3.
void put_text(std::string& out, std::string_view text);
/// From 0 to 2^31 - 1.
void put_int(std::string& out, std::uint32_t value);

/// A NumPy array, C order, little-endian. `columns` 0: one dimension.
struct Array {
  std::string_view type;  ///< "u2", "i4", "i8", "f4"
  std::uint32_t columns = 0;
  std::string bytes;
};
void put_array(std::string& out, const Array& array);

/// Reads what was put, in order. Errors: kCorrupt `pickle.unexpected` names the byte. Thread: not thread-safe.
class Scanner {
 public:
  explicit Scanner(InFile file) : file_(std::move(file)) {}

  std::uint64_t at() const { return file_.at(); }
  bool done() const { return file_.left() == 0; }
  /// The next byte without moving; 0 at the end.
  Result<char> peek();
  Result<void> expect(std::string_view bytes);
  Result<std::string> text();
  Result<std::uint32_t> integer();
  /// The bytes of an array of this type and shape; `rows` gets its length.
  Result<std::string> array(std::string_view type, std::uint32_t columns, std::uint32_t& rows);

 private:
  Error unexpected(std::uint64_t at, std::string_view what) const;
  Result<std::string> latin1();

  InFile file_;
};

}  // namespace ava::format::pickle
