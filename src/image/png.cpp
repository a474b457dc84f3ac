#include "image/png.hpp"

#include <fmt/format.h>
#include <png.h>
#include <zlib.h>

#include <csetjmp>
#include <cstring>

namespace ava::image::png {

namespace {

/// What libpng's callbacks need: the input, where it is, and what went wrong.
struct State {
  std::string_view bytes;
  std::size_t at = 0;
  bool ran_out = false;
  char text[160] = {};
  std::string* out = nullptr;
};

void on_error(png_structp codec, png_const_charp text) {
  auto* state = static_cast<State*>(png_get_error_ptr(codec));
  std::strncpy(state->text, text, sizeof state->text - 1);
  png_longjmp(codec, 1);
}
void on_warning(png_structp, png_const_charp) {}

void give_bytes(png_structp codec, png_bytep to, std::size_t size) {
  auto* state = static_cast<State*>(png_get_io_ptr(codec));
  if (state->bytes.size() - state->at < size) {
    state->ran_out = true;
    png_error(codec, "the file ends too early");
  }
  std::memcpy(to, state->bytes.data() + state->at, size);
  state->at += size;
}
void take_bytes(png_structp codec, png_bytep from, std::size_t size) {
  static_cast<State*>(png_get_io_ptr(codec))->out->append(reinterpret_cast<const char*>(from), size);
}
void flush_nothing(png_structp) {}

/// Everything with a destructor lives here, outside the functions that call setjmp.
struct Decoder {
  State state;
  png_structp codec = nullptr;
  png_infop info = nullptr;
  explicit Decoder(std::string_view bytes) {
    state.bytes = bytes;
    codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
    info = codec == nullptr ? nullptr : png_create_info_struct(codec);
  }
  ~Decoder() { png_destroy_read_struct(&codec, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

Error failure(const State& state) {
  return Error(ErrorCode::kCorrupt, state.ran_out ? "picture.truncated" : "picture.corrupt",
               fmt::format("PNG: {}", state.text[0] != '\0' ? state.text : "bad data"));
}

bool start(Decoder& d) {
  if (d.info == nullptr || setjmp(png_jmpbuf(d.codec)) != 0) return false;
  png_set_read_fn(d.codec, &d.state, give_bytes);
  png_set_user_limits(d.codec, 1 << 20, 1 << 20);
  png_set_crc_action(d.codec, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(d.codec, d.info);
  return true;
}

bool is_grey(const Decoder& d) { return (png_get_color_type(d.codec, d.info) & PNG_COLOR_MASK_COLOR) == 0; }

/// Ask for 8-bit grey or RGB, alpha laid over white.
bool choose_output(Decoder& d, int channels) {
  if (setjmp(png_jmpbuf(d.codec)) != 0) return false;
  png_set_scale_16(d.codec);
  png_set_expand(d.codec);
  if (channels == 3 && is_grey(d)) png_set_gray_to_rgb(d.codec);
  if (channels == 1 && !is_grey(d)) png_set_rgb_to_gray(d.codec, PNG_ERROR_ACTION_NONE, -1, -1);
  if ((png_get_color_type(d.codec, d.info) & PNG_COLOR_MASK_ALPHA) != 0 ||
      png_get_valid(d.codec, d.info, PNG_INFO_tRNS) != 0) {
    png_color_16 white{};
    white.red = white.green = white.blue = white.gray = 255;
    png_set_background(d.codec, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
  }
  png_set_interlace_handling(d.codec);
  png_read_update_info(d.codec, d.info);
  return true;
}

bool read_rows(Decoder& d, png_bytepp rows) {
  if (setjmp(png_jmpbuf(d.codec)) != 0) return false;
  png_read_image(d.codec, rows);
  png_read_end(d.codec, nullptr);
  return true;
}

std::uint32_t big_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Encoder {
  State state;
  std::string out;
  png_structp codec = nullptr;
  png_infop info = nullptr;
  Encoder() {
    state.out = &out;
    codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
    info = codec == nullptr ? nullptr : png_create_info_struct(codec);
  }
  ~Encoder() { png_destroy_write_struct(&codec, &info); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
};

bool write_rows(Encoder& e, const Pixels& pixels) {
  if (e.info == nullptr || setjmp(png_jmpbuf(e.codec)) != 0) return false;
  png_set_write_fn(e.codec, &e.state, take_bytes, flush_nothing);
  png_set_compression_level(e.codec, 1);
  png_set_IHDR(e.codec, e.info, static_cast<png_uint_32>(pixels.width), static_cast<png_uint_32>(pixels.height), 8,
               pixels.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(e.codec, e.info);
  const std::size_t stride = static_cast<std::size_t>(pixels.width) * pixels.channels;
  for (int y = 0; y < pixels.height; ++y) png_write_row(e.codec, pixels.data.data() + y * stride);
  png_write_end(e.codec, nullptr);
  return true;
}

}  // namespace

Result<Info> read_header(std::string_view bytes) {
  Decoder d(bytes);
  if (!start(d)) return failure(d.state);
  Info info;
  info.kind = Kind::kPng;
  info.width = static_cast<int>(png_get_image_width(d.codec, d.info));
  info.height = static_cast<int>(png_get_image_height(d.codec, d.info));
  info.channels = is_grey(d) ? 1 : 3;
  return info;
}

Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options) {
  Decoder d(bytes);
  if (!start(d)) return failure(d.state);
  Pixels pixels;
  pixels.width = static_cast<int>(png_get_image_width(d.codec, d.info));
  pixels.height = static_cast<int>(png_get_image_height(d.codec, d.info));
  pixels.channels = options.channels != 0 ? options.channels : is_grey(d) ? 1 : 3;
  if (!choose_output(d, pixels.channels)) return failure(d.state);
  const std::size_t stride = static_cast<std::size_t>(pixels.width) * pixels.channels;
  if (png_get_rowbytes(d.codec, d.info) != stride)
    return Error(ErrorCode::kCorrupt, "picture.corrupt", "PNG: an unexpected pixel layout");
  pixels.data.resize(stride * pixels.height);
  std::vector<png_bytep> rows(static_cast<std::size_t>(pixels.height));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = pixels.data.data() + y * stride;
  if (!read_rows(d, rows.data())) return failure(d.state);
  return pixels;
}

Result<void> check_structure(std::string_view bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    const std::uint64_t length = big_u32(bytes, at);
    if (at + 12 + length > bytes.size()) break;
    const auto* chunk = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
    if (crc32(0, chunk, static_cast<uInt>(length + 4)) != big_u32(bytes, at + 8 + length))
      return Error(ErrorCode::kCorrupt, "picture.corrupt", fmt::format("PNG: bad CRC at byte {}", at));
    if (bytes.substr(at + 4, 4) == "IEND") return {};
    at += 12 + length;
  }
  return Error(ErrorCode::kCorrupt, "picture.truncated", "PNG: the file ends too early");
}

}  // namespace ava::image::png

namespace ava::image {

Result<std::string> encode_png(const Pixels& pixels) {
  const std::size_t need =
      static_cast<std::size_t>(std::max(pixels.width, 0)) * std::max(pixels.height, 0) * pixels.channels;
  if (need == 0 || need != pixels.data.size() || (pixels.channels != 1 && pixels.channels != 3))
    return Error(ErrorCode::kInvalidArgument, "picture.encode", "these are no pixels of a picture");
  png::Encoder e;
  if (!png::write_rows(e, pixels))
    return Error(ErrorCode::kInvalidArgument, "picture.encode", fmt::format("PNG: {}", e.state.text));
  return std::move(e.out);
}

}  // namespace ava::image
