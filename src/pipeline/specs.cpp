#include "pipeline/specs.hpp"

namespace ava::pipeline {

std::span<const schema::EnumName<PictureCheck>> enum_names(PictureCheck) {
  static constexpr schema::EnumName<PictureCheck> kNames[] = {
      {PictureCheck::kNone, "none"}, {PictureCheck::kStructure, "structure"}, {PictureCheck::kDecode, "decode"}};
  return kNames;
}

std::span<const schema::EnumName<ImportKind>> enum_names(ImportKind) {
  static constexpr schema::EnumName<ImportKind> kNames[] = {{ImportKind::kAuto, "auto"},
                                                            {ImportKind::kList, "list"},
                                                            {ImportKind::kArchive, "archive"},
                                                            {ImportKind::kPrefix, "prefix"},
                                                            {ImportKind::kFile, "file"}};
  return kNames;
}

void describe(schema::Visitor& v, Sources& x) {
  v.type("Sources");
  v.field("buckets", x.buckets, {.doc = "bucket name to storage URI", .required = false});
  v.field("local_roots", x.local_roots, {.required = false});
  v.field("base_folder", x.base_folder, {.required = false});
  v.field("allow_http", x.allow_http, {.required = false});
  v.field("deny_private", x.deny_private, {.required = false});
}

void describe(schema::Visitor& v, Target& x) {
  v.type("Target");
  v.field("folder", x.folder, {.required = false});
  v.field("bucket", x.bucket, {.required = false});
  v.field("prefix", x.prefix, {.required = false});
}

void describe(schema::Visitor& v, FormatSpec& x) {
  v.type("FormatSpec");
  v.field("list", x.list, {.doc = "path or url of the sample list", .min = 1});
  v.field("formats", x.formats, {.doc = "formats to write in one pass", .min = 1});
  v.field("options", x.options, {.doc = "options by format", .required = false});
  v.field("label", x.label, {.doc = "label to use; empty: the only one", .required = false});
  v.field("multi_label", x.multi_label, {.doc = "a picture may have several classes", .required = false});
  v.field("split_by", x.split_by, {.doc = "parts by percent, by counts, or as the list says", .required = false});
  v.field("splits", x.splits, {.doc = "percent by part: train, val, test", .required = false});
  v.field("counts", x.counts, {.doc = "samples by part, for split_by counts", .required = false});
  v.field("split_file", x.split_file, {.doc = "lines of part, tab, url, for split_by list", .required = false});
  v.field("shuffle", x.shuffle, {.required = false});
  v.field("stratify", x.stratify, {.doc = "give every part each class in proportion", .required = false});
  v.field("seed", x.seed, {.required = false});
  v.field("resize", x.resize, {.doc = "\"256\" (shorter edge), \"224x224\" or empty", .required = false});
  v.field("quality", x.quality, {.doc = "JPEG quality of resized pictures", .required = false, .min = 1, .max = 100});
  v.field("mean", x.mean, {.doc = "write the mean of the training part", .required = false});
  v.field("min_per_class", x.min_per_class, {.doc = "drop smaller classes", .required = false, .min = 0});
  v.field("max_per_class", x.max_per_class, {.doc = "cut larger classes", .required = false, .min = 0});
  v.field(
      "keep_together", x.keep_together,
      {.doc = "never in two parts: source (versions of one picture), duplicates, near, field:NAME", .required = false});
  v.field("near_bits", x.near_bits, {.doc = "how near is near, of 64 bits", .required = false, .min = 0, .max = 15});
  v.field("max_reject_ratio", x.max_reject_ratio, {.doc = "fail above", .required = false, .min = 0, .max = 1});
  v.field("verify", x.verify, {.doc = "how pictures are checked", .required = false});
  v.field("threads", x.threads, {.doc = "0: one per core", .required = false, .min = 0, .max = 256});
  v.field("url_prefix", x.url_prefix, {.doc = "put before relative urls", .required = false});
  v.field("batch", x.batch, {.doc = "16 hex digits; empty: made from the content", .required = false});
  v.field("cache", x.cache, {.doc = "folder of pictures made ready before; empty: none", .required = false});
  v.field("cache_bytes", x.cache_bytes, {.doc = "what the cache may take; 0: no bound", .required = false});
  v.field("sources", x.sources, {.required = false});
  v.field("target", x.target);
}

void describe(schema::Visitor& v, SetSummary& x) {
  v.type("SetSummary");
  v.field("format", x.format);
  v.field("split", x.split);
  v.field("path", x.path);
  v.field("sample_count", x.sample_count);
  v.field("class_count", x.class_count);
  v.field("byte_count", x.byte_count);
}

void describe(schema::Visitor& v, Counts& x) {
  v.type("Counts");
  v.field("in", x.in);
  v.field("out", x.out);
  v.field("rejected", x.rejected);
  v.field("left_out", x.left_out);
  v.field("reasons", x.reasons, {.required = false});
  v.field("objects", x.objects);
}

void describe(schema::Visitor& v, GroupSummary& x) {
  v.type("GroupSummary");
  v.field("groups", x.groups);
  v.field("samples", x.samples);
  v.field("largest", x.largest);
  v.field("parted", x.parted, {.required = false});
}

void describe(schema::Visitor& v, FormatResult& x) {
  v.type("FormatResult");
  v.field("batch", x.batch);
  v.field("root", x.root);
  v.field("label", x.label);
  v.field("task", x.task, {.required = false});
  v.field("classes", x.classes);
  v.field("counts", x.counts);
  v.field("groups", x.groups);
  v.field("sets", x.sets);
  v.field("already_there", x.already_there, {.required = false});
  v.field("from_cache", x.from_cache, {.required = false});
  v.field("resumed", x.resumed, {.required = false});
}

void describe(schema::Visitor& v, ImportSpec& x) {
  v.type("ImportSpec");
  v.field("kind", x.kind, {.required = false});
  v.field("as", x.as, {.doc = "importer; empty: told by content", .required = false});
  v.field("options", x.options, {.doc = "options of the importer", .required = false});
  v.field("source", x.source, {.min = 1});
  v.field("label", x.label, {.doc = "name of labels that are made", .required = false, .min = 1});
  v.field("labels_only", x.labels_only, {.doc = "do not look for the pictures", .required = false});
  v.field("url_prefix", x.url_prefix, {.doc = "put before relative urls", .required = false});
  v.field("fail_on_reject", x.fail_on_reject, {.required = false});
  v.field("allow_local_paths", x.allow_local_paths, {.required = false});
  v.field("sources", x.sources, {.required = false});
  v.field("target", x.target);
}

void describe(schema::Visitor& v, LabelSummary& x) {
  v.type("LabelSummary");
  v.field("key", x.key);
  v.field("type", x.type);
  v.field("name", x.name);
}

void describe(schema::Visitor& v, ImportResult& x) {
  v.type("ImportResult");
  v.field("kind", x.kind);
  v.field("importer", x.importer, {.required = false});
  v.field("list_uri", x.list_uri);
  v.field("item_count", x.item_count);
  v.field("reject_count", x.reject_count);
  v.field("byte_count", x.byte_count);
  v.field("labelled", x.labelled);
  v.field("labels", x.labels);
  v.field("warnings", x.warnings, {.required = false});
}

void describe(schema::Visitor& v, CopySpec& x) {
  v.type("CopySpec");
  v.field("from_bucket", x.from_bucket, {.min = 1});
  v.field("from_prefix", x.from_prefix, {.min = 1});
  v.field("sources", x.sources);
  v.field("target", x.target);
}

void describe(schema::Visitor& v, CopyResult& x) {
  v.type("CopyResult");
  v.field("list_uri", x.list_uri);
  v.field("object_count", x.object_count);
  v.field("byte_count", x.byte_count);
}

void describe(schema::Visitor& v, VerifySpec& x) {
  v.type("VerifySpec");
  v.field("sets", x.sets);
  v.field("sources", x.sources);
  v.field("target", x.target);
}

void describe(schema::Visitor& v, Progress& x) {
  v.type("JobProgress");
  v.field("message", x.phase);
  v.field("done", x.done);
  v.field("total", x.total);
  v.field("unit", x.unit);
}

}  // namespace ava::pipeline
