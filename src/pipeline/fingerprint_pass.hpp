// A pass over the pictures of a catalogue before its parts are made: which have the same bytes, which look alike.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/groups.hpp"
#include "pipeline/picture_stage.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/sources.hpp"

namespace ava::pipeline {

/// A picture that cannot be read; called in the order of the items, from the caller's thread.
using OnBadPicture = std::function<Result<void>(std::uint32_t item, const sample::Reject&)>;

/// One fingerprint per item; that of a bad picture says nothing. `shown` only when asked for (it decodes every
/// picture). Memory: 16 bytes an item, and a picture per thread. Errors: `job.cancelled`, those of `on_bad`.
Result<std::vector<Fingerprint>> fingerprints_of(const Catalogue& catalogue, const ListFile& list,
                                                 const std::shared_ptr<const storage::Resolver>& resolver,
                                                 const PictureOptions& options, bool shown, unsigned threads,
                                                 ProgressMeter& meter, const OnBadPicture& on_bad,
                                                 const std::stop_token& stop);

}  // namespace ava::pipeline
