#include "pipeline/batch_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"
#include "pipeline/mean_files.hpp"
#include "sample/labels_csv.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;

FileRecord file_record(std::string_view path, std::string_view bytes) {
  return {.path = std::string(path), .bytes = bytes.size(), .sha256 = to_hex(sha256(bytes))};
}

/// One listing serves all sets of a split: linked where the file system can, copied where not.
Result<void> link_or_copy(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  std::error_code failed;
  fs::copy_file(from, to, failed);
  if (failed) return file::error_of(failed.value(), "copy to", to);
  return {};
}

Result<std::uint64_t> bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
    if (entry->is_regular_file(failed)) bytes += entry->file_size(failed);
  if (failed) return file::error_of(failed.value(), "walk", folder);
  return bytes;
}

}  // namespace

Result<std::unique_ptr<BatchWriter>> BatchWriter::start(fs::path folder, const std::vector<RequestedFormat>& formats,
                                                        const Plan& plan, const std::vector<Share>& shares,
                                                        format::Task task, bool mean) {
  std::unique_ptr<BatchWriter> writer(new BatchWriter(std::move(folder), plan));
  writer->task_ = task;
  writer->mean_.wanted = mean;
  std::vector<format::SetInfo> infos;
  std::uint64_t from = 0;
  for (std::size_t p = 0; p < shares.size(); ++p) {
    const bool asked = shares[p].percent > 0 || shares[p].count > 0;
    if (!asked && plan.sizes[p] == 0) continue;
    AVA_TRY(auto samples, format::OutFile::create(writer->folder_ / fmt::format(".samples-{}.jsonl", shares[p].name)));
    writer->parts_.push_back(
        {.split = shares[p].name, .from = from, .count = plan.sizes[p], .samples = std::move(samples)});
    writer->parts_.back().tally.assign(plan.classes.size(), 0);
    infos.push_back({.split = shares[p].name, .task = task, .sample_count = plan.sizes[p], .classes = plan.classes});
    from += plan.sizes[p];
  }
  writer->writers_ = std::make_unique<SetWriters>(writer->folder_, formats, std::move(infos));
  return writer;
}

void BatchWriter::add_to_mean(const Picture& picture) {
  const std::size_t plane = picture.planes->size() / 3;
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t i = channel * plane; i < (channel + 1) * plane; ++i)
      mean_.sum[channel] += static_cast<std::uint8_t>((*picture.planes)[i]);
  mean_.pixels += plane;
}

void BatchWriter::tally(Part& part, const format::Labels& labels) const {
  if (task_ == format::Task::kClassification) ++part.tally[labels.cls];
  for (const std::uint32_t cls : labels.classes) ++part.tally[cls];
  for (const format::Object& object : labels.objects) ++part.tally[object.cls];
  if (task_ == format::Task::kDetection && labels.objects.empty()) ++part.negatives;
}

Result<void> BatchWriter::record(Part& part, std::uint64_t index, const Entry& entry) {
  tally(part, entry.picture.labels);
  if (mean_.wanted && part.split == "train") add_to_mean(entry.picture);
  SampleRecord record{.id = fmt::format("{}/{}", part.split, index),
                      .split = part.split,
                      .index = index,
                      .sha256 = to_hex(entry.picture.sha256),
                      .bytes = entry.picture.bytes->size(),
                      .width = entry.picture.width,
                      .height = entry.picture.height,
                      .url = entry.picture.url,
                      .line = entry.line};
  set_labels(record, task_, entry.picture.labels, classes_);
  if (entry.picture.planes) record.planes = to_hex(sha256(*entry.picture.planes));
  const Digest leaf = leaf_of(record, entry.picture.sha256);
  part.tree.add(leaf);
  tree_.add(leaf);
  std::string line;
  append_line(line, record);
  return part.samples.write(line);
}

Result<void> BatchWriter::append(std::vector<Entry> entries) {
  auto items = std::make_shared<std::vector<SetItem>>();
  items->reserve(entries.size());
  for (Entry& entry : entries) {
    while (position_ >= parts_[current_].from + parts_[current_].count) ++current_;
    Part& part = parts_[current_];
    const std::uint64_t index = position_++ - part.from;
    AVA_CHECK(record(part, index, entry));
    Picture& picture = entry.picture;
    SetItem item{.part = static_cast<std::uint32_t>(current_)};
    item.item = {.index = index,
                 .labels = std::move(picture.labels),
                 .bytes = std::move(picture.bytes),
                 .sha256 = picture.sha256,
                 .planes = std::move(picture.planes),
                 .width = picture.width,
                 .height = picture.height,
                 .name = std::move(picture.name),
                 .extension = std::move(picture.extension)};
    items->push_back(std::move(item));
  }
  return writers_->push(items);
}

