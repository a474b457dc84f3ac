#include "graph/picture.hpp"

#include <fmt/format.h>

#include <charconv>

#include "augment/op_text.hpp"

namespace ava::graph {

namespace {

constexpr std::uint64_t kMostBytes = 512u << 20;
constexpr int kUsualQuality = 95;

Result<std::string> encode_as(augment::Scene& scene, const Encoding& encoding) {
  AVA_TRY(const image::Pixels* pixels, scene.pixels());
  if (encoding.kind == image::Kind::kPng) return image::encode_png(*pixels);
  return image::encode_jpeg(*pixels, encoding.quality);
}

std::string step_text(const Encoding& encoding) {
  if (encoding.kind == image::Kind::kPng) return "encode/png";
  return encoding.quality == kUsualQuality ? "encode/jpg" : fmt::format("encode/jpg,{}", encoding.quality);
}

Result<Encoding> parse_encoding(std::string_view text) {
  const Error bad(ErrorCode::kInvalidArgument, "op.bad_argument",
                  fmt::format("'{}' is no way to write a picture", text));
  if (text == "encode/png") return Encoding{image::Kind::kPng, kUsualQuality};
  constexpr std::string_view kJpeg = "encode/jpg";
  if (!text.starts_with(kJpeg)) return bad;
  Encoding encoding;
  text.remove_prefix(kJpeg.size());
  if (text.empty()) return encoding;
  const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + text.size(), encoding.quality);
  if (text.front() != ',' || fault != std::errc() || end != text.data() + text.size()) return bad;
  return encoding;
}

}  // namespace

Result<Source> Source::fetch(const storage::Resolver& resolver, const std::string& url) {
  AVA_TRY(std::string bytes, resolver.fetch(url, kMostBytes));
  return of(std::move(bytes));
}

Result<Source> Source::of(std::string bytes) {
  Source source;
  AVA_TRY(source.info_, image::probe(bytes));
  source.bytes_ = std::move(bytes);
  const bool turned = source.info_.orientation >= 5;
  source.width_ = turned ? source.info_.height : source.info_.width;
  source.height_ = turned ? source.info_.width : source.info_.height;
  return source;
}

Result<image::Pixels> Source::pixels() {
  if (!pixels_) {
    AVA_TRY(pixels_, image::decode(bytes_, {.apply_orientation = true}));
    verified_ = true;
  }
  return *pixels_;
}

Result<void> Source::verify() {
  if (verified_) return {};
  AVA_CHECK(image::verify_decode(bytes_));
  verified_ = true;
  return {};
}

std::string OpsText::str() const {
  std::string text = augment::ops_text(steps);
  if (!encoding) return text;
  text.pop_back();
  return text + (steps.empty() ? "" : ";") + step_text(*encoding) + ")";
}

Result<OpsText> OpsText::parse(std::string_view text) {
  OpsText parsed;
  const std::size_t at = text.rfind("encode/");
  const bool last = at != std::string_view::npos && at > 0 && (text[at - 1] == ';' || text[at - 1] == '(') &&
                    text.ends_with(')') && text.find(';', at) == std::string_view::npos;
  std::string rest(text);
  if (last) {
    AVA_TRY(parsed.encoding, parse_encoding(text.substr(at, text.size() - at - 1)));
    rest = std::string(text.substr(0, text[at - 1] == ';' ? at - 1 : at)) + ")";
  }
  AVA_TRY(parsed.steps, augment::parse_steps(rest));
  return parsed;
}

Result<std::string> encode(augment::Scene& scene, Source& source, const PictureSettings& settings, OpsText& text) {
  Encoding wanted{source.kind(), settings.quality};
  if (settings.kind != "same") wanted.kind = settings.kind == "png" ? image::Kind::kPng : image::Kind::kJpeg;
  const bool usual =
      wanted.kind == source.kind() && (wanted.kind != image::Kind::kJpeg || wanted.quality == kUsualQuality);
  const bool touched = scene.changed() || wanted.kind != source.kind();
  if (touched && !usual) text.encoding = wanted;
  return encode_again(scene, source, text);
}

Result<std::string> encode_again(augment::Scene& scene, Source& source, const OpsText& text) {
  if (text.encoding) return encode_as(scene, *text.encoding);
  if (scene.changed()) return encode_as(scene, {source.kind(), kUsualQuality});
  AVA_CHECK(source.verify());
  return source.bytes();
}

std::string_view extension_after(const Source& source, const OpsText& text) {
  return image::extension_of(text.encoding ? text.encoding->kind : source.kind());
}

Result<sample::Sample> OtherRows::row(std::uint64_t number) {
  AVA_TRY(sample::Sample row, read_row_(number));
  return met_[row.url] = std::move(row);
}

Result<image::Pixels> OtherRows::pixels(const std::string& url) {
  AVA_TRY(const std::string bytes, resolver_.fetch(url, kMostBytes));
  return image::decode(bytes, {.channels = 3, .apply_orientation = true});
}

const sample::Sample* OtherRows::labels(const std::string& url) {
  const auto found = met_.find(url);
  return found == met_.end() ? nullptr : &found->second;
}

}  // namespace ava::graph
