// What lies in a finished dataset, read from its objects: statistics, samples, pictures, rejected lines.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "db/page.hpp"
#include "pipeline/check.hpp"
#include "storage/storage.hpp"

namespace ava::dataset {

/// One label of a sample, for a picture's caption.
struct SampleLabel {
  std::string key;
  std::string cls;
};
void describe(schema::Visitor& v, SampleLabel& x);

/// A line of the list. `offset` is the byte where it starts: the address of the sample.
struct SampleItem {
  std::int64_t index = 0;
  std::int64_t offset = 0;
  std::string url;
  std::vector<SampleLabel> labels;
  std::string picture_url;
};
void describe(schema::Visitor& v, SampleItem& x);

/// A line that did not become a sample.
struct RejectItem {
  std::int64_t line = 0;
  std::optional<std::int64_t> column;
  std::string url;
  std::string slug;
  std::string detail;
  std::optional<std::string> hint;
  std::optional<bool> annotation;
};
void describe(schema::Visitor& v, RejectItem& x);

/// Reads the objects below one dataset's prefix. Thread: any number of calls at once.
/// Errors: `object.not_found`, `dataset.bad_cursor`, `dataset.bad_list` (damage), and those of the storage.
class Contents {
 public:
  /// `list` names the samples; of a ready-made set it is a preview.
  Contents(std::shared_ptr<storage::Storage> storage, std::string prefix, std::string_view list = "index.lst")
      : storage_(std::move(storage)), prefix_(std::move(prefix)), list_(list) {}

  Result<pipeline::StatsReport> stats() const;
  /// Samples from a cursor on; `cls` keeps only those that carry the class. Cost: the bytes read, at most 8 MiB a call.
  Result<db::Page<SampleItem>> samples(const db::PageRequest& page, const std::string& cls) const;
  /// The sample whose line starts at `offset`.
  Result<SampleItem> sample_at(std::int64_t offset) const;
  Result<db::Page<RejectItem>> rejects(const db::PageRequest& page) const;

 private:
  struct Line {
    std::int64_t offset = 0;
    std::string text;
  };
  /// Lines of an object from a byte on, until `take` returns false or `budget` bytes are read; the offset behind them.
  Result<std::int64_t> lines(const std::string& name, std::int64_t offset, std::int64_t budget,
                             const std::function<bool(const Line&)>& take) const;

  std::shared_ptr<storage::Storage> storage_;
  std::string prefix_;
  std::string list_;
};

}  // namespace ava::dataset
