// `ava data export`: a list, or a formatted set, as the labels of another tool, or as a list again. Everything that the
// other format has no place for is counted; items in = items out + listed, and so for annotations.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "convert/export_writers.hpp"
#include "pipeline/specs.hpp"
#include "schema/schema.hpp"

namespace ava::convert {

struct ExportSpec {
  std::string from;   ///< a list, or the folder of a set
  std::string to;     ///< coco, voc, yolo, folder, list, old-list
  std::string label;  ///< the label to export; empty: the only one that fits. Lists carry all of them
  bool labels_only = false;
  pipeline::Sources sources;
  pipeline::Target target;
};

struct ExportResult {
  std::string to;
  std::string label;  ///< empty for lists
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  std::uint64_t items_listed = 0;  ///< lines of rejects.jsonl that stand for an item
  ExportCounts reasons;            ///< of these
  std::uint64_t annotations_in = 0;
  std::uint64_t annotations_out = 0;
  ExportCounts left_out;     ///< annotations by reason; with annotations_out they are annotations_in
  ExportCounts not_carried;  ///< attributes of items and annotations that are there, by name
};
void describe(schema::Visitor& v, ExportResult& x);

/// Writes the folder at once, at the end: the files of the format, `names.tsv` (file, url), `rejects.jsonl` and
/// `export.json` (the result).
/// Errors: `export.unknown`, `export.class_name`, `label.none`, `label.ambiguous`, `label.not_found`, `target.*`, those
/// of the source.
Result<ExportResult> run_export(const ExportSpec& spec, const pipeline::OnProgress& on_progress,
                                const std::stop_token& stop);

}  // namespace ava::convert
