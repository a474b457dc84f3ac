// An operation on a picture and its labels: what it is called, which parameters it has, how their values are drawn, and
// what it does. One operation is one file below this folder and one line in all.cpp; the shell's help, the API's list,
// the web's forms and the conformance suite follow from description().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "augment/draws.hpp"
#include "base/result.hpp"

namespace ava::augment {

class Op;
class Scene;

enum class Family : std::uint8_t { kGeometric, kPhotometric, kErasing, kSeveral, kSet };
/// "geometric", "photometric", "erasing", "several" (pictures), "set" (of operations).
std::string_view name_of(Family family);

enum class ParameterKind : std::uint8_t {
  kNumber,   ///< a value or a range [low,high] that is drawn from evenly
  kInteger,  ///< the same, whole numbers
  kChoice,   ///< one of `choices`, or a list of them that is drawn from evenly
  kText,     ///< only in steps: a url; never set by people
};

/// One parameter. Its position in the list is its position in `name/<a>,<b>`.
struct Parameter {
  std::string_view name;
  std::string_view doc;   ///< with the sense of direction: "clockwise"
  std::string_view unit;  ///< "degrees", "pixels", "fraction of the width"; empty: none
  ParameterKind kind = ParameterKind::kNumber;
  double min = 0;  ///< smallest and largest value anybody may give
  double max = 1;
  double low = 0;  ///< the range when nothing is given
  double high = 0;
  std::span<const std::string_view> choices{};  ///< the first is taken when nothing is given
  /// Of drawn steps only: people do not set it, forms do not show it (a seed of noise, the place of a crop).
  bool drawn_only = false;
};

struct Description {
  std::string_view name;    ///< "rotate": a-z, 0-9 and dashes
  std::string_view title;   ///< "Rotate"
  std::string_view doc;     ///< one or two sentences: what a person sees
  std::string_view labels;  ///< one sentence: what happens to boxes, landmarks, classes
  Family family = Family::kGeometric;
  std::span<const Parameter> parameters{};
  /// Step that must change nothing, "rotate/0"; empty when there is none (flip).
  std::string_view identity;
  /// Several pictures or boxes are needed; without them draw() gives no step.
  bool needs_boxes = false;
  bool needs_others = false;
  /// Set operations: has members; others have none.
  bool has_members = false;
};

/// A drawn value. Numbers are kept as they are written: at most 6 significant digits.
using Value = std::variant<double, std::string>;

/// One application with all values fixed: `rotate/13.72,expand`. Written to `ops` of a row and read again by a replay.
struct Step {
  const Op* op = nullptr;
  std::vector<Value> values;  ///< as many as the operation has parameters

  double number(std::size_t at) const { return std::get<double>(values[at]); }
  const std::string& text(std::size_t at) const { return std::get<std::string>(values[at]); }
  /// Canonical text: values from the end that are the defaults of their parameter (choices only) are left out.
  std::string str() const;
};

/// What a person set for one parameter.
struct Setting {
  double low = 0;
  double high = 0;
  std::vector<std::string> choices;
};

/// One operation as a graph holds it.
struct OpSpec {
  const Op* op = nullptr;
  double probability = 1;
  std::vector<Setting> settings;  ///< as many as parameters
  std::vector<OpSpec> members;    ///< of set operations
};

/// Thread: const calls from any thread. Lifetime: operations live as long as the program.
class Op {
 public:
  virtual ~Op() = default;
  virtual const Description& description() const = 0;
  /// Fix the values for this picture. The default draws each parameter and gives one step; others give steps of other
  /// operations (`one-of`, `crop-random` -> `crop`), by size and labels of the scene. May give none.
  virtual Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const;
  /// Draw, do it, and append what was done. Sets hand on to their members, each of which sees what the one before left.
  /// Errors: those of draw() and apply().
  virtual Result<void> perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const;
  /// Do it, to labels and pixels. Values were checked against the parameters.
  /// Errors: `op.only_draws` by operations that give steps of others; `picture.*`.
  virtual Result<void> apply(Scene& scene, const Step& step) const;
};

/// The operations of a node, one after the other, each if its probability says so. `steps` gets what was done.
Result<void> perform_all(std::span<const OpSpec> specs, Scene& scene, Draws& draws, std::vector<Step>& steps);
/// What was done once is done again, to another copy of the source. Errors: those of apply().
Result<void> apply_all(std::span<const Step> steps, Scene& scene);

/// The default of draw(): one step of `spec.op`, values drawn in the order of the parameters. Parameters that are
/// drawn_only get an even draw between low and high, too (a seed: 0..2^31).
Step draw_values(const OpSpec& spec, Draws& draws);
/// A number as it will be written: %.6g, and read again.
double rounded(double value);

}  // namespace ava::augment
