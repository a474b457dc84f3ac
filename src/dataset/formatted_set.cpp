#include "dataset/formatted_set.hpp"

namespace ava::dataset {

std::span<const schema::EnumName<Split>> enum_names(Split) {
  static constexpr schema::EnumName<Split> kNames[] = {
      {Split::kTrain, "train"}, {Split::kVal, "val"}, {Split::kTest, "test"}};
  return kNames;
}

std::span<const schema::EnumName<FormattedState>> enum_names(FormattedState) {
  static constexpr schema::EnumName<FormattedState> kNames[] = {
      {FormattedState::kCreating, "creating"}, {FormattedState::kDone, "done"}, {FormattedState::kFailed, "failed"}};
  return kNames;
}

void describe(schema::Visitor& v, FormattedSet& x) {
  v.type("FormattedSet");
  v.field("id", x.id);
  v.field("dataset", x.dataset);
  v.field("batch", x.batch);
  v.field("format", x.format);
  v.field("split", x.split);
  v.field("percent", x.percent);
  v.field("shuffle", x.shuffle);
  v.field("seed", x.seed);
  v.field("resize", x.resize);
  v.field("quality", x.quality);
  v.field("label", x.label);
  v.field("state", x.state);
  v.field("progress", x.progress);
  v.field("sample_count", x.sample_count);
  v.field("class_count", x.class_count);
  v.field("byte_count", x.byte_count);
  v.field("uri", x.uri);
  v.field("counterpart_id", x.counterpart_id);
  v.field("error", x.error);
  v.field("job_id", x.job_id);
  v.field("owner", x.owner);
  v.field("created_at", x.created_at);
  v.field("completed_at", x.completed_at);
}

void describe(schema::Visitor& v, SplitPercents& x) {
  v.type("SplitPercents");
  v.field("train", x.train, {.doc = "Percent of the samples for training", .min = 0, .max = 100});
  v.field("val", x.val, {.doc = "Percent for validation", .required = false, .min = 0, .max = 100});
  v.field("test", x.test, {.doc = "Percent for the final test", .required = false, .min = 0, .max = 100});
}

void describe(schema::Visitor& v, SplitCounts& x) {
  v.type("SplitCounts");
  v.field("train", x.train, {.doc = "Samples for training", .min = 0});
  v.field("val", x.val, {.doc = "Samples for validation", .required = false, .min = 0});
  v.field("test", x.test, {.doc = "Samples for the final test", .required = false, .min = 0});
}

void describe(schema::Visitor& v, FormatRequest& x) {
  v.type("FormatRequest");
  v.field("formats", x.formats, {.doc = "Formats to write from one batch", .min = 1, .max = 10});
  v.field("label", x.label, {.doc = "Label to train on; may be left out when the dataset has one", .max = 256});
  v.field("multi_label", x.multi_label, {.doc = "A picture may have several classes", .required = false});
  v.field(
      "split_by", x.split_by,
      {.doc = "Splits by percent (splits), by numbers of samples (counts), or as the member split of the lines says",
       .required = false});
  v.field("splits", x.splits, {.required = false});
  v.field("counts", x.counts);
  v.field("shuffle", x.shuffle, {.required = false});
  v.field("seed", x.seed, {.doc = "Same seed, same sets", .required = false, .min = 0});
  v.field("stratify", x.stratify, {.doc = "Keep the share of each class in every split", .required = false});
  v.field("keep_together", x.keep_together,
          {.doc = "Never in two splits: \"source\" (versions of one picture), \"duplicates\", \"near\", \"field:NAME\"",
           .required = false,
           .max = 8});
  v.field("near_bits", x.near_bits, {.doc = "How near is near, of 64 bits", .required = false, .min = 0, .max = 15});
  v.field("resize", x.resize,
          {.doc = "\"256\" shorter edge, \"123x456\" exact, \"\" unchanged", .required = false, .max = 32});
  v.field("quality", x.quality, {.doc = "JPEG quality of resized pictures", .required = false, .min = 1, .max = 100});
  v.field("min_per_class", x.min_per_class, {.required = false, .min = 0});
  v.field("max_per_class", x.max_per_class, {.required = false, .min = 0});
  v.field("max_reject_ratio", x.max_reject_ratio, {.required = false, .min = 0, .max = 1});
  v.field("options", x.options, {.doc = "Options by format name", .required = false});
}

void describe(schema::Visitor& v, FormatBatch& x) {
  v.type("FormatBatch");
  v.field("batch", x.batch);
  v.field("job_id", x.job_id);
  v.field("items", x.items);
}

}  // namespace ava::dataset
