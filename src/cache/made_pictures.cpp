#include "cache/made_pictures.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/log.hpp"

namespace ava::cache {

namespace fs = std::filesystem;

namespace {

/// Numbers of a Kept: width, height, source width, source height, kind with this mark.
constexpr std::uint32_t kWithoutBytes = 1u << 31;

std::shared_ptr<KeyedLog> open_or_warn(const fs::path& folder, std::uint64_t max_bytes) {
  auto opened = KeyedLog::open(folder, max_bytes);
  if (opened.ok()) return *std::move(opened);
  log::warn("cache", "not used: {}", opened.error().text());
  return nullptr;
}

/// What an attempt at another job left would only take room.
void remove_others(const fs::path& spool, const std::string& own) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(spool, failed))
    if (entry.path().filename() != own) (void)file::remove_tree(entry.path()).ok();
}

/// The disk is for the sets: they shall not miss the room because their pictures are kept for another attempt.
std::uint64_t quarter_of_free(const fs::path& spool, std::uint64_t taken_already) {
  std::error_code unknown;
  const fs::space_info disk = fs::space(spool, unknown);
  return unknown ? 0 : (disk.available + taken_already) / 4;
}

}  // namespace

std::shared_ptr<MadePictures> MadePictures::open(const MadeOptions& options) {
  auto made = std::make_shared<MadePictures>();
  made->transform_ = options.transform;
  made->transforms_ = options.transforms;
  if (!options.cache.empty() && options.transforms) made->cache_ = open_or_warn(options.cache, options.cache_bytes);
  if (!options.spool.empty()) {
    const std::string own = to_hex(sha256(options.list + '\n' + options.transform)).substr(0, 16);
    remove_others(options.spool, own);
    made->spool_ = open_or_warn(options.spool / own, 0);
    if (made->spool_) made->spool_limit_ = quarter_of_free(options.spool, made->spool_->bytes());
  }
  return made;
}

Digest MadePictures::key_of(std::string_view kind, std::string_view what, std::string_view stamp) const {
  Sha256 hash;
  for (const std::string_view part : {kind, std::string_view(transform_), stamp, what})
    hash.update(fmt::format("{}:", part.size())).update(part);
  return hash.finish();
}

Digest MadePictures::key_of_url(std::string_view url, std::string_view stamp) const {
  return key_of("url", url, stamp);
}

Digest MadePictures::key_of_content(std::string_view source) const { return key_of_content(sha256(source)); }

Digest MadePictures::key_of_content(const Digest& source) const {
  return key_of("content", {reinterpret_cast<const char*>(source.data()), source.size()}, {});
}

std::optional<std::uint64_t> MadePictures::find_number(const Digest& key) const {
  const auto kept = cache_ == nullptr ? std::nullopt : cache_->find(key);
  if (!kept) return {};
  return std::uint64_t{kept->numbers[1]} << 32 | kept->numbers[0];
}

void MadePictures::keep_number(const Digest& key, std::uint64_t number) {
  if (cache_ != nullptr)
    cache_->keep(key, {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32)}, {});
}

std::optional<MadePicture> MadePictures::find(KeyedLog* log, const Digest& key, MadeBy by) {
  if (log == nullptr) return {};
  auto kept = log->find(key);
  if (!kept) return {};
  const auto& numbers = kept->numbers;
  MadePicture picture{.bytes = std::move(kept->bytes),
                      .kind = static_cast<image::Kind>(numbers[4] & 0xff),
                      .width = static_cast<int>(numbers[0]),
                      .height = static_cast<int>(numbers[1]),
                      .source_width = static_cast<int>(numbers[2]),
                      .source_height = static_cast<int>(numbers[3]),
                      .as_fetched = (numbers[4] & kWithoutBytes) != 0,
                      .by = kept->by_this_run ? MadeBy::kThisRun : by};
  return picture;
}

void MadePictures::keep(KeyedLog* log, const Digest& key, const MadePicture& picture, bool with_source) {
  if (log == nullptr) return;
  const bool left_out = picture.as_fetched && !with_source;
  log->keep(key,
            {static_cast<std::uint32_t>(picture.width), static_cast<std::uint32_t>(picture.height),
             static_cast<std::uint32_t>(picture.source_width), static_cast<std::uint32_t>(picture.source_height),
             static_cast<std::uint32_t>(picture.kind) | (left_out ? kWithoutBytes : 0)},
            left_out ? std::string_view() : std::string_view(picture.bytes));
}

}  // namespace ava::cache
