// One item of a list becomes what the writers need: fetched, proven, resized when asked; then hashed, two at a time.
// Pure: the same line and picture give the same answer in any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "cache/made_pictures.hpp"
#include "image/resize.hpp"
#include "pipeline/labels_of.hpp"
#include "pipeline/specs.hpp"
#include "sample/list_reader.hpp"
#include "sample/url_reader.hpp"
#include "storage/resolver.hpp"

namespace ava::pipeline {

/// A picture ready to be written.
struct Picture {
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> planes;  ///< C,H,W, channels B,G,R; only when asked for
  int width = 0;
  int height = 0;
  std::string extension;
  Digest sha256{};
  std::string url;
  std::string name;
  cache::MadeBy by = cache::MadeBy::kThisRun;
  format::Labels labels;  ///< but the class of a classification, which the plan knows
  ObjectCounts objects;
  std::vector<sample::Reject> refused;  ///< single boxes of this picture
};

struct PictureOptions {
  PictureCheck check = PictureCheck::kStructure;
  image::ResizeSpec resize;
  int quality = 95;
  bool planes = false;
  std::uint64_t max_bytes = 512u << 20;
  sample::ListOptions list;  ///< how the line was read
  LabelUse use;
  std::vector<std::string> classes;  ///< sorted: position = class index
  std::string cache;                 ///< as in FormatSpec
  std::uint64_t cache_bytes = 0;
  bool negatives = true;  ///< false: a picture none of whose boxes is left is rejected, `no_object`

  /// More than the structure is looked at, or sizes change: finding the result again saves work.
  bool transforms() const;
  /// Everything that decides what a source becomes.
  std::string transform() const;
};

/// Thread: any number at once.
class PictureStage {
 public:
  /// `made`: where to look for pictures that were finished before, and to keep these; may be none.
  PictureStage(std::shared_ptr<const storage::Resolver> resolver, PictureOptions options,
               std::shared_ptr<cache::MadePictures> made = nullptr)
      : resolver_(std::move(resolver)), options_(std::move(options)), made_(std::move(made)) {}
  /// A bad picture is data: the Reject says why. An Error is for what must end the job (no space, the list changed).
  /// The picture's sha256 is left to DigestPairs. `urls` reads lines as the options' `list` says.
  Result<std::variant<Picture, sample::Reject>> make(const std::string& line, std::uint64_t line_number,
                                                     sample::UrlReader& urls) const;

 private:
  Result<Picture> prepare(const sample::Sample& parsed) const;
  Result<cache::MadePicture> find_or_make(const std::string& url) const;
  Result<cache::MadePicture> fetch_and_make(const std::string& url) const;
  Result<cache::MadePicture> make_of(std::string bytes) const;
  std::shared_ptr<const storage::Resolver> resolver_;
  PictureOptions options_;
  std::shared_ptr<cache::MadePictures> made_;
};

/// Fills in Picture::sha256, two pictures at a time while their bytes are still near the processor.
/// Lifetime: pictures stay where they are until finish(). Thread: not thread-safe.
class DigestPairs {
 public:
  void add(Picture& picture);
  void finish();

 private:
  Picture* waiting_ = nullptr;
};

/// Interleaved RGB to planes B, G, R.
std::string planes_of(const image::Pixels& pixels);

}  // namespace ava::pipeline
