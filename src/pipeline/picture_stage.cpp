#include "pipeline/picture_stage.hpp"

#include <fmt/format.h>

#include <utility>

#include "image/codec.hpp"
#include "pipeline/sources.hpp"

namespace ava::pipeline {

std::string planes_of(const image::Pixels& pixels) {
  const std::size_t plane = static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height);
  std::string planes(plane * 3, '\0');
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t channel = 0; channel < 3; ++channel)
      planes[(2 - channel) * plane + i] = static_cast<char>(pixels.data[i * 3 + channel]);
  return planes;
}

bool PictureOptions::transforms() const {
  return resize.mode != image::ResizeSpec::Mode::kNone || check == PictureCheck::kDecode;
}

std::string PictureOptions::transform() const {
  return fmt::format("{}; resize {}, quality {}, check {}", image::transform_version(), resize.str(), quality,
                     schema::name_of(check));
}

Result<cache::MadePicture> PictureStage::make_of(std::string bytes) const {
  image::Info info;
  switch (options_.check) {
    case PictureCheck::kNone: {
      AVA_TRY(info, image::probe(bytes));
      break;
    }
    case PictureCheck::kStructure: {
      AVA_TRY(info, image::verify_structure(bytes));
      break;
    }
    case PictureCheck::kDecode: {
      AVA_TRY(info, image::verify_decode(bytes));
      break;
    }
  }
  cache::MadePicture made{.kind = info.kind,
                          .width = info.width,
                          .height = info.height,
                          .source_width = info.width,
                          .source_height = info.height,
                          .as_fetched = true};
  if (options_.resize.mode == image::ResizeSpec::Mode::kNone) {
    made.bytes = std::move(bytes);
    return made;
  }
  AVA_TRY(image::Encoded fitted, image::fit(std::move(bytes), options_.resize, options_.quality));
  made.bytes = std::move(fitted.bytes);
  made.width = fitted.width;
  made.height = fitted.height;
  made.kind = fitted.kind;
  made.as_fetched = !fitted.changed;
  return made;
}

Result<cache::MadePicture> PictureStage::fetch_and_make(const std::string& url) const {
  AVA_TRY(std::string bytes, resolver_->fetch(url, options_.max_bytes));
  if (made_ == nullptr || !made_->caches()) return make_of(std::move(bytes));
  const Digest key = made_->key_of_content(bytes);
  if (auto found = made_->find_cached(key)) {
    if (found->as_fetched) found->bytes = std::move(bytes);
    return *std::move(found);
  }
  AVA_TRY(auto made, make_of(std::move(bytes)));
  made_->keep_cached(key, made);
  return made;
}

Result<cache::MadePicture> PictureStage::find_or_make(const std::string& url) const {
  // Only a url with a scheme can lead to another machine; asking the resolver for every one would be felt.
  const bool remote = made_ != nullptr && is_url(url) && resolver_->is_remote(url);
  if (made_ == nullptr || !made_->spools(remote)) return fetch_and_make(url);
  const std::string stamp = remote ? "" : resolver_->stamp(url);
  if (!remote && stamp.empty()) return fetch_and_make(url);
  const Digest key = made_->key_of_url(url, stamp);
  if (auto found = made_->find_spooled(key)) {
    if (found->as_fetched) {
      AVA_TRY(found->bytes, resolver_->fetch(url, options_.max_bytes));
    }
    return *std::move(found);
  }
  AVA_TRY(auto made, fetch_and_make(url));
  made_->keep_spooled(key, made, remote);
  return made;
}

Result<Picture> PictureStage::prepare(const sample::Sample& parsed) const {
  AVA_TRY(auto made, find_or_make(parsed.url));
  Picture picture;
  picture.width = made.width;
  picture.height = made.height;
  picture.by = made.by;
  if (options_.planes) {
    AVA_TRY(const image::Pixels pixels, image::decode(made.bytes, {.channels = 3}));
    picture.planes = std::make_shared<const std::string>(planes_of(pixels));
  }
  LabelsMade labels = labels_of(parsed, options_.use, options_.classes,
                                {made.source_width, made.source_height, made.width, made.height});
  if (options_.use.task == format::Task::kDetection && labels.labels.objects.empty() && !options_.negatives)
    return Error(ErrorCode::kCorrupt, "no_object", "no box is left, and one of the formats needs one");
  picture.labels = std::move(labels.labels);
  picture.objects = std::move(labels.objects);
  picture.refused = std::move(labels.rejects);
  picture.extension = image::extension_of(made.kind);
  picture.bytes = std::make_shared<const std::string>(std::move(made.bytes));
  return picture;
}

void DigestPairs::add(Picture& picture) {
  if (waiting_ == nullptr) {
    waiting_ = &picture;
    return;
  }
  const auto digests = sha256_of_two(*waiting_->bytes, *picture.bytes);
  waiting_->sha256 = digests[0];
  picture.sha256 = digests[1];
  waiting_ = nullptr;
}

void DigestPairs::finish() {
  if (waiting_ != nullptr) waiting_->sha256 = sha256(*waiting_->bytes);
  waiting_ = nullptr;
}

Result<std::variant<Picture, sample::Reject>> PictureStage::make(const std::string& line, std::uint64_t line_number,
                                                                 sample::UrlReader& urls) const {
  using Outcome = std::variant<Picture, sample::Reject>;
  sample::Sample parsed;
  if (options_.use.task == format::Task::kClassification) {
    AVA_TRY(parsed.url, urls.url_of(line));  // the plan knows the class
  } else {
    AVA_TRY(parsed, sample::parse_sample(line, options_.list));
  }
  auto picture = prepare(parsed);
  if (picture.ok()) {
    picture->name = name_of_url(parsed.url);
    picture->url = std::move(parsed.url);
    return Outcome(*std::move(picture));
  }
  const Error& error = picture.error();
  const std::string& slug = error.slug();
  if (slug == "file.no_space" || storage::is_store_failure(error) || error.code() == ErrorCode::kCancelled)
    return error;
  sample::Reject reject;
  reject.line = line_number;
  reject.url = std::move(parsed.url);
  reject.slug = slug;
  reject.detail = error.message();
  reject.hint = error.hint();
  return Outcome(std::move(reject));
}

}  // namespace ava::pipeline
