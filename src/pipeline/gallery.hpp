// Looks through the samples of anything that holds some, one after the other: a list, a set of AVA's with its listing,
// or a set somebody else made. What is said of a sample has one shape, wherever it came from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/sample.hpp"
#include "schema/schema.hpp"

namespace ava::pipeline {

/// One thing a sample is labelled with: a class, or an object with its place. Units: pixels of the picture.
struct Mark {
  std::string label;                        ///< "detection.cars"; empty where the set does not say
  std::string cls;                          ///< name, or the index in digits where there are no names
  std::optional<std::int64_t> index;        ///< of the class, in a set
  std::optional<std::vector<double>> box;   ///< x0, y0, x1, y1
  std::vector<sample::Point> outline;       ///< when it is not just the box
  std::vector<sample::Landmark> landmarks;  ///< of lists: only with the picture
  std::optional<double> score;              ///< of a prediction
};
void describe(schema::Visitor& v, Mark& x);

/// One sample.
struct Sight {
  std::uint64_t index = 0;  ///< from 0
  std::string id;           ///< "train/7" in a set of AVA's
  std::uint64_t line = 0;   ///< of the list
  std::string url;          ///< empty: the set does not say
  std::vector<Mark> marks;
  std::uint64_t bytes = 0;  ///< of the picture; 0: it was not read
  int width = 0;
  int height = 0;
  std::string sha256;  ///< of the picture; empty: it was not read
};
void describe(schema::Visitor& v, Sight& x);

enum class GalleryKind : std::uint8_t { kList, kSet, kForeign };

/// Errors of open(): `file.not_found`, `list.*`, `manifest.bad`, `set.unknown`. Thread: one at a time.
class Gallery {
 public:
  static Result<std::unique_ptr<Gallery>> open(const std::string& path, const Sources& sources);
  virtual ~Gallery() = default;
  virtual GalleryKind kind() const = 0;
  /// False when classes are numbers because no file names them.
  virtual bool has_names() const { return true; }
  /// "recordio"; empty for a list.
  virtual std::string format() const { return {}; }
  /// False at the end.
  virtual Result<bool> next(Sight& sight) = 0;
  /// The picture of the sample next() gave last, and its size and digest into `sight`. Reads the set up to there.
  /// Errors: those of fetching, `picture.*`, `set.count_differs`.
  virtual Result<std::string> picture(Sight& sight) = 0;
};

}  // namespace ava::pipeline
