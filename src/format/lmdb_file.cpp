#include "format/lmdb_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "format/datum.hpp"
#include "format/in_file.hpp"
#include "format/raw_bytes.hpp"

namespace ava::format {

static_assert(std::endian::native == std::endian::little, "pages are written as they lie in memory");

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageHeader = 16;
constexpr std::size_t kNodeHeader = 8;
constexpr std::uint16_t kBigData = 1;  // node: the value has pages of its own
constexpr std::uint16_t kOverflow = 4;
constexpr std::uint16_t kMeta = 8;
/// A node above this goes to pages of its own: LMDB wants two nodes on each leaf.
constexpr std::size_t kLargestNode = (((kLmdbPage - kPageHeader) / 2) & ~std::size_t{1}) - sizeof(std::uint16_t);
constexpr std::uint64_t kMapStep = 1u << 20;
/// As much of a value as tells where its picture lies.
constexpr std::size_t kFront = 128;

template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

constexpr std::size_t even(std::size_t bytes) { return (bytes + 1) & ~std::size_t{1}; }

std::uint64_t pages_of(std::size_t value) { return (kPageHeader + value + kLmdbPage - 1) / kLmdbPage; }

std::array<std::uint16_t, 4> node_of(std::uint32_t low, std::uint16_t flags, std::size_t key) {
  return {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(low >> 16), flags,
          static_cast<std::uint16_t>(key)};
}

Error corrupt_page(const InFile& file, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "lmdb.corrupt",
               fmt::format("{}: page {}: {}", file.name(), file.at() / kLmdbPage, what));
}

/// A large value: in place of its picture the picture's digest.
Result<void> outline_value(InFile& file, std::uint64_t pages, Sha256& outline) {
  if (pages == 0 || pages > file.left() / kLmdbPage) return corrupt_page(file, "a value goes beyond the end");
  AVA_TRY(const std::string_view value, file.take(pages * kLmdbPage));
  const auto place = place_of_data(value.substr(kPageHeader, kFront));
  if (!place || place->bytes > value.size() - kPageHeader - place->offset)
    return corrupt_page(file, "a value without a picture");
  const std::size_t from = kPageHeader + place->offset;
  outline.update(value.substr(0, from)).update(sha256(value.substr(from, place->bytes)));
  outline.update(value.substr(from + place->bytes));
  return {};
}

}  // namespace

std::size_t LmdbPage::cost(std::size_t key, std::size_t content) {
  return sizeof(std::uint16_t) + even(kNodeHeader + key + content);
}

char* LmdbPage::add(const std::array<std::uint16_t, 4>& head, std::string_view key, std::size_t content) {
  upper_ -= even(kNodeHeader + key.size() + content);
  store(bytes_.data() + lower_, static_cast<std::uint16_t>(upper_));
  lower_ += sizeof(std::uint16_t);
  ++count_;
  char* at = bytes_.data() + upper_;
  std::memcpy(at, head.data(), kNodeHeader);
  return std::copy(key.begin(), key.end(), at + kNodeHeader);  // the first branch of a page has no key
}

std::array<char, kLmdbPage> LmdbPage::take(std::uint64_t number, Kind kind) {
  store(bytes_.data(), number);
  store(bytes_.data() + 10, static_cast<std::uint16_t>(kind));
  store(bytes_.data() + 12, static_cast<std::uint16_t>(lower_));
  store(bytes_.data() + 14, static_cast<std::uint16_t>(upper_));
  return std::exchange(*this, LmdbPage{}).bytes_;
}

Result<LmdbFile> LmdbFile::create(const fs::path& path) {
  AVA_TRY(PictureFile file, PictureFile::create(path));
  // The meta pages say what nobody knows before the end.
  AVA_CHECK(file.write(std::string(2 * kLmdbPage, '\0')));
  return LmdbFile(std::move(file));
}

Result<void> LmdbFile::put_page(const std::array<char, kLmdbPage>& page) {
  const std::string_view bytes(page.data(), page.size());
  file_.outline().update(bytes);
  ++next_;
  return file_.write(bytes);
}

Result<std::uint64_t> LmdbFile::put_overflow(std::string_view head, const std::shared_ptr<const std::string>& body,
                                             const std::optional<Digest>& known, std::string_view tail) {
  const std::size_t value = head.size() + body->size() + tail.size();
  const std::uint64_t pages = pages_of(value);
  std::string front(kPageHeader, '\0');
  store(front.data(), next_);
  store(front.data() + 10, kOverflow);
  store(front.data() + 12, static_cast<std::uint32_t>(pages));
  std::string back(tail);
  back.resize(tail.size() + pages * kLmdbPage - kPageHeader - value, '\0');
  AVA_CHECK(file_.write_sample(front.append(head), body, known, back));
  overflows_ += pages;
  return std::exchange(next_, next_ + pages);
}

Result<void> LmdbFile::append(std::string_view key, std::string_view head,
                              const std::shared_ptr<const std::string>& body, const std::optional<Digest>& known,
                              std::string_view tail) {
  if (key.empty() || key.size() > kLmdbMaxKey)
    return Error(ErrorCode::kInvalidArgument, "lmdb.key_too_long", fmt::format("a key of {} bytes", key.size()));
  if (entries_ > 0 && key <= last_key_)
    return Error(ErrorCode::kInternal, "lmdb.failed", fmt::format("the key '{}' after '{}'", key, last_key_));
  const std::size_t value = head.size() + body->size() + tail.size();
  const bool large = kNodeHeader + key.size() + value > kLargestNode;
  const std::size_t content = large ? sizeof(std::uint64_t) : value;
  if (!leaf_.fits(key.size(), content)) AVA_CHECK(put_leaf());
  if (leaf_.empty()) first_key_ = key;
  // The value's pages lie before their leaf's.
  std::uint64_t place = 0;
  if (large) {
    AVA_TRY(place, put_overflow(head, body, known, tail));
  }
  char* to = leaf_.add(node_of(static_cast<std::uint32_t>(value), large ? kBigData : 0, key.size()), key, content);
  if (large) {
    store(to, place);
  } else {
    for (const std::string_view part : {head, std::string_view(*body), tail})
      to = std::copy(part.begin(), part.end(), to);
  }
  last_key_ = key;
  ++entries_;
  return {};
}

