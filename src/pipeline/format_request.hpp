// A FormatSpec that was found possible: drivers looked up, shares checked, texts parsed.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/groups.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/picture_stage.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/set_writers.hpp"
#include "pipeline/specs.hpp"

namespace ava::pipeline {

struct FormatRequest {
  std::vector<RequestedFormat> formats;
  std::vector<Share> shares;
  std::optional<GivenParts> parts;  ///< SplitBy::kList
  PictureOptions pictures;          ///< without label and classes, which the list decides
  GroupRules together;

  /// Errors: `format.unknown`, `format.twice`, `format.none`, `split.bad`, `reject_ratio.bad`, `picture.bad_quality`,
  /// `resize.bad`, `group.*`, and those of the drivers' options; each with its field.
  static Result<FormatRequest> of(const FormatSpec& spec);
  /// Errors: `format.cannot_carry`.
  Result<void> check_formats_carry(format::Task task) const;
  /// What decides the bytes of the batch, for its manifest.
  PlanRecord record_of(const FormatSpec& spec, const Catalogue& catalogue) const;
};

}  // namespace ava::pipeline
