#include "sample/label_stats.hpp"

#include <algorithm>
#include <map>

#include "sample/list_writer.hpp"

namespace ava::sample {

namespace {

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Counts = std::unordered_map<std::string, std::uint64_t, ViewHash, std::equal_to<>>;

struct LabelTable {
  LabelKey key;
  std::uint64_t total = 0;
  std::uint64_t images = 0;
  Counts count;
  // Lists come in runs of one class: the last one is often the next one.
  std::string last_class;
  std::uint64_t* last_count = nullptr;

  void add(std::string_view cls, std::uint64_t n = 1) {
    total += n;
    if (last_count == nullptr || last_class != cls) {
      auto found = count.find(cls);
      if (found == count.end()) found = count.emplace(std::string(cls), 0).first;
      last_class = found->first;
      last_count = &found->second;  // stays valid: an unordered_map never moves its nodes
    }
    *last_count += n;
  }
};

void append_labels(std::string& out, std::string_view key, const LabelStats& stats, LabelType type) {
  append_json_string(out, key);
  out += ":[";
  bool first = true;
  for (const LabelCount& label : stats.labels) {
    if (label.key.type != type) continue;
    if (!first) out.push_back(',');
    first = false;
    out += "{\"name\":";
    append_json_string(out, label.key.name);
    out += ",\"total\":" + std::to_string(label.total) + ",\"count\":{";
    for (std::size_t i = 0; i < label.count.size(); ++i) {
      if (i > 0) out.push_back(',');
      append_json_string(out, label.count[i].cls);
      out += ":" + std::to_string(label.count[i].count);
    }
    out += "},\"images\":" + std::to_string(label.images) + ",\"unlabelled\":" + std::to_string(label.unlabelled) + "}";
  }
  out += "],";
}

}  // namespace

struct StatsCounter::Impl {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dimension = 0;
  std::vector<std::unique_ptr<LabelTable>> labels;
  Counts clusters;
  std::uint64_t faces = 0;

  LabelTable& table(LabelType type, std::string_view name) {
    for (const auto& label : labels)
      if (label->key.type == type && label->key.name == name) return *label;
    labels.push_back(std::make_unique<LabelTable>());
    labels.back()->key = {type, std::string(name)};
    return *labels.back();
  }
  void add_face(std::string_view cluster, std::uint64_t n) {
    auto found = clusters.find(cluster);
    if (found == clusters.end()) found = clusters.emplace(std::string(cluster), 0).first;
    found->second += n;
    faces += n;
  }
};

StatsCounter::StatsCounter() : impl_(std::make_unique<Impl>()) {}
StatsCounter::~StatsCounter() = default;
StatsCounter::StatsCounter(StatsCounter&&) noexcept = default;
StatsCounter& StatsCounter::operator=(StatsCounter&&) noexcept = default;

void StatsCounter::add(const SampleView& sample) {
  ++impl_->files;
  for (const LabelView& label : sample.labels) {
    if (label.type == LabelType::kFace) {
      for (const EntryView& entry : label.data)
        if (entry.has_cluster) impl_->add_face(entry.cluster, 1);
      continue;
    }
    LabelTable& table = impl_->table(label.type, label.name);
    if (label.type == LabelType::kClassification) {
      const std::string_view cls = class_of(label);
      if (cls.empty()) continue;
      ++table.images;
      table.add(cls);
      continue;
    }
    bool any = false;
    for (const EntryView& entry : label.data) {
      if (!entry.truth) continue;
      any = true;
      table.add(entry.cls);
    }
    if (any) ++table.images;
  }
}

void StatsCounter::add_picture(std::uint64_t bytes, std::uint64_t dimension) {
  impl_->bytes += bytes;
  impl_->dimension += dimension;
}

void StatsCounter::merge(const StatsCounter& other) {
  impl_->files += other.impl_->files;
  impl_->bytes += other.impl_->bytes;
  impl_->dimension += other.impl_->dimension;
  for (const auto& [cluster, count] : other.impl_->clusters) impl_->add_face(cluster, count);
  for (const auto& from : other.impl_->labels) {
    LabelTable& to = impl_->table(from->key.type, from->key.name);
    to.images += from->images;
    for (const auto& [cls, count] : from->count) to.add(cls, count);
  }
}

LabelStats StatsCounter::finish() const {
  LabelStats stats;
  stats.file_count = impl_->files;
  stats.total_image_bytes = impl_->bytes;
  stats.total_image_dimension = impl_->dimension;
  for (const auto& table : impl_->labels) {
    // A label that every line leaves empty is a place to annotate, not information.
    if (table->total == 0) continue;
    LabelCount& label = stats.labels.emplace_back();
    label.key = table->key;
    label.total = table->total;
    label.images = table->images;
    label.unlabelled = impl_->files - table->images;
    for (const auto& [cls, count] : table->count) label.count.push_back({cls, count});
    std::sort(label.count.begin(), label.count.end(), [](const auto& a, const auto& b) { return a.cls < b.cls; });
  }
  std::sort(stats.labels.begin(), stats.labels.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  stats.face.total = impl_->faces;
  for (const auto& [cluster, count] : impl_->clusters) {
    stats.face.max = std::max(stats.face.max, count);
    stats.face.min = stats.face.min == 0 ? count : std::min(stats.face.min, count);
  }
  return stats;
}

const LabelCount* LabelStats::find(const LabelKey& key) const {
  for (const LabelCount& label : labels)
    if (label.key == key) return &label;
  return nullptr;
}

std::string LabelStats::to_original_json() const {
  std::string out = "{\"fileCount\":" + std::to_string(file_count) + ",";
  append_labels(out, "classification", *this, LabelType::kClassification);
  append_labels(out, "class", *this, LabelType::kClassification);
  append_labels(out, "detection", *this, LabelType::kDetection);
  append_labels(out, "detect", *this, LabelType::kDetection);
  out += "\"facecluster\":{\"total\":" + std::to_string(face.total) + ",\"faceMax\":" + std::to_string(face.max) +
         ",\"faceMin\":" + std::to_string(face.min) + "},\"totalImageSize\":" + std::to_string(total_image_bytes) +
         ",\"totalImageDimension\":" + std::to_string(total_image_dimension) + "}";
  return out;
}

}  // namespace ava::sample
