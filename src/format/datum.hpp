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

/// A message around its `data`: what is written before and after it.
struct AroundData {
  std::string head;
  std::string tail;
};

/// encode() without the copy: only the length of `data` is looked at.
AroundData around_data(const Datum& datum);
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

AroundData around_data(const AnnotatedDatum& annotated);
std::string encode(const AnnotatedDatum& annotated);
/// Is this an AnnotatedDatum, not a Datum? The first field tells: a message there, where a Datum has a number.
bool is_annotated(std::string_view bytes);
/// Where `data` lies in either message, from its first bytes: what stands before it is short.
struct DataPlace {
  std::size_t offset = 0;
  std::uint64_t bytes = 0;
};
std::optional<DataPlace> place_of_data(std::string_view front);
/// As decode_datum().
Result<AnnotatedDatum> decode_annotated(std::string_view bytes);

}  // namespace ava::format
