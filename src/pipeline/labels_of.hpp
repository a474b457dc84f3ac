// From a line of a list to the labels a training set stores: the task, the class indices, the boxes in final pixels.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/labels.hpp"
#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::pipeline {

/// Boxes of a batch: in = out + rejected + left_out, always. Crowds and predictions are no boxes to learn from.
struct ObjectCounts {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t rejected = 0;                    ///< not a box, or nothing of it is inside the picture
  std::uint64_t left_out = 0;                    ///< `crowd`, and those of samples in no set
  std::uint64_t clipped = 0;                     ///< of `out`: cut to the picture
  std::map<std::string, std::uint64_t> reasons;  ///< slug -> how many
  void add(const ObjectCounts& other);
};
void describe(schema::Visitor& v, ObjectCounts& x);

/// Which label of a list is learned, and how. Errors: none; the key was parsed before.
struct LabelUse {
  sample::LabelKey key;
  format::Task task = format::Task::kClassification;
};
/// A classification label is one class, or several when asked for; boxes and faces are detection.
format::Task task_of(sample::LabelType type, bool multi_label);

/// The only class of a face label, whose entries name none.
inline constexpr std::string_view kFaceClass = "face";

/// Class an entry of a detection or face label counts for; empty: it names none.
std::string_view class_of_object(const sample::EntryView& entry, sample::LabelType type);

/// How a picture got from its original to its stored size.
struct PictureSize {
  int original_width = 0;
  int original_height = 0;
  int width = 0;
  int height = 0;
};

struct LabelsMade {
  format::Labels labels;
  ObjectCounts objects;                 ///< kDetection; its `out` are labels.objects
  std::vector<sample::Reject> rejects;  ///< of single entries, annotation = true
};

/// `classes` are sorted by bytes: position = class index. Classification is left to the plan. An entry of a class that
/// is not among them is rejected (`class_missing`). Pure.
LabelsMade labels_of(const sample::Sample& sample, const LabelUse& use, const std::vector<std::string>& classes,
                     const PictureSize& size);

}  // namespace ava::pipeline
