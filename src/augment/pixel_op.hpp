// Operations that change pixels and leave labels alone: a description, and a function of picture and step.
#pragma once

#include <string_view>

#include "augment/op.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

inline constexpr std::string_view kLabelsStay = "Boxes, landmarks and classes stay as they are.";

/// Lifetime: `description` outlives it.
class PixelOp final : public Op {
 public:
  using Change = Result<void> (*)(image::Pixels& pixels, const Step& step);

  PixelOp(const Description& description, Change change) : description_(description), change_(change) {}
  const Description& description() const override { return description_; }
  Result<void> apply(Scene& scene, const Step& step) const override {
    AVA_TRY(image::Pixels * pixels, scene.pixels());
    return change_(*pixels, step);
  }

 private:
  const Description& description_;
  Change change_;
};

}  // namespace ava::augment
