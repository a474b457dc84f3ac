#include "pipeline/fingerprint_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/digest.hpp"
#include "cache/made_pictures.hpp"
#include "image/perceptual_hash.hpp"
#include "pipeline/ordered.hpp"

namespace ava::pipeline {

namespace {

constexpr std::uint64_t kItemsPerBatch = 64;

struct Printed {
  std::uint32_t item = 0;
  Fingerprint print;
  std::optional<sample::Reject> bad;
};

/// What pictures were found to look like before; decoding each would be most of the work.
std::shared_ptr<cache::MadePictures> looks_of(const PictureOptions& options) {
  return cache::MadePictures::open(
      {.cache = options.cache,
       .cache_bytes = options.cache_bytes,
       .transform = fmt::format("{}; {}", image::transform_version(), image::kPerceptualHashVersion),
       .transforms = true});
}

Result<std::uint64_t> look_of(const std::string& bytes, const Digest& digest, cache::MadePictures& looks) {
  const Digest key = looks.key_of_content(digest);
  if (const auto found = looks.find_number(key)) return *found;
  AVA_TRY(const std::uint64_t look, image::perceptual_hash(bytes));
  looks.keep_number(key, look);
  return look;
}

/// `looks`: none when only copies are looked for.
Result<Printed> print_of(std::uint32_t item, const CatalogueItem& place, const ListFile& list,
                         const PictureStage& stage, sample::UrlReader& urls, cache::MadePictures* looks) {
  Printed made{.item = item};
  AVA_TRY(const std::string line, list.read_at(place.offset, place.bytes));
  AVA_TRY(auto outcome, stage.make(line, place.line, urls));
  if (auto* reject = std::get_if<sample::Reject>(&outcome)) {
    made.bad = std::move(*reject);
    return made;
  }
  const Picture& picture = std::get<Picture>(outcome);
  const Digest digest = sha256(*picture.bytes);
  for (std::size_t i = 0; i < sizeof made.print.bytes; ++i) made.print.bytes = made.print.bytes << 8 | digest[i];
  if (looks == nullptr) return made;
  const auto hash = look_of(*picture.bytes, digest, *looks);
  if (hash.ok()) {
    made.print.shown = *hash;
    return made;
  }
  made.bad.emplace();
  made.bad->line = place.line;
  made.bad->url = picture.url;
  made.bad->slug = hash.error().slug();
  made.bad->detail = hash.error().message();
  return made;
}

}  // namespace

Result<std::vector<Fingerprint>> fingerprints_of(const Catalogue& catalogue, const ListFile& list,
                                                 const std::shared_ptr<const storage::Resolver>& resolver,
                                                 const PictureOptions& options, bool shown, unsigned threads,
                                                 ProgressMeter& meter, const OnBadPicture& on_bad,
                                                 const std::stop_token& stop) {
  PictureOptions as_they_are = options;
  as_they_are.resize = {};
  as_they_are.planes = false;
  as_they_are.use = {};
  const PictureStage stage(resolver, as_they_are);
  const auto looks = shown ? looks_of(options) : nullptr;
  std::vector<Fingerprint> prints(catalogue.items.size());
  const std::uint64_t batches = (prints.size() + kItemsPerBatch - 1) / kItemsPerBatch;
  meter.begin("look for copies", prints.size(), "items");
  Ordered<std::vector<Printed>> ordered(batches, threads);
  const auto produce = [&](std::uint64_t batch, const std::stop_token& cancelled) -> Result<std::vector<Printed>> {
    std::vector<Printed> made;
    sample::UrlReader urls(options.list);
    const std::uint64_t to = std::min<std::uint64_t>((batch + 1) * kItemsPerBatch, prints.size());
    for (std::uint64_t i = batch * kItemsPerBatch; i < to && !cancelled.stop_requested(); ++i) {
      AVA_TRY(Printed one, print_of(static_cast<std::uint32_t>(i), catalogue.items[i], list, stage, urls, looks.get()));
      made.push_back(std::move(one));
    }
    return made;
  };
  const auto consume = [&](const std::vector<Printed>& made) -> Result<void> {
    for (const Printed& one : made) {
      if (one.bad) AVA_CHECK(on_bad(one.item, *one.bad));
      if (!one.bad) prints[one.item] = one.print;
    }
    meter.add(made.size());
    return {};
  };
  AVA_CHECK(ordered.run(produce, consume, stop));
  return prints;
}

}  // namespace ava::pipeline
