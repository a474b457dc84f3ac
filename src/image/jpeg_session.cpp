#include "image/jpeg_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <jerror.h>

namespace ava::image::jpeg {

namespace {

void on_exit(j_common_ptr codec) {
  auto* errors = reinterpret_cast<Errors*>(codec->err);
  codec->err->format_message(codec, errors->text);
  std::longjmp(errors->back, 1);
}

void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  auto* errors = reinterpret_cast<Errors*>(codec->err);
  // Padding before a marker is common and harmless; nothing of the picture is lost.
  if (codec->err->msg_code == JWRN_EXTRANEOUS_DATA) return;
  if (errors->first_warning != 0) return;
  errors->first_warning = codec->err->msg_code;
  codec->err->format_message(codec, errors->text);
}

void no_output(j_common_ptr) {}

jpeg_error_mgr* prepare(Errors& errors) {
  jpeg_error_mgr* base = jpeg_std_error(&errors.base);
  base->error_exit = on_exit;
  base->emit_message = on_message;
  base->output_message = no_output;
  return base;
}

bool means_truncated(int code) {
  return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY;
}

}  // namespace

Decoder::Decoder() {
  codec.err = prepare(errors);
  jpeg_create_decompress(&codec);
}

Encoder::Encoder(std::size_t samples)
    : room(std::make_unique_for_overwrite<unsigned char[]>(samples + 1024)), out(room.get()), size(samples + 1024) {
  codec.err = prepare(errors);
  jpeg_create_compress(&codec);
}

Encoder::~Encoder() {
  jpeg_destroy_compress(&codec);
  if (out != room.get()) std::free(out);
}

bool start(Decoder& d, std::string_view bytes) {
  if (setjmp(d.errors.back) != 0) return false;
  jpeg_mem_src(&d.codec, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return jpeg_read_header(&d.codec, TRUE) == JPEG_HEADER_OK;
}

void choose_scale(jpeg_decompress_struct& codec, int at_least_width, int at_least_height) {
  codec.scale_num = 1;
  codec.scale_denom = 1;
  if (at_least_width <= 0 || at_least_height <= 0) return;
  for (unsigned denom = 2; denom <= 8; denom *= 2)
    if ((codec.image_width + denom - 1) / denom >= static_cast<unsigned>(at_least_width) &&
        (codec.image_height + denom - 1) / denom >= static_cast<unsigned>(at_least_height))
      codec.scale_denom = denom;
}

Error failure(const Decoder& d) {
  const bool warned = d.errors.first_warning != 0;
  const int code = warned ? d.errors.first_warning : d.codec.err->msg_code;
  return Error(ErrorCode::kCorrupt, means_truncated(code) ? "picture.truncated" : "picture.corrupt",
               fmt::format("JPEG: {}", d.errors.text[0] != '\0' ? d.errors.text : "bad data"));
}

}  // namespace ava::image::jpeg