Result<void> LmdbFile::put_leaf() {
  const std::uint64_t number = next_;
  ++leaves_;
  AVA_CHECK(put_page(leaf_.take(number, LmdbPage::kLeaf)));
  return add_child(0, {std::move(first_key_), number});
}

/// The first child's key is not written: everything below the second's is there.
Result<std::uint64_t> LmdbFile::put_branch(const std::vector<Child>& children) {
  LmdbPage page;
  for (const Child& child : children) {
    const std::string_view key = page.empty() ? std::string_view() : std::string_view(child.key);
    page.add(node_of(static_cast<std::uint32_t>(child.page), static_cast<std::uint16_t>(child.page >> 32), key.size()),
             key, 0);
  }
  const std::uint64_t number = next_;
  ++branches_;
  AVA_CHECK(put_page(page.take(number, LmdbPage::kBranch)));
  return number;
}

/// A full page leaves its last child to the next one, so that no page has only one: LMDB takes that for damage.
Result<void> LmdbFile::add_child(std::size_t level, Child child) {
  if (level == levels_.size()) levels_.emplace_back();
  Level& here = levels_[level];
  const std::size_t cost = LmdbPage::cost(here.children.empty() ? 0 : child.key.size(), 0);
  if (here.bytes + cost > kLmdbPage - kPageHeader) {
    std::vector<Child> next;
    next.push_back(std::move(here.children.back()));
    here.children.pop_back();
    AVA_TRY(const std::uint64_t number, put_branch(here.children));
    AVA_CHECK(add_child(level + 1, {std::move(here.children.front().key), number}));
    here.children = std::move(next);
    here.bytes = LmdbPage::cost(0, 0);
  }
  here.bytes += LmdbPage::cost(here.children.empty() ? 0 : child.key.size(), 0);
  here.children.push_back(std::move(child));
  return {};
}

Result<void> LmdbFile::put_tree() {
  if (entries_ == 0) return {};
  if (!leaf_.empty()) AVA_CHECK(put_leaf());
  for (std::size_t level = 0;; ++level) {
    std::vector<Child>& children = levels_[level].children;
    if (children.size() == 1) {  // only at the top
      root_ = children.front().page;
      depth_ = static_cast<std::uint16_t>(level + 1);
      return {};
    }
    AVA_TRY(const std::uint64_t number, put_branch(children));
    AVA_CHECK(add_child(level + 1, {std::move(children.front().key), number}));
  }
}

/// The first is that of an empty store, as LMDB's own compact copy leaves it; the second counts.
std::string LmdbFile::meta_pages() const {
  constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::string bytes(2 * kLmdbPage, '\0');
  for (std::uint64_t number = 0; number < 2; ++number) {
    char* page = bytes.data() + number * kLmdbPage;
    store(page, number);
    store(page + 10, kMeta);
    char* meta = page + kPageHeader;
    store<std::uint32_t>(meta, 0xBEEFC0DE);
    store<std::uint32_t>(meta + 4, 1);  // version
    store<std::uint64_t>(meta + 16, (next_ * kLmdbPage + kMapStep - 1) / kMapStep * kMapStep);
    store<std::uint32_t>(meta + 24, kLmdbPage);
    store<std::uint16_t>(meta + 28, 8);  // the list of free pages, which is empty, has numbers for keys
    store(meta + 64, kNone);
    store(meta + 112, kNone);
    store<std::uint64_t>(meta + 120, 1);  // last page
  }
  char* meta = bytes.data() + kLmdbPage + kPageHeader;
  store(meta + 78, depth_);
  store(meta + 80, branches_);
  store(meta + 88, leaves_);
  store(meta + 96, overflows_);
  store(meta + 104, entries_);
  store(meta + 112, root_);
  store<std::uint64_t>(meta + 120, next_ - 1);
  store<std::uint64_t>(meta + 128, 1);  // transaction
  return bytes;
}

Result<void> LmdbFile::close() {
  AVA_CHECK(put_tree());
  const std::string metas = meta_pages();
  file_.outline().update(std::string_view(metas));
  AVA_CHECK(file_.overwrite(0, metas));
  return file_.close();
}

Result<Digest> lmdb_outline_of(const fs::path& path) {
  AVA_TRY(InFile file, InFile::open(path));
  if (file.size() < 2 * kLmdbPage || file.size() % kLmdbPage != 0) return corrupt_page(file, "the file is cut short");
  Sha256 outline;
  file.seek(2 * kLmdbPage);
  while (file.left() > 0) {
    AVA_TRY(const std::string_view page, file.take(kLmdbPage));
    if (load<std::uint16_t>(page.data() + 10) != kOverflow) {
      outline.update(page);
      continue;
    }
    const std::uint64_t pages = load<std::uint32_t>(page.data() + 12);
    file.seek(file.at() - kLmdbPage);
    AVA_CHECK(outline_value(file, pages, outline));
  }
  file.seek(0);
  AVA_TRY(const std::string_view metas, file.take(2 * kLmdbPage));
  return outline.update(metas).finish();
}

}  // namespace ava::format
