// One source row and all that becomes of it: used by the executor and by previews.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "graph/picture.hpp"
#include "graph/plan.hpp"

namespace ava::graph {

/// A generated sample. Its url is the caller's.
struct Made {
  sample::Sample sample;  ///< new form; `source_url` and `ops` are set
  std::string bytes;
  std::string extension;
  int width = 0;
  int height = 0;
  augment::LabelCounts labels;
};

/// Makes the items of one row. Thread: one at a time. Lifetime: plan and resolver must outlive it.
class RowMaker {
 public:
  /// Errors: `list.changed`.
  static Result<std::unique_ptr<RowMaker>> open(const Plan& plan, const storage::Resolver& resolver,
                                                const pipeline::Sources& sources, const sample::ListOptions& options,
                                                std::size_t row);
  /// The row as a new list has it: new form, and a relative url made one that is found from elsewhere.
  const sample::Sample& sample() const { return sample_; }
  const std::string& line() const { return line_; }
  /// Fetched when first asked for. Errors: those of the resolver and of probing.
  Result<Source*> source();
  /// Errors: those of fetching, decoding, the operations and encoding.
  Result<Made> make(const Item& item);
  /// SHA-256 of the source's bytes. Errors: those of source().
  Result<Digest> source_digest();
  std::uint64_t row_hash() const;
  /// What names an item's picture: source url, lineage and ops.
  std::string name_of(const Item& item, const Made& made) const;

 private:
  RowMaker(const Plan& plan, const storage::Resolver& resolver, std::size_t row)
      : plan_(plan), resolver_(resolver), row_(row) {}
  const Plan& plan_;
  const storage::Resolver& resolver_;
  std::size_t row_;
  std::string line_;
  std::string url_;  ///< as the list has it
  sample::Sample sample_;
  std::optional<Source> source_;
  std::optional<Digest> source_digest_;
  std::unique_ptr<OtherRows> others_;
};

/// "a/b.jpg" below a local folder becomes "/folder/a/b.jpg": a new list is elsewhere.
std::string url_from_elsewhere(const std::string& url, const pipeline::Sources& sources);

}  // namespace ava::graph
