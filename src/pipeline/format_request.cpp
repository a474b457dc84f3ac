#include "pipeline/format_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "format/all.hpp"
#include "pipeline/sources.hpp"

namespace ava::pipeline {

namespace {

Result<void> take_formats(const FormatSpec& spec, FormatRequest& request) {
  for (const std::string& name : spec.formats) {
    AVA_TRY(const format::Format* driver, format::find(name));
    for (const RequestedFormat& other : request.formats)
      if (other.driver == driver)
        return Error(ErrorCode::kInvalidArgument, "format.twice", fmt::format("'{}' is asked for twice", name))
            .at("/formats");
    const auto options = spec.options.find(name);
    RequestedFormat wanted{driver, options == spec.options.end() ? "{}" : options->second.text};
    AVA_TRY(const bool planes, driver->needs_planes(wanted.options));
    request.pictures.negatives = request.pictures.negatives && driver->traits().negatives;
    request.pictures.planes = request.pictures.planes || planes;
    request.formats.push_back(std::move(wanted));
  }
  if (request.formats.empty())
    return Error(ErrorCode::kInvalidArgument, "format.none", "no format is asked for").at("/formats");
  for (const auto& [name, options] : spec.options)
    if (std::find(spec.formats.begin(), spec.formats.end(), name) == spec.formats.end())
      return Error(ErrorCode::kInvalidArgument, "format.unknown",
                   fmt::format("options for '{}', which is not asked for", name))
          .at("/options/" + name);
  return {};
}

Error bad_split(std::string_view message, std::string_view field) {
  return Error(ErrorCode::kInvalidArgument, "split.bad", message).at(field);
}

/// The parts that are named in `amounts`, in their order.
template <class Amount>
Result<void> take_parts(const std::map<std::string, Amount>& amounts, std::string_view field, Amount Share::*amount,
                        FormatRequest& request) {
  for (const std::string_view name : kPartNames) {
    const auto found = amounts.find(std::string(name));
    if (found == amounts.end()) continue;
    request.shares.push_back({.name = found->first});
    request.shares.back().*amount = found->second;
  }
  if (request.shares.size() != amounts.size()) return bad_split("parts are called train, val and test", field);
  return {};
}

Result<void> take_shares(const FormatSpec& spec, FormatRequest& request) {
  if (spec.split_by != SplitBy::kCounts && !spec.counts.empty())
    return bad_split("numbers of samples are for split_by counts", "/counts");
  if (spec.split_by != SplitBy::kPercent && !spec.splits.empty())
    return bad_split("percentages are for split_by percent", "/splits");
  if (spec.split_by != SplitBy::kList && !spec.split_file.empty())
    return bad_split("a file of parts is for split_by list", "/split_file");
  if (spec.split_by == SplitBy::kPercent) {
    AVA_CHECK(take_parts(spec.splits, "/splits", &Share::percent, request));
    AVA_CHECK(split_sizes(0, request.shares));
  } else if (spec.split_by == SplitBy::kCounts) {
    AVA_CHECK(take_parts(spec.counts, "/counts", &Share::count, request));
    AVA_CHECK(sum_of_counts(request.shares));
  } else {
    for (const std::string_view name : kPartNames) request.shares.push_back({.name = std::string(name)});
    const sample::ListOptions options = list_options(spec.sources, spec.url_prefix, 1);
    if (spec.split_file.empty()) {
      request.parts.emplace(options);
    } else {
      AVA_TRY(request.parts, GivenParts::of_file(spec.split_file, options));
    }
  }
  return {};
}

/// How many items each part was given; bad pictures among them, for this names the batch before it is made.
std::map<std::string, std::uint64_t> given_counts(const Catalogue& catalogue) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::uint8_t part : catalogue.part_of)
    if (part != kNoPart) ++counts[std::string(kPartNames[part])];
  return counts;
}

}  // namespace

Result<FormatRequest> FormatRequest::of(const FormatSpec& spec) {
  FormatRequest request;
  AVA_CHECK(take_formats(spec, request));
  AVA_CHECK(take_shares(spec, request));
  if (!(spec.max_reject_ratio >= 0 && spec.max_reject_ratio <= 1))
    return Error(ErrorCode::kInvalidArgument, "reject_ratio.bad", "max_reject_ratio is from 0 to 1")
        .at("/max_reject_ratio");
  if (spec.quality < 1 || spec.quality > 100)
    return Error(ErrorCode::kInvalidArgument, "picture.bad_quality", "quality is from 1 to 100").at("/quality");
  AVA_TRY(request.pictures.resize, image::ResizeSpec::parse(spec.resize));
  AVA_TRY(request.together, GroupRules::parse(spec.keep_together, spec.near_bits));
  request.pictures.quality = spec.quality;
  request.pictures.check = spec.verify;
  request.pictures.cache = spec.cache;
  request.pictures.cache_bytes = spec.cache_bytes;
  request.pictures.planes = request.pictures.planes || spec.mean;
  request.pictures.list = list_options(spec.sources, spec.url_prefix, 1);
  return request;
}

Result<void> FormatRequest::check_formats_carry(format::Task task) const {
  for (const RequestedFormat& wanted : formats) {
    const format::Traits traits = wanted.driver->traits();
    const bool carries = task == format::Task::kDetection    ? traits.detection
                         : task == format::Task::kMultiLabel ? traits.multi_label
                                                             : traits.classification;
    if (carries) continue;
    return Error(ErrorCode::kInvalidArgument, "format.cannot_carry",
                 fmt::format("format '{}' cannot hold {}", wanted.driver->name(),
                             task == format::Task::kDetection    ? "boxes"
                             : task == format::Task::kMultiLabel ? "several classes of a picture"
                                                                 : "pictures of one class without boxes"))
        .at("/formats")
        .hint("choose other formats; `ava data formats` says what each can hold");
  }
  return {};
}

PlanRecord FormatRequest::record_of(const FormatSpec& spec, const Catalogue& catalogue) const {
  PlanRecord record;
  record.list_sha256 = to_hex(catalogue.list_sha256);
  record.label = catalogue.use.key.str();
  record.task = catalogue.use.task;
  record.split_by = spec.split_by;
  record.splits = spec.splits;
  record.counts = parts ? given_counts(catalogue) : spec.counts;
  if (parts && !parts->sha256().empty()) record.split_file_sha256 = parts->sha256();
  record.shuffle = spec.shuffle;
  record.stratify = spec.stratify;
  record.seed = spec.seed;
  record.resize = pictures.resize.str();
  record.quality = spec.quality;
  record.mean = spec.mean;
  record.min_per_class = spec.min_per_class;
  record.max_per_class = spec.max_per_class;
  record.keep_together = spec.keep_together;
  record.near_bits = spec.near_bits;
  record.verify = schema::name_of(spec.verify);
  for (const RequestedFormat& wanted : formats)
    record.formats[std::string(wanted.driver->name())] = schema::AnyJson{wanted.options};
  return record;
}

}  // namespace ava::pipeline
