#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "image/area.hpp"
#include "image/jpeg.hpp"
#include "image/jpeg_session.hpp"

namespace ava::image::jpeg {

namespace {

constexpr int kMostComponents = 3;
constexpr int kMostRows = 4 * DCTSIZE;  // of one component in one row of MCUs

/// The samples of one component; rows are padded to whole blocks. Uninitialised.
struct Plane {
  std::unique_ptr<unsigned char[]> samples;
  std::size_t stride = 0;
  int rows_at_once = 0;  ///< in one row of MCUs

  void create(std::size_t width, std::size_t rows, int at_once) {
    stride = (width + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
    rows_at_once = at_once;
    samples = std::make_unique_for_overwrite<unsigned char[]>(stride * rows);
  }
  /// The rows of the `mcu_row`th row of MCUs.
  JSAMPARRAY rows(JDIMENSION mcu_row, JSAMPROW* out) const {
    unsigned char* from = samples.get() + static_cast<std::size_t>(mcu_row) * rows_at_once * stride;
    for (int i = 0; i < rows_at_once; ++i) out[i] = from + static_cast<std::size_t>(i) * stride;
    return out;
  }
};

/// Where a component's samples lie: the old of the new one with the number j begin at j * num / den.
struct Edge {
  int from;
  int to;
  std::int64_t num;
  std::int64_t den;
  bool shrinks() const { return num >= den; }
  AreaWeights weights() const { return {from, to, num, den}; }
};

/// `sampling` of `most`, at `dct` of 8 samples a block edge; `every` is 2 where the new component has half the samples.
Edge edge_of(JDIMENSION samples, JDIMENSION size, int target, int every, int sampling, int most, int dct) {
  return {.from = static_cast<int>(samples),
          .to = (target + every - 1) / every,
          .num = static_cast<std::int64_t>(size) * every * sampling * dct,
          .den = static_cast<std::int64_t>(target) * most * DCTSIZE};
}

struct Edges {
  Edge across;
  Edge down;
};

struct Planes {
  int count = 0;
  Plane of[kMostComponents];
  Edges edges[kMostComponents];  ///< of the decoded ones; libjpeg forgets its own when it has finished
};

Edges edges_of(const jpeg_decompress_struct& codec, int component, int width, int height) {
  const jpeg_component_info& info = codec.comp_info[component];
  const int every = component == 0 ? 1 : 2;  // 4:2:0
  return {edge_of(info.downsampled_width, codec.image_width, width, every, info.h_samp_factor, codec.max_h_samp_factor,
                  info.DCT_scaled_size),
          edge_of(info.downsampled_height, codec.image_height, height, every, info.v_samp_factor,
                  codec.max_v_samp_factor, info.DCT_scaled_size)};
}

bool choose_planes(Decoder& d, int width, int height) {
  if (setjmp(d.errors.back) != 0) return false;
  d.codec.out_color_space = d.codec.jpeg_color_space;
  d.codec.raw_data_out = TRUE;
  d.codec.dct_method = JDCT_ISLOW;
  choose_scale(d.codec, width, height);
  // Its rounded half may be large enough, and yet the picture's true half is not.
  while (d.codec.scale_denom > 1 && (d.codec.image_width < static_cast<JDIMENSION>(width) * d.codec.scale_denom ||
                                     d.codec.image_height < static_cast<JDIMENSION>(height) * d.codec.scale_denom))
    d.codec.scale_denom /= 2;
  jpeg_calc_output_dimensions(&d.codec);
  return true;
}

/// After choose_planes().
bool suits(const jpeg_decompress_struct& codec, int width, int height) {
  const bool grey = codec.jpeg_color_space == JCS_GRAYSCALE && codec.num_components == 1;
  const bool colour = codec.jpeg_color_space == JCS_YCbCr && codec.num_components == 3;
  if (grey && (codec.max_h_samp_factor > 1 || codec.max_v_samp_factor > 1)) return false;
  if (!grey && !colour) return false;
  for (int i = 0; i < codec.num_components; ++i) {
    const jpeg_component_info& info = codec.comp_info[i];
    // What libjpeg itself could not turn into pixels must stay refused.
    if (codec.max_h_samp_factor % info.h_samp_factor != 0 || codec.max_v_samp_factor % info.v_samp_factor != 0)
      return false;
    const Edges edges = edges_of(codec, i, width, height);
    if (!edges.across.shrinks() || !edges.down.shrinks()) return false;
  }
  return true;
}

Planes planes_for(const jpeg_decompress_struct& codec, int width, int height) {
  Planes planes{.count = codec.num_components};
  const JDIMENSION mcu_rows =
      (codec.image_height + codec.max_v_samp_factor * DCTSIZE - 1) / (codec.max_v_samp_factor * DCTSIZE);
  for (int i = 0; i < planes.count; ++i) {
    const jpeg_component_info& info = codec.comp_info[i];
    planes.edges[i] = edges_of(codec, i, width, height);
    const int at_once = info.v_samp_factor * info.DCT_scaled_size;
    planes.of[i].create(static_cast<std::size_t>(info.width_in_blocks) * info.DCT_scaled_size,
                        static_cast<std::size_t>(mcu_rows) * at_once, at_once);
  }
  return planes;
}

bool read_planes(Decoder& d, const Planes& planes) {
  if (setjmp(d.errors.back) != 0) return false;
  jpeg_start_decompress(&d.codec);
  JSAMPROW rows[kMostComponents][kMostRows];
  JSAMPARRAY components[kMostComponents];
  const JDIMENSION lines = static_cast<JDIMENSION>(d.codec.max_v_samp_factor * d.codec.min_DCT_scaled_size);
  for (JDIMENSION mcu_row = 0; d.codec.output_scanline < d.codec.output_height; ++mcu_row) {
    for (int i = 0; i < planes.count; ++i) components[i] = planes.of[i].rows(mcu_row, rows[i]);
    jpeg_read_raw_data(&d.codec, components, lines);
    if (d.errors.first_warning != 0) return false;
  }
  jpeg_finish_decompress(&d.codec);
  return d.errors.first_warning == 0;
}

/// The last sample of each row, and the last row, go on to the end of the plane.
void pad(Plane& plane, int width, int height, std::size_t rows) {
  const std::size_t used = static_cast<std::size_t>(width);
  for (int y = 0; y < height; ++y) {
    unsigned char* row = plane.samples.get() + static_cast<std::size_t>(y) * plane.stride;
    std::memset(row + used, row[used - 1], plane.stride - used);
  }
  const unsigned char* last = plane.samples.get() + static_cast<std::size_t>(height - 1) * plane.stride;
  for (std::size_t y = static_cast<std::size_t>(height); y < rows; ++y)
    std::memcpy(plane.samples.get() + y * plane.stride, last, plane.stride);
}

Planes shrink_planes(const Planes& from) {
  Planes to{.count = from.count};
  for (int i = 0; i < from.count; ++i) {
    const auto& [across, down] = from.edges[i];
    const int at_once = from.count == 3 && i == 0 ? 2 * DCTSIZE : DCTSIZE;
    const auto mcu_rows = static_cast<std::size_t>((down.to + at_once - 1) / at_once);
    const std::size_t rows = mcu_rows * static_cast<std::size_t>(at_once);
    to.of[i].create(static_cast<std::size_t>(across.to), rows, at_once);
    shrink_area(across.weights(), down.weights(), from.of[i].samples.get(), from.of[i].stride, to.of[i].samples.get(),
                to.of[i].stride);
    pad(to.of[i], across.to, down.to, rows);
  }
  return to;
}

bool write_planes(Encoder& e, const Planes& planes, int width, int height, int quality) {
  if (setjmp(e.errors.back) != 0) return false;
  jpeg_mem_dest(&e.codec, &e.out, &e.size);
  e.codec.image_width = static_cast<JDIMENSION>(width);
  e.codec.image_height = static_cast<JDIMENSION>(height);
  e.codec.input_components = planes.count;
  e.codec.in_color_space = planes.count == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults(&e.codec);
  e.codec.raw_data_in = TRUE;
  e.codec.dct_method = JDCT_ISLOW;
  jpeg_set_quality(&e.codec, quality, TRUE);
  jpeg_start_compress(&e.codec, TRUE);
  JSAMPROW rows[kMostComponents][kMostRows];
  JSAMPARRAY components[kMostComponents];
  const JDIMENSION lines = static_cast<JDIMENSION>(planes.of[0].rows_at_once);
  for (JDIMENSION mcu_row = 0; e.codec.next_scanline < e.codec.image_height; ++mcu_row) {
    for (int i = 0; i < planes.count; ++i) components[i] = planes.of[i].rows(mcu_row, rows[i]);
    jpeg_write_raw_data(&e.codec, components, lines);
  }
  jpeg_finish_compress(&e.codec);
  return true;
}

}  // namespace

Result<std::optional<std::string>> shrink(std::string_view bytes, int width, int height, int quality) {
  AVA_CHECK(check_quality(quality));
  Decoder d;
  if (!start(d, bytes)) return failure(d);
  // Whatever libjpeg says to the choice, it says again on the way over pixels.
  if (!choose_planes(d, width, height) || !suits(d.codec, width, height)) return std::optional<std::string>();
  const Planes decoded = planes_for(d.codec, width, height);
  if (!read_planes(d, decoded)) return failure(d);
  const Planes made = shrink_planes(decoded);
  Encoder e(static_cast<std::size_t>(width) * height * 3 / 2);
  if (!write_planes(e, made, width, height, quality))
    return Error(ErrorCode::kInvalidArgument, "picture.encode", fmt::format("JPEG: {}", e.errors.text));
  return std::optional<std::string>(std::in_place, reinterpret_cast<const char*>(e.out), e.size);
}

}  // namespace ava::image::jpeg
