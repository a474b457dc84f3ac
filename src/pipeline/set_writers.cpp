#include "pipeline/set_writers.hpp"

#include "base/file.hpp"

namespace ava::pipeline {

namespace {
Error cancelled() { return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled"); }
}  // namespace

SetWriters::SetWriters(std::filesystem::path folder, std::vector<RequestedFormat> formats,
                       std::vector<format::SetInfo> parts)
    : folder_(std::move(folder)), parts_(std::move(parts)) {
  for (RequestedFormat& format : formats) lanes_.push_back(std::make_unique<Lane>(std::move(format)));
  for (const auto& lane : lanes_) {
    Lane* self = lane.get();
    self->thread = std::jthread([this, self](const std::stop_token& stop) {
      if (auto filled = fill(*self, stop); !filled.ok()) self->failed = std::move(filled).error();
      self->queue.close();
    });
  }
}

SetWriters::~SetWriters() {
  for (const auto& lane : lanes_) lane->thread.request_stop();
}

Result<void> SetWriters::fill(Lane& lane, const std::stop_token& stop) {
  Cursor cursor;
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    const format::SetInfo& info = parts_[part];
    SetOutput set{.format = std::string(lane.format.driver->name()), .part = part};
    set.folder = folder_ / set.format / info.split;
    AVA_CHECK(file::make_dirs(set.folder));
    AVA_TRY(const auto writer, lane.format.driver->make_writer(set.folder, info, lane.format.options));
    for (std::uint64_t i = 0; i < info.sample_count; ++i) {
      while (!cursor.batch || cursor.next == cursor.batch->size()) {
        auto popped = lane.queue.pop(stop);
        if (!popped) return cancelled();
        cursor = {*std::move(popped), 0};
      }
      AVA_CHECK(writer->append((*cursor.batch)[cursor.next++].item));
    }
    AVA_TRY(set.files, writer->finish());
    lane.sets.push_back(std::move(set));
  }
  return {};
}

Result<void> SetWriters::push(const SetItems& items) {
  for (const auto& lane : lanes_)
    if (!lane->queue.push(items, {})) return join();
  return {};
}

/// Wait for all threads; the first failure, if any.
Result<void> SetWriters::join() {
  for (const auto& lane : lanes_) lane->queue.close();
  for (const auto& lane : lanes_)
    if (lane->thread.joinable()) lane->thread.join();
  const Error* first = nullptr;
  for (const auto& lane : lanes_)
    if (lane->failed && (first == nullptr || first->code() == ErrorCode::kCancelled)) first = &*lane->failed;
  if (first != nullptr) return *first;
  return {};
}

Result<std::vector<SetOutput>> SetWriters::finish() {
  AVA_CHECK(join());
  std::vector<SetOutput> sets;
  for (const auto& lane : lanes_)
    for (SetOutput& set : lane->sets) sets.push_back(std::move(set));
  return sets;
}

}  // namespace ava::pipeline
