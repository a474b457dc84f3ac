#include "image/png.hpp"

#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "image/crc32.hpp"

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
  constexpr std::size_t kHeaderEnd = 8 + 12 + 13;
  const auto corrupt = [](std::string_view what) {
    return Error(ErrorCode::kCorrupt, "picture.corrupt", fmt::format("PNG: {}", what));
  };
  if (bytes.size() < kHeaderEnd) return Error(ErrorCode::kCorrupt, "picture.truncated", "PNG: the file ends too early");
  if (big_u32(bytes, 8) != 13 || bytes.substr(12, 4) != "IHDR") return corrupt("no header at its place");
  if (crc32_of(bytes.substr(12, 17)) != big_u32(bytes, 29)) return corrupt("bad CRC at byte 8");
  const std::uint32_t width = big_u32(bytes, 16);
  const std::uint32_t height = big_u32(bytes, 20);
  constexpr std::uint32_t kLargest = 1u << 20;
  if (width > kLargest || height > kLargest) return corrupt(fmt::format("{}x{} is beyond all bounds", width, height));
  const unsigned depth = static_cast<unsigned char>(bytes[24]);
  const unsigned colour = static_cast<unsigned char>(bytes[25]);
  constexpr unsigned kDepthsOf[7] = {0b11111, 0, 0b11000, 0b01111, 0b11000, 0, 0b11000};  // bit n: depth 2^n
  const bool known = colour < 7 && depth > 0 && (depth & (depth - 1)) == 0 && depth <= 16 &&
                     (kDepthsOf[colour] >> __builtin_ctz(depth) & 1) != 0;
  if (!known) return corrupt(fmt::format("colour type {} with {} bits", colour, depth));
  if (bytes[26] != 0 || bytes[27] != 0 || static_cast<unsigned char>(bytes[28]) > 1)
    return corrupt("an unknown way of packing");
  Info info;
  info.kind = Kind::kPng;
  info.width = static_cast<int>(width);
  info.height = static_cast<int>(height);
  info.channels = (colour & PNG_COLOR_MASK_COLOR) == 0 ? 1 : 3;
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
  const auto corrupt = [](std::string_view what, std::size_t at) {
    return Error(ErrorCode::kCorrupt, "picture.corrupt", fmt::format("PNG: {} at byte {}", what, at));
  };
  bool palette = false;
  bool pixels = false;
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    const std::uint64_t length = big_u32(bytes, at);
    if (at + 12 + length > bytes.size()) break;
    if (crc32_of(bytes.substr(at + 4, length + 4)) != big_u32(bytes, at + 8 + length)) return corrupt("bad CRC", at);
    const std::string_view kind = bytes.substr(at + 4, 4);
    const bool must_be_known = (static_cast<unsigned char>(kind[0]) & 0x20) == 0;
    if (kind == "IEND" && !pixels) return corrupt("no pixels", at);
    if (kind == "IEND") return {};
    if (kind == "IDAT" && !palette && bytes[25] == PNG_COLOR_TYPE_PALETTE) return corrupt("no palette", at);
    palette = palette || kind == "PLTE";
    pixels = pixels || kind == "IDAT";
    if (must_be_known && kind != "IHDR" && kind != "PLTE" && kind != "IDAT") return corrupt("an unknown chunk", at);
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
