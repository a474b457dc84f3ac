// `ava data convert`: a file that is nearly a list (one JSON array, objects over many lines, the old form, one line per
// box) as a list in its canonical form. The file itself is only read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/list_reader.hpp"
#include "schema/schema.hpp"

namespace ava::convert {

struct ConvertSpec {
  std::string from;
  std::string to;
  std::string merge;  ///< "url": boxes of lines with one url are joined; empty: nothing is
  std::string form;   ///< "new" or "old"; empty: as each line is
};

/// lines = items + rejected; items = written + merged.
struct ConvertResult {
  std::string shape;  ///< "lines", or "document": one JSON value over many lines
  std::uint64_t lines = 0;
  std::uint64_t items = 0;
  std::uint64_t rejected = 0;
  std::uint64_t written = 0;
  std::uint64_t merged = 0;                      ///< lines that went into an earlier one of their url
  std::map<std::string, std::uint64_t> reasons;  ///< of rejects and of what the old form lost
};
void describe(schema::Visitor& v, ConvertResult& x);

using OnReject = std::function<Result<void>(const sample::Reject&)>;

/// Memory: one object (16 MiB at most); with merge 32 bytes a line more.
/// Errors: `option.bad`, `convert.same_file`, `file.*`, those of ListReader. Nothing stays at `to` after one.
Result<ConvertResult> convert_list(const ConvertSpec& spec, const OnReject& on_reject,
                                   const pipeline::OnProgress& on_progress, const std::stop_token& stop);

/// The objects of a text, whatever stands between them: an array, commas, line breaks. Blanks inside an object are as
/// they are. Errors: `json.too_large`, those of the source and of `take`.
Result<void> each_object(const sample::ByteSource& source, std::size_t most_bytes,
                         const std::function<Result<void>(std::string_view object, std::uint64_t line)>& take);

}  // namespace ava::convert