Result<void> BatchWriter::add_side_files(const SetOutput& set, SetManifest& manifest) {
  AVA_TRY(const std::string labels, sample::write_labels_csv(classes_));
  AVA_CHECK(file::write_atomic(set.folder / "labels.csv", labels));
  manifest.files.push_back(file_record("labels.csv", labels));
  if (mean_.wanted && mean_.pixels > 0) {
    const double pixels = static_cast<double>(mean_.pixels);
    const ChannelMean mean{.b = static_cast<double>(mean_.sum[0]) / pixels,
                           .g = static_cast<double>(mean_.sum[1]) / pixels,
                           .r = static_cast<double>(mean_.sum[2]) / pixels};
    const std::pair<const char*, std::string> files[] = {{"mean.csv", mean_csv(mean)},
                                                         {"mean.binaryproto", mean_binaryproto(mean)}};
    for (const auto& [name, bytes] : files) {
      AVA_CHECK(file::write_atomic(set.folder / name, bytes));
      manifest.files.push_back(file_record(name, bytes));
    }
  }
  const Part& part = parts_[set.part];
  AVA_CHECK(link_or_copy(folder_ / fmt::format(".samples-{}.jsonl", part.split), set.folder / kSamplesFile));
  manifest.files.push_back(
      {.path = std::string(kSamplesFile), .bytes = part.samples.offset(), .sha256 = to_hex(part.samples.digest())});
  return {};
}

Result<SetManifest> BatchWriter::describe_set(const SetOutput& set, const PlanRecord& plan) {
  const Part& part = parts_[set.part];
  SetManifest manifest;
  manifest.format = set.format;
  manifest.split = part.split;
  manifest.range = fmt::format("{}-{}", part.from, part.from + part.count);
  manifest.split_root = to_hex(part.tree.root());
  manifest.sample_count = part.count;
  manifest.negatives = part.negatives;
  for (std::size_t c = 0; c < classes_.size(); ++c) manifest.classes.push_back({classes_[c], part.tally[c]});
  for (const format::SetFile& made : set.files) {
    FileRecord record{.path = made.path, .bytes = made.bytes};
    (made.kind == format::DigestKind::kOutline ? record.outline_sha256 : record.sha256) = to_hex(made.sha256);
    manifest.files.push_back(std::move(record));
  }
  manifest.plan = plan;
  AVA_CHECK(add_side_files(set, manifest));
  return manifest;
}

Result<BatchManifest> BatchWriter::finish(const PlanRecord& plan, const Counts& counts, const std::string& batch_id) {
  AVA_TRY(const std::vector<SetOutput> sets, writers_->finish());
  for (Part& part : parts_) AVA_CHECK(part.samples.close());
  BatchManifest batch;
  batch.root = to_hex(tree_.root());
  batch.batch = batch_id.empty() ? to_hex(sha256(batch.root + schema::to_text(plan))).substr(0, 16) : batch_id;
  batch.classes = classes_;
  batch.counts = counts;
  batch.plan = plan;
  for (const SetOutput& set : sets) {
    AVA_TRY(SetManifest manifest, describe_set(set, plan));
    manifest.batch = batch.batch;
    manifest.batch_root = batch.root;
    const std::string text = schema::to_text(manifest) + "\n";
    AVA_CHECK(file::write_atomic(set.folder / kSetFile, text));
    AVA_TRY(const std::uint64_t bytes, bytes_below(set.folder));
    const std::string path = fmt::format("{}/{}", set.format, manifest.split);
    batch.files.push_back(file_record(fmt::format("{}/{}", path, kSetFile), text));
    batch.sets.push_back({set.format, manifest.split, path, manifest.sample_count, classes_.size(), bytes});
  }
  for (const Part& part : parts_) {
    std::error_code ignored;
    fs::remove(folder_ / fmt::format(".samples-{}.jsonl", part.split), ignored);
  }
  return batch;
}

}  // namespace ava::pipeline
