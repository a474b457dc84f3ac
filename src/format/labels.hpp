// What a training set knows of a picture besides its pixels: one class, several, or objects with boxes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sample/sample.hpp"
#include "schema/schema.hpp"

namespace ava::format {

/// What is learned from a set; decided by the label the batch was made of.
/// kDetection: boxes of a detection label, or of a face label (one class, "face").
enum class Task : std::uint8_t { kClassification, kMultiLabel, kDetection };
std::span<const schema::EnumName<Task>> enum_names(Task);

/// One box of a picture, already clipped to it. Units: pixels of the stored picture (sample.hpp).
struct Object {
  std::uint32_t cls = 0;               ///< class index, from 0
  sample::Box box;                     ///< never empty
  std::vector<sample::Point> polygon;  ///< the outline, when it is not just the box
  std::vector<sample::Landmark> landmarks;
  bool difficult = false;
  bool operator==(const Object&) const = default;
};

/// Everything a sample is labelled with; the task says which part of it counts.
struct Labels {
  std::uint32_t cls = 0;               ///< kClassification: the class index
  std::vector<std::uint32_t> classes;  ///< kMultiLabel: class indices, ascending, at least one
  std::vector<Object> objects;         ///< kDetection: in the order of the list; may be none (a negative)
  bool operator==(const Labels&) const = default;
};

/// What a driver can carry. The batch leaves out, and lists, what one of its formats cannot.
struct Traits {
  bool classification = true;
  bool multi_label = false;
  bool detection = false;
  bool negatives = true;    ///< pictures without objects in a detection set
  bool polygons = false;    ///< Object::polygon comes back from its reader
  bool landmarks = false;   ///< Object::landmarks come back from its reader
  double box_error_px = 0;  ///< a box read back differs by no more than this
};

}  // namespace ava::format
