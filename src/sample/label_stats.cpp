#include "sample/label_stats.hpp"

#include <algorithm>
#include <cstring>

#include "sample/list_writer.hpp"

namespace ava::sample {

namespace {

/// Counts by text. Most lists have a few short classes: the hash reads at most 16 bytes of them, the table is one
/// array.
class Counts {
 public:
  struct Cell {
    std::string text;
    std::uint64_t hash = 0;
    std::uint64_t count = 0;
  };

  std::uint64_t& at(std::string_view text) {
    const std::uint64_t hash = hash_of(text);
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const std::uint32_t slot = slots_[i];
      if (slot == 0) return add(text, hash);
      Cell& cell = cells_[slot - 1];
      if (cell.hash == hash && cell.text == text) return cell.count;
    }
  }
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  /// A word from the place of this table in memory: nobody can write a list whose classes all collide.
  std::uint64_t hash_of(std::string_view text) const {
    const auto word = [&](std::size_t begin, std::size_t size) {
      std::uint64_t value = 0;
      std::memcpy(&value, text.data() + begin, size);
      return value;
    };
    const std::size_t size = text.size();
    if (size > 16) return std::hash<std::string_view>{}(text);
    std::uint64_t a = 0, b = 0;
    if (size >= 8) {
      a = word(0, 8), b = word(size - 8, 8);
    } else if (size >= 4) {
      a = word(0, 4), b = word(size - 4, 4);
    } else if (size > 0) {
      a = word(0, 1) | word(size / 2, 1) << 8 | word(size - 1, 1) << 16;
    }
    std::uint64_t mixed = (a ^ seed_) * 0x9E3779B97F4A7C15;
    mixed = ((mixed ^ (mixed >> 32)) + b + size) * 0xD6E8FEB86659FD93;
    return mixed ^ (mixed >> 32);
  }

  std::uint64_t& add(std::string_view text, std::uint64_t hash) {
    cells_.push_back({std::string(text), hash, 0});
    if (cells_.size() * 2 > slots_.size()) {
      slots_.assign(slots_.size() * 2, 0);
      mask_ = slots_.size() - 1;
      for (std::size_t n = 0; n < cells_.size(); ++n) put(n);
    } else {
      put(cells_.size() - 1);
    }
    return cells_.back().count;
  }
  void put(std::size_t n) {
    std::size_t i = cells_[n].hash & mask_;
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = static_cast<std::uint32_t>(n + 1);
  }

  std::vector<Cell> cells_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(16);  ///< index into cells_ + 1; 0: free
  std::size_t mask_ = 15;
  std::uint64_t seed_ = reinterpret_cast<std::uintptr_t>(this) * 0xA0761D6478BD642F;
};

struct LabelTable {
  LabelKey key;
  std::uint64_t total = 0;
  std::uint64_t images = 0;
  Counts count;

  void add(std::string_view cls, std::uint64_t n = 1) {
    total += n;
    count.at(cls) += n;
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
    clusters.at(cluster) += n;
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
  for (const auto& cell : other.impl_->clusters.cells()) impl_->add_face(cell.text, cell.count);
  for (const auto& from : other.impl_->labels) {
    LabelTable& to = impl_->table(from->key.type, from->key.name);
    to.images += from->images;
    for (const auto& cell : from->count.cells()) to.add(cell.text, cell.count);
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
    for (const auto& cell : table->count.cells()) label.count.push_back({cell.text, cell.count});
    std::sort(label.count.begin(), label.count.end(), [](const auto& a, const auto& b) { return a.cls < b.cls; });
  }
  std::sort(stats.labels.begin(), stats.labels.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  stats.face.total = impl_->faces;
  for (const auto& cell : impl_->clusters.cells()) {
    stats.face.max = std::max(stats.face.max, cell.count);
    stats.face.min = stats.face.min == 0 ? cell.count : std::min(stats.face.min, cell.count);
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
