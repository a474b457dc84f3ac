// One pass of a batch over its plan: feeds the set writers, and keeps what the manifests will say (digests, tallies,
// roots).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "format/out_file.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/merkle.hpp"
#include "pipeline/picture_stage.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/sample_record.hpp"
#include "pipeline/set_writers.hpp"

namespace ava::pipeline {

/// Thread: one caller. Errors: those of the writers.
class BatchWriter {
 public:
  /// `names[p]` is the split of part p; parts nobody asked for and nothing is in are not made.
  static Result<std::unique_ptr<BatchWriter>> start(std::filesystem::path folder,
                                                    const std::vector<RequestedFormat>& formats, const Plan& plan,
                                                    const std::vector<Share>& shares, format::Task task, bool mean);
  struct Entry {
    Picture picture;  ///< with its labels complete
    std::uint64_t line = 0;
  };
  /// The next entries in the order of the plan.
  Result<void> append(std::vector<Entry> entries);
  /// Complete the sets, their side files and manifests, and the batch's. `plan` and `counts` go into them as they are.
  Result<BatchManifest> finish(const PlanRecord& plan, const Counts& counts, const std::string& batch_id);

 private:
  struct Part {
    std::string split;
    std::uint64_t from = 0;  ///< first position on the batch's order
    std::uint64_t count = 0;
    format::OutFile samples;
    MerkleTree tree;
    std::vector<std::uint64_t> tally;
    std::uint64_t negatives = 0;
  };
  /// Sums of the training part's pixels, exact. Channel order B,G,R.
  struct Mean {
    bool wanted = false;
    std::uint64_t sum[3] = {0, 0, 0};
    std::uint64_t pixels = 0;
  };
  BatchWriter(std::filesystem::path folder, const Plan& plan) : folder_(std::move(folder)), classes_(plan.classes) {}
  void tally(Part& part, const format::Labels& labels) const;
  Result<void> record(Part& part, std::uint64_t index, const Entry& entry);
  void add_to_mean(const Picture& picture);
  Result<SetManifest> describe_set(const SetOutput& set, const PlanRecord& plan);
  Result<void> add_side_files(const SetOutput& set, SetManifest& manifest);

  std::filesystem::path folder_;
  std::vector<std::string> classes_;
  format::Task task_ = format::Task::kClassification;
  std::vector<Part> parts_;
  std::size_t current_ = 0;
  std::uint64_t position_ = 0;
  MerkleTree tree_;
  Mean mean_;
  std::unique_ptr<SetWriters> writers_;
};

}  // namespace ava::pipeline
