// Feeds every requested format of a batch from one stream of items: one thread and one bounded queue per format.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.hpp"
#include "base/result.hpp"
#include "format/format.hpp"

namespace ava::pipeline {

struct RequestedFormat {
  const format::Format* driver = nullptr;
  std::string options;
};

/// One item and the part it belongs to.
struct SetItem {
  std::uint32_t part = 0;
  format::Item item;
};
using SetItems = std::shared_ptr<const std::vector<SetItem>>;

/// A finished set.
struct SetOutput {
  std::string format;
  std::uint32_t part = 0;
  std::filesystem::path folder;
  std::vector<format::SetFile> files;
};

/// Thread: one caller. Destroyed before finish(), it stops its threads and leaves half-written folders.
class SetWriters {
 public:
  /// Sets go to `<folder>/<format>/<split>`.
  SetWriters(std::filesystem::path folder, std::vector<RequestedFormat> formats, std::vector<format::SetInfo> parts);
  ~SetWriters();
  SetWriters(const SetWriters&) = delete;
  SetWriters& operator=(const SetWriters&) = delete;

  /// Items in the order of the plan. Errors: the first of any writer.
  Result<void> push(const SetItems& items);
  /// Wait for all; the sets in the order of formats, then parts.
  Result<std::vector<SetOutput>> finish();

 private:
  struct Lane {
    explicit Lane(RequestedFormat wanted) : format(std::move(wanted)), queue(2) {}
    RequestedFormat format;
    BoundedQueue<SetItems> queue;
    std::optional<Error> failed;
    std::vector<SetOutput> sets;
    std::jthread thread;
  };
  Result<void> fill(Lane& lane, const std::stop_token& stop);
  Result<void> join();
  /// The next item of a lane, kept with the batch it lies in.
  struct Cursor {
    SetItems batch;
    std::size_t next = 0;
  };

  std::filesystem::path folder_;
  std::vector<format::SetInfo> parts_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace ava::pipeline
