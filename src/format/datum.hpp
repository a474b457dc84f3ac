// The protobuf messages caffe.Datum and caffe.AnnotatedDatum, written and read by hand: so few fields do not need a
// protobuf library. Layout and vectors: docs/formats (LMDB with Caffe Datum).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::format {

/// One Datum. Absent optionals are not written; `encoded` is written only when true, as the stock tool does.
struct Datum {
  std::optional<std::int32_t> channels;
  std::optional<std::int32_t> height;
  std::optional<std::int32_t> width;
  std::string_view data;  ///< raw: C,H,W with channels B,G,R; encoded: the picture file
  std::int32_t label = 0;
  std::vector<float> float_data;
  bool encoded = false;
};

std::string encode(const Datum& datum);
/// Lifetime: `data` of the answer views into `bytes`. Unknown fields are skipped. Errors: `datum.corrupt`.
Result<Datum> decode_datum(std::string_view bytes);

/// A box of Caffe-SSD. Units: fractions of the picture's width and height.
struct AnnotatedBox {
  std::uint32_t group_label = 0;  ///< class from 1; 0 is the background
  float xmin = 0, ymin = 0, xmax = 0, ymax = 0;
  bool difficult = false;
};

/// A Datum with the boxes of its picture; the Datum's own label is -1. Written grouped by class, ascending.
struct AnnotatedDatum {
  Datum datum{.label = -1};
  std::vector<AnnotatedBox> boxes;
};

std::string encode(const AnnotatedDatum& annotated);
/// Is this an AnnotatedDatum, not a Datum? The first field tells: a message there, where a Datum has a number.
bool is_annotated(std::string_view bytes);
/// As decode_datum().
Result<AnnotatedDatum> decode_annotated(std::string_view bytes);

}  // namespace ava::format
