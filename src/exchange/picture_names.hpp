// What a file is, told by its name: a picture, a note beside pictures, or something nobody expected there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "exchange/tree.hpp"

namespace ava::exchange {

enum class NameKind : std::uint8_t {
  kPicture,
  kSideFile,  ///< hidden files, files of systems, notes, labels: LICENSE, Thumbs.db, *.txt, *.xml ...
  kOther,
};
NameKind kind_of_name(std::string_view name);
inline bool is_picture(std::string_view name) { return kind_of_name(name) == NameKind::kPicture; }
/// ".jpg" and so on in lower case, and what else a picture file ends in.
bool ends_like(std::string_view name, std::string_view lower_case_ending);

/// A set of names of which only 64 bits each are kept: adding first, asking then.
class NameSet {
 public:
  void add(std::string_view name);
  /// True for every name that was added, and for another one in 2^64 / size().
  bool has(std::string_view name);
  std::size_t size() const { return hashes_.size(); }

 private:
  std::vector<std::uint64_t> hashes_;
  bool sorted_ = true;
};

/// The pictures of a tree. Units: 8 bytes of memory each.
class Pictures {
 public:
  /// `all`: do not look, take every name for a picture that is there ("labels only").
  static Result<Pictures> of(const Tree& tree, bool all, const std::stop_token& stop);
  bool has(std::string_view name) { return all_ || names_.has(name); }
  /// The first of the names that is there, or an empty text.
  std::string first_of(const std::vector<std::string>& names);
  std::size_t size() const { return names_.size(); }

 private:
  NameSet names_;
  bool all_ = false;
};

}  // namespace ava::exchange
