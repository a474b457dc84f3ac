// Cuts a byte stream into blocks of whole lines, counts lines, and notices files that are no lists.
#pragma once

#include <cstdint>
#include <string>

#include "sample/batch.hpp"
#include "sample/list_reader.hpp"

namespace ava::sample {

/// Thread: one at a time.
class BlockSource {
 public:
  BlockSource(ByteSource source, const ListOptions& options);
  /// False: the end, or `batch.failed` says why not.
  bool fill(Batch::Impl& batch);

 private:
  bool read_more(Batch::Impl& batch, std::size_t want);
  bool skip_long_line(Batch::Impl& batch);
  bool check_start(Batch::Impl& batch);

  ByteSource source_;
  const ListOptions& options_;
  std::string carry_;  ///< the unfinished line behind the last block
  std::uint64_t line_ = 1;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  bool first_ = true;
};

}  // namespace ava::sample
