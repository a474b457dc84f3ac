#include "sample/list_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "base/file.hpp"
#include "sample/batch.hpp"
#include "sample/block_source.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {

void ListCounts::add(const ListCounts& other) {
  lines += other.lines;
  blank += other.blank;
  items += other.items;
  rejected += other.rejected;
  annotations += other.annotations;
  annotations_rejected += other.annotations_rejected;
  old_form += other.old_form;
  new_form += other.new_form;
  bytes += other.bytes;
  for (const auto& [name, count] : other.warnings) warnings[name] += count;
}

ByteSource source_of(std::string text) {
  auto rest = std::make_shared<std::pair<std::string, std::size_t>>(std::move(text), 0);
  return [rest](char* buffer, std::size_t size) -> Result<std::size_t> {
    const std::size_t got = std::min(size, rest->first.size() - rest->second);
    std::copy_n(rest->first.data() + rest->second, got, buffer);
    rest->second += got;
    return got;
  };
}

Result<ByteSource> source_of_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  std::shared_ptr<int> owner(new int(fd), [](int* open) {
    ::close(*open);
    delete open;
  });
  return ByteSource([owner, path](char* buffer, std::size_t size) -> Result<std::size_t> {
    for (;;) {
      const ssize_t got = ::read(*owner, buffer, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return file::error_of(errno, "read", path);
    }
  });
}

std::string to_json_line(const Reject& reject) {
  std::string out = fmt::format("{{\"line\":{}", reject.line);
  if (reject.column > 0) out += fmt::format(",\"column\":{}", reject.column);
  const auto member = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += fmt::format(",\"{}\":", name);
    append_json_string(out, text);
  };
  member("url", reject.url);
  member("slug", reject.slug);
  member("detail", reject.detail);
  member("hint", reject.hint);
  if (reject.annotation) out += ",\"annotation\":true";
  out += "}\n";
  return out;
}

/// With one thread everything happens in next(). With more, each thread fills a block under the lock and parses it
/// outside; finished blocks wait for their turn, and only a fixed number of blocks exists.
struct ListReader::State {
  ListOptions options;
  Hook hook;
  BlockSource source;
  ListCounts counts;
  bool ended = false;

  std::mutex source_mutex;
  std::uint64_t next_sequence = 0;
  bool source_ended = false;

  std::mutex mutex;
  std::condition_variable_any given_back;  ///< a free block; one thread waits at most, the one that may read
  std::condition_variable_any finished;    ///< the block that is wanted; the caller waits
  std::vector<Batch> free;
  std::map<std::uint64_t, Batch> done;
  std::uint64_t wanted = 0;
  std::uint64_t last = ~std::uint64_t{0};  ///< sequence behind the last block
  std::vector<std::jthread> threads;       // last member: stopped before the rest goes

  State(ByteSource bytes, ListOptions given, Hook on_batch)
      : options(std::move(given)), hook(std::move(on_batch)), source(std::move(bytes), options) {
    if (options.threads <= 1) return;
    free.resize(options.threads * 3);
    for (unsigned i = 0; i < options.threads; ++i)
      threads.emplace_back([this, i](const std::stop_token& stop) { work(i, stop); });
  }

  /// All at once: one may wait for a free block and hold up the other, which waits to read.
  ~State() {
    for (std::jthread& thread : threads) thread.request_stop();
  }

  void process(unsigned thread, Batch& batch) {
    if (!options.only_hook) {
      batch.impl().parse(options);
      if (hook) hook(thread, batch);
      return;
    }
    batch.impl().parse(options, [&] {
      if (hook) hook(thread, batch);
    });
    batch.impl().samples.clear();
  }

  void work(unsigned thread, const std::stop_token& stop) {
    for (;;) {
      Batch batch;
      std::uint64_t sequence = 0;
      {
        const std::lock_guard reading(source_mutex);
        if (source_ended || !take_free(batch, stop)) return;
        source_ended = !source.fill(batch.impl());
        sequence = next_sequence++;
        if (source_ended) {
          const std::lock_guard lock(mutex);
          const bool failed = batch.impl().failed.has_value();
          last = failed ? sequence + 1 : sequence;
          if (failed) done.emplace(sequence, std::move(batch));
          finished.notify_one();
          return;
        }
      }
      process(thread, batch);
      const std::lock_guard lock(mutex);
      done.emplace(sequence, std::move(batch));
      if (sequence == wanted) finished.notify_one();
    }
  }

  bool take_free(Batch& batch, const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    if (!given_back.wait(lock, stop, [&] { return !free.empty(); })) return false;
    batch = std::move(free.back());
    free.pop_back();
    return true;
  }

  /// The next block in order. False: the end.
  Result<bool> take_done(Batch& batch, const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    const bool ready = finished.wait(lock, stop, [&] { return done.count(wanted) > 0 || wanted >= last; });
    if (!ready) return Error(ErrorCode::kCancelled, "list.cancelled", "stopped while reading the list");
    const auto found = done.find(wanted);
    if (found == done.end()) return false;
    free.push_back(std::move(batch));
    batch = std::move(found->second);
    done.erase(found);
    ++wanted;
    given_back.notify_one();
    return true;
  }

  Result<bool> next(Batch& batch, const std::stop_token& stop) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "list.cancelled", "stopped while reading the list");
    if (options.threads > 1) {
      AVA_TRY(const bool more, take_done(batch, stop));
      if (!more) return false;
    } else if (!source.fill(batch.impl())) {
      if (!batch.impl().failed) return false;
    } else {
      process(0, batch);
    }
    if (batch.impl().failed) return *batch.impl().failed;
    const bool had_both = counts.old_form > 0 && counts.new_form > 0;
    counts.add(batch.counts());
    if (!had_both && counts.old_form > 0 && counts.new_form > 0) ++counts.warnings["mixed_forms"];
    return true;
  }
};

ListReader::ListReader(ByteSource source, ListOptions options, Hook on_batch)
    : state_(std::make_unique<State>(std::move(source), std::move(options), std::move(on_batch))) {}

ListReader::~ListReader() = default;

Result<bool> ListReader::next(Batch& batch, const std::stop_token& stop) {
  if (state_->ended) return false;
  auto more = state_->next(batch, stop);
  if (!more.ok() || !*more) state_->ended = true;
  return more;
}

const ListCounts& ListReader::counts() const { return state_->counts; }

}  // namespace ava::sample
