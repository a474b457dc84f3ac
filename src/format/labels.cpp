#include "format/labels.hpp"

namespace ava::format {

std::span<const schema::EnumName<Task>> enum_names(Task) {
  static constexpr schema::EnumName<Task> kNames[] = {
      {Task::kClassification, "classification"}, {Task::kMultiLabel, "multi_label"}, {Task::kDetection, "detection"}};
  return kNames;
}

}  // namespace ava::format
