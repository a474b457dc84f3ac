// libjpeg with a way back: what jpeg.cpp and jpeg_shrink.cpp share. Private to the module.
#pragma once

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <jpeglib.h>

#include "base/result.hpp"

namespace ava::image::jpeg {

/// libjpeg's error manager with a way back and the first warning kept.
struct Errors {
  jpeg_error_mgr base;
  std::jmp_buf back;
  int first_warning = 0;
  char text[JMSG_LENGTH_MAX] = {};
};

/// Everything that must be destroyed when libjpeg jumps lives here, outside the function that calls setjmp.
struct Decoder {
  jpeg_decompress_struct codec{};
  Errors errors;
  Decoder();
  ~Decoder() { jpeg_destroy_decompress(&codec); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

struct Encoder {
  jpeg_compress_struct codec{};
  Errors errors;
  std::unique_ptr<unsigned char[]> room;  ///< where `out` begins; libjpeg takes larger ones when it is full
  unsigned char* out = nullptr;
  unsigned long size = 0;
  /// For a picture of so many samples: at a quality of 95 most take less than a byte each.
  explicit Encoder(std::size_t samples);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
};

/// False: see errors. No object with a destructor may be born in here.
bool start(Decoder& d, std::string_view bytes);
/// The smallest of 1/1, 1/2, 1/4, 1/8 at which the picture still has that size. Thrown errors go to the caller's
/// setjmp.
void choose_scale(jpeg_decompress_struct& codec, int at_least_width, int at_least_height);
/// Why start() or a reader of this decoder failed: `picture.truncated` or `picture.corrupt`.
Error failure(const Decoder& d);

}  // namespace ava::image::jpeg
