// What is to be exported, one picture after the other: the lines of a list, or the samples of a formatted set.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::convert {

/// Thread: one at a time.
class ExportSource {
 public:
  using OnReject = std::function<Result<void>(const sample::Reject&)>;
  /// `path` is a list, or the folder of a set, made by AVA or not. `label` names the label of a set that does not say.
  /// Errors: as Gallery::open.
  static Result<std::unique_ptr<ExportSource>> open(const std::string& path, const pipeline::Sources& sources,
                                                    const std::string& label);
  virtual ~ExportSource() = default;
  /// False at the end. Lines that are no items, and boxes that are none, go to `on_reject`.
  virtual Result<bool> next(sample::Sample& sample, std::uint64_t& line, const OnReject& on_reject,
                            const std::stop_token& stop) = 0;
  /// The picture of the sample that next() gave last. Errors: of the picture; they are data.
  virtual Result<std::string> picture() = 0;
  /// A url that leads to the picture from anywhere: false for the samples of most sets.
  virtual bool urls_lead_there() const = 0;
};

}  // namespace ava::convert
