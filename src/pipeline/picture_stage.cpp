#include "pipeline/picture_stage.hpp"

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

Result<Picture> PictureStage::prepare(const sample::Sample& parsed) const {
  Picture picture;
  AVA_TRY(std::string bytes, resolver_->fetch(parsed.url, options_.max_bytes));
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
  picture.width = info.width;
  picture.height = info.height;
  image::Kind kind = info.kind;
  if (options_.resize.mode != image::ResizeSpec::Mode::kNone) {
    AVA_TRY(image::Encoded fitted, image::fit(std::move(bytes), options_.resize, options_.quality));
    bytes = std::move(fitted.bytes);
    picture.width = fitted.width;
    picture.height = fitted.height;
    kind = fitted.kind;
  }
  if (options_.planes) {
    AVA_TRY(const image::Pixels pixels, image::decode(bytes, {.channels = 3}));
    picture.planes = std::make_shared<const std::string>(planes_of(pixels));
  }
  LabelsMade made =
      labels_of(parsed, options_.use, options_.classes, {info.width, info.height, picture.width, picture.height});
  if (options_.use.task == format::Task::kDetection && made.labels.objects.empty() && !options_.negatives)
    return Error(ErrorCode::kCorrupt, "no_object", "no box is left, and one of the formats needs one");
  picture.labels = std::move(made.labels);
  picture.objects = std::move(made.objects);
  picture.refused = std::move(made.rejects);
  picture.extension = image::extension_of(kind);
  picture.bytes = std::make_shared<const std::string>(std::move(bytes));
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

Result<std::variant<Picture, sample::Reject>> PictureStage::make(const std::string& line,
                                                                 std::uint64_t line_number) const {
  using Outcome = std::variant<Picture, sample::Reject>;
  AVA_TRY(sample::Sample parsed, sample::parse_sample(line, options_.list));
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
