// The protobuf message caffe.Datum, written and read by hand: seven fields do not need a protobuf library.
// Layout and vectors: docs/formats (LMDB with Caffe Datum).
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

}  // namespace ava::format
