#include "pipeline/manifest.hpp"

#include <fmt/format.h>

#include "base/file.hpp"

namespace ava::pipeline {

void describe(schema::Visitor& v, FileRecord& x) {
  v.type("FileRecord");
  v.field("path", x.path);
  v.field("bytes", x.bytes);
  v.field("sha256", x.sha256);
  v.field("outline_sha256", x.outline_sha256);
}

void describe(schema::Visitor& v, PlanRecord& x) {
  v.type("PlanRecord");
  v.field("list_sha256", x.list_sha256);
  v.field("label", x.label);
  v.field("task", x.task, {.required = false});
  v.field("split_by", x.split_by, {.required = false});
  v.field("splits", x.splits);
  v.field("counts", x.counts, {.required = false});
  v.field("split_file_sha256", x.split_file_sha256);
  v.field("shuffle", x.shuffle);
  v.field("stratify", x.stratify);
  v.field("seed", x.seed);
  v.field("resize", x.resize);
  v.field("quality", x.quality);
  v.field("mean", x.mean);
  v.field("min_per_class", x.min_per_class);
  v.field("max_per_class", x.max_per_class);
  v.field("keep_together", x.keep_together, {.required = false});
  v.field("near_bits", x.near_bits, {.required = false});
  v.field("verify", x.verify);
  v.field("formats", x.formats);
}

void describe(schema::Visitor& v, ClassTally& x) {
  v.type("ClassTally");
  v.field("name", x.name);
  v.field("count", x.count);
}

void describe(schema::Visitor& v, SetManifest& x) {
  v.type("SetManifest");
  v.field("version", x.version, {.min = 1, .max = 1});
  v.field("batch", x.batch);
  v.field("batch_root", x.batch_root);
  v.field("format", x.format);
  v.field("split", x.split);
  v.field("range", x.range);
  v.field("split_root", x.split_root);
  v.field("sample_count", x.sample_count);
  v.field("negatives", x.negatives, {.required = false});
  v.field("foreign", x.foreign, {.required = false});
  v.field("classes", x.classes);
  v.field("files", x.files);
  v.field("plan", x.plan);
}

void describe(schema::Visitor& v, BatchManifest& x) {
  v.type("BatchManifest");
  v.field("version", x.version, {.min = 1, .max = 1});
  v.field("batch", x.batch);
  v.field("root", x.root);
  v.field("classes", x.classes);
  v.field("counts", x.counts);
  v.field("groups", x.groups);
  v.field("sets", x.sets);
  v.field("files", x.files);
  v.field("plan", x.plan);
}

template <class Manifest>
Result<Manifest> read_manifest(const std::string& path) {
  AVA_TRY(const std::string text, file::read(path));
  auto manifest = schema::from_text<Manifest>(text);
  if (manifest.ok()) return manifest;
  return Error(ErrorCode::kCorrupt, "manifest.bad", fmt::format("'{}': {}", path, manifest.error().text()));
}
template Result<SetManifest> read_manifest(const std::string& path);
template Result<BatchManifest> read_manifest(const std::string& path);

}  // namespace ava::pipeline
