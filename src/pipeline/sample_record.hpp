// One line of `ava-batch.jsonl`: which picture a sample of a set is, what it is labelled with, where it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "format/format.hpp"
#include "schema/schema.hpp"

namespace ava::pipeline {

/// format::Object as JSON. Units: pixels of the stored picture.
struct ObjectRecord {
  std::uint32_t cls = 0;
  std::vector<double> box;                                    ///< x0, y0, x1, y1
  std::optional<std::vector<std::vector<double>>> polygon;    ///< x, y
  std::optional<std::vector<std::vector<double>>> landmarks;  ///< index, x, y
  std::optional<bool> difficult;
};
void describe(schema::Visitor& v, ObjectRecord& x);

/// Which of label, classes and objects is there depends on the task.
struct SampleRecord {
  std::string id;  ///< "<split>/<index>"
  std::string split;
  std::uint64_t index = 0;
  std::optional<std::uint32_t> label;                 ///< kClassification: class index
  std::optional<std::string> cls;                     ///< its name
  std::optional<std::vector<std::uint32_t>> classes;  ///< kMultiLabel
  std::optional<std::vector<ObjectRecord>> objects;   ///< kDetection
  std::string sha256;                                 ///< of the stored picture file
  std::optional<std::string> planes;                  ///< SHA-256 of the decoded planes, where a format stores them
  std::uint64_t bytes = 0;
  int width = 0;
  int height = 0;
  std::string url;
  std::uint64_t line = 0;  ///< in the list
};
void describe(schema::Visitor& v, SampleRecord& x);

/// Put the labels of a task into the record. `names` are the classes of the batch.
void set_labels(SampleRecord& record, format::Task task, const format::Labels& labels,
                const std::vector<std::string>& names);
/// Append the record as one JSON line (by hand: this runs once per sample).
void append_line(std::string& out, const SampleRecord& record);

/// The leaf of the batch's Merkle tree (merkle.hpp): of the class index and the picture; where there are several
/// classes or objects, of kNoClass and SHA-256(picture's digest, the JSON of `classes` or `objects` as the line has
/// it).
Digest leaf_of(const SampleRecord& record, const Digest& picture);

/// What a set's reader gave back against what the listing says; empty when they agree, else what differs, in words.
/// Boxes may differ by what the format's traits allow; their order counts within a class only.
std::string difference(const SampleRecord& record, const format::StoredItem& stored, const format::Traits& traits);

}  // namespace ava::pipeline
