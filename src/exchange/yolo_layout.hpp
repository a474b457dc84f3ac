// How a YOLO set is laid out: class names, parts and key points, from data.yaml (Ultralytics), obj.data (darknet) or,
// without either, from what lies there.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "exchange/importer.hpp"
#include "exchange/picture_names.hpp"

namespace ava::exchange {

struct YoloLayout {
  std::map<long long, std::string> names;
  bool named = false;  ///< names were given; else a class is called by its number
  int key_points = 0;  ///< kpt_shape: [key_points, key_values]
  int key_values = 3;
  std::vector<std::pair<std::string, std::string>> folders;  ///< folder of pictures ("train/images/") -> part
  std::map<std::string, NameSet> lists;                      ///< part -> pictures named by a text file
  NameSet own_files;                                         ///< of the layout, no labels: classes.txt, train.txt ...

  /// The part of a picture; empty when it is in none.
  std::string part_of(std::string_view picture);
};

/// Errors: `yolo.bad_yaml` (details line), `yolo.no_names`. Pictures of a list that are not there are rejected.
Result<YoloLayout> yolo_layout(const Request& request, Pictures& pictures, Sink& sink, const std::stop_token& stop);

/// Where the labels of a picture may be: the last folder `images` replaced by `labels`, or beside it.
std::vector<std::string> yolo_label_names(std::string_view picture);

}  // namespace ava::exchange
