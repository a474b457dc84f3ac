// Before and after: some of the items that a graph would make, without making the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "graph/plan.hpp"

namespace ava::graph {

/// What is drawn on a picture. Units: pixels of the whole picture, not of the smaller one that is sent.
struct ShownLabel {
  std::string label;  ///< "detection.cars"
  std::string cls;
  std::vector<std::vector<double>> points;     ///< outline: [x,y] each; empty for a classification
  std::vector<std::vector<double>> landmarks;  ///< [x,y] each
};
void describe(schema::Visitor& v, ShownLabel& x);

struct Shown {
  std::string url;
  std::string before;  ///< JPEG
  std::string after;   ///< JPEG
  int width = 0;       ///< of the whole picture, upright
  int height = 0;
  int after_width = 0;
  int after_height = 0;
  std::vector<ShownLabel> before_labels;
  std::vector<ShownLabel> after_labels;
  std::string ops;
  std::string error;  ///< slug, when the picture could not be made; there are no pictures then
};

struct PreviewOptions {
  std::uint64_t count = 12;
  std::string node;    ///< items that went through this augment node; empty: any
  int max_edge = 640;  ///< longer edge of what is sent
};

/// Called for each as soon as it is there.
using OnShown = std::function<void(const Shown& shown)>;

/// Chosen evenly over the items that pass through augment nodes and reach the output. The plan can be kept between
/// calls: with another seed, make another. Errors: `graph.unknown_node`, `graph.nothing_to_show`; a bad picture is
/// none.
Result<std::vector<Shown>> preview(const Plan& plan, const Inputs& inputs, const PreviewOptions& options,
                                   const OnShown& on_shown, const std::stop_token& stop);

}  // namespace ava::graph
