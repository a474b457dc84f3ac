// A source's picture, fetched once and decoded at most once, and what is written of a picture when everything is done.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "augment/op.hpp"
#include "augment/scene.hpp"
#include "graph/graph.hpp"
#include "image/codec.hpp"
#include "storage/resolver.hpp"

namespace ava::graph {

/// Thread: one at a time.
class Source {
 public:
  /// Errors: those of the resolver and of probing.
  static Result<Source> fetch(const storage::Resolver& resolver, const std::string& url);
  static Result<Source> of(std::string bytes);
  const std::string& bytes() const { return bytes_; }
  image::Kind kind() const { return info_.kind; }
  int width() const { return width_; }  ///< upright
  int height() const { return height_; }
  /// Upright pixels, decoded the first time. Lifetime: the source must outlive the scene this is given to.
  Result<image::Pixels> pixels();
  /// That the bytes decode to their end: for pictures that are passed on as they are.
  Result<void> verify();

 private:
  std::string bytes_;
  image::Info info_;
  int width_ = 0;
  int height_ = 0;
  std::optional<image::Pixels> pixels_;
  bool verified_ = false;
};

/// How a picture was written, where that does not follow from its source.
struct Encoding {
  image::Kind kind = image::Kind::kJpeg;
  int quality = 95;
};

/// What is done to a picture, as `ops` of a row: the steps, and an `encode` when it is not the usual one.
struct OpsText {
  std::vector<augment::Step> steps;
  std::optional<Encoding> encoding;
  std::string str() const;
  /// Errors: those of augment::parse_steps(), `op.bad_argument`.
  static Result<OpsText> parse(std::string_view text);
};

/// The picture of a scene that is done. Sets `text.encoding` where settings say so. The source's own bytes when nothing
/// touched it. Errors: those of decoding and encoding.
Result<std::string> encode(augment::Scene& scene, Source& source, const PictureSettings& settings, OpsText& text);
/// The same of a text that was written: the bytes it had then.
Result<std::string> encode_again(augment::Scene& scene, Source& source, const OpsText& text);
/// "jpg" or "png", of what encode() gives.
std::string_view extension_after(const Source& source, const OpsText& text);

/// Rows by number and pictures by url, for operations that need several.
/// Thread: one at a time. Lifetime: what it was made of must outlive it.
class OtherRows : public augment::Others {
 public:
  using ReadRow = std::function<Result<sample::Sample>(std::uint64_t number)>;
  OtherRows(const storage::Resolver& resolver, std::uint64_t size, ReadRow read_row)
      : resolver_(resolver), size_(size), read_row_(std::move(read_row)) {}
  std::uint64_t size() const override { return size_; }
  Result<sample::Sample> row(std::uint64_t number) override;
  Result<image::Pixels> pixels(const std::string& url) override;
  const sample::Sample* labels(const std::string& url) override;

 private:
  const storage::Resolver& resolver_;
  std::uint64_t size_;
  ReadRow read_row_;
  std::map<std::string, sample::Sample> met_;
};

}  // namespace ava::graph
