// MDS, the shards of MosaicML Streaming: a table of offsets, a configuration as JSON, then samples of columns.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/in_file.hpp"
#include "format/label_json.hpp"
#include "format/out_file.hpp"
#include "format/picture_file.hpp"
#include "format/with_options.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct MdsOptions {
  std::uint64_t size_limit = std::uint64_t{1} << 26;
};
void describe(schema::Visitor& v, MdsOptions& x) {
  v.type("MdsOptions");
  v.field("size_limit", x.size_limit,
          {.doc = "a shard ends before it would grow beyond so many bytes; as many are held in memory",
           .required = false,
           .min = 4096,
           .max = 1u << 30});
}

/// The columns of a set besides `image`, in the order of their names.
struct Column {
  std::string_view name;
  std::string_view encoding;
  std::string_view size;  ///< as JSON
};
Column label_column(Task task) {
  if (task == Task::kDetection) return {"objects", "json", "null"};
  if (task == Task::kMultiLabel) return {"labels", "json", "null"};
  return {"label", "int", "8"};
}

/// What a shard's own configuration and its entry of index.json begin with.
std::string columns_json(const Column& label) {
  return fmt::format(
      R"("column_encodings": ["jpeg", "{}"], "column_names": ["image", "{}"], "column_sizes": [null, {}], )"
      R"("compression": null, "format": "mds", "hashes": [], )",
      label.encoding, label.name, label.size);
}

void append_u32(std::string& out, std::uint64_t value) {
  const auto word = static_cast<std::uint32_t>(value);
  char raw[sizeof word];
  std::memcpy(raw, &word, sizeof word);
  out.append(raw, sizeof raw);
}

class MdsWriter final : public Writer {
 public:
  MdsWriter(fs::path cache, OutFile index, SetInfo info, std::uint64_t size_limit)
      : cache_(std::move(cache)),
        index_(std::move(index)),
        info_(std::move(info)),
        limit_(size_limit),
        columns_(columns_json(label_column(info_.task))),
        config_(fmt::format("{{{}\"size_limit\": {}, \"version\": 2}}", columns_, limit_)) {}

  Result<void> append(const Item& item) override {
    Waiting sample{.picture = item.bytes, .sha256 = item.sha256 ? *item.sha256 : sha256(*item.bytes)};
    sample.label = label_of(item.labels);
    const std::uint64_t length = sizes_of(sample).size() + sample.picture->size() + sample.label.size();
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() / 2;
    if (length > kMost)
      return Error(ErrorCode::kInvalidArgument, "mds.too_large",
                   fmt::format("sample {} has {} bytes; a shard holds {}", item.index, length, kMost));
    if (!samples_.empty() && size_ + length + 4 > limit_) AVA_CHECK(write_shard());
    if (samples_.empty()) size_ = 8 + config_.size();
    size_ += length + 4;
    samples_.push_back(std::move(sample));
    return {};
  }

  Result<std::vector<SetFile>> finish() override {
    if (!samples_.empty()) AVA_CHECK(write_shard());
    AVA_CHECK(index_.write(files_.empty() ? "{\"shards\": [], \"version\": 2}" : "], \"version\": 2}"));
    AVA_CHECK(index_.close());
    files_.push_back({"cache/index.json", index_.offset(), index_.digest()});
    return std::move(files_);
  }

 private:
  /// A sample of the shard being gathered: the table of offsets stands before all of them.
  struct Waiting {
    std::shared_ptr<const std::string> picture;
    Digest sha256{};
    std::string label;  ///< the bytes of the last column
  };

  std::string label_of(const Labels& labels) const {
    std::string out;
    if (info_.task == Task::kDetection) {
      append_object_entries(out, labels.objects, info_.classes);
    } else if (info_.task == Task::kMultiLabel) {
      append_class_entries(out, labels.classes, info_.classes);
    } else {
      append_u32(out, labels.cls);
      append_u32(out, 0);
    }
    return out;
  }

  /// The words before a sample's columns: the size of each that has no fixed one.
  std::string sizes_of(const Waiting& sample) const {
    std::string sizes;
    append_u32(sizes, sample.picture->size());
    if (info_.task != Task::kClassification) append_u32(sizes, sample.label.size());
    return sizes;
  }

  Result<void> write_shard() {
    const std::string name = fmt::format("shard.{:05}.mds", files_.size());
    AVA_TRY(PictureFile file, PictureFile::create(cache_ / name));
    std::string head;
    append_u32(head, samples_.size());
    std::uint64_t at = 4 + 4 * (samples_.size() + 1) + config_.size();
    append_u32(head, at);
    for (const Waiting& sample : samples_) {
      at += sizes_of(sample).size() + sample.picture->size() + sample.label.size();
      append_u32(head, at);
    }
    head += config_;
    file.outline().update(std::string_view(head));
    AVA_CHECK(file.write(head));
    for (const Waiting& sample : samples_)
      AVA_CHECK(file.write_sample(sizes_of(sample), sample.picture, sample.sha256, sample.label));
    AVA_CHECK(file.close());
    AVA_CHECK(index_.write(fmt::format(
        R"({}{{{}"raw_data": {{"basename": "{}", "bytes": {}, "hashes": {{}}}}, "samples": {}, "size_limit": {}, "version": 2, "zip_data": null}})",
        files_.empty() ? "{\"shards\": [" : ", ", columns_, name, file.offset(), samples_.size(), limit_)));
    files_.push_back({"cache/" + name, file.offset(), file.digest(), DigestKind::kOutline});
    samples_.clear();
    return {};
  }

  fs::path cache_;
  OutFile index_;
  SetInfo info_;
  std::uint64_t limit_;
  std::string columns_;
  std::string config_;
  std::vector<Waiting> samples_;
  std::uint64_t size_ = 0;  ///< of the shard they make
  std::vector<SetFile> files_;
};

Error corrupt_shard(std::string_view where, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "mds.corrupt", fmt::format("{}: {}", where, what));
}

std::uint32_t word_at(std::string_view bytes, std::size_t at) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

/// A shard, its head read. Memory: 4 bytes a sample.
class Shard {
 public:
  static Result<Shard> open(const fs::path& path) {
    AVA_TRY(InFile file, InFile::open(path));
    Shard shard(std::move(file));
    AVA_CHECK(shard.read_head());
    return shard;
  }

  std::size_t count() const { return offsets_.size() - 1; }
  Task task() const { return task_; }
  const std::string& head() const { return head_; }
  std::string name() const { return file_.name(); }

  /// Sample i: its size words, its picture, its label.
  struct Parts {
    std::string_view sizes, picture, label;
  };
  Result<Parts> sample(std::size_t i) {
    const std::string where = fmt::format("{}: sample {}", file_.name(), i);
    file_.seek(offsets_[i]);
    AVA_TRY(const std::string_view bytes, file_.take(offsets_[i + 1] - offsets_[i]));
    const std::size_t words = task_ == Task::kClassification ? 4 : 8;
    if (bytes.size() < words) return corrupt_shard(where, "shorter than its sizes");
    const std::size_t picture = word_at(bytes, 0);
    const std::size_t label = words == 4 ? 8 : word_at(bytes, 4);
    if (words + std::uint64_t{picture} + label != bytes.size())
      return corrupt_shard(where, "its columns do not fill it");
    return Parts{bytes.substr(0, words), bytes.substr(words, picture), bytes.substr(words + picture)};
  }

 private:
  explicit Shard(InFile file) : file_(std::move(file)) {}

  Result<void> read_head() {
    AVA_TRY(std::string_view part, file_.take(4));
    if (part.size() < 4) return corrupt_shard(file_.name(), "no count of samples");
    head_ = part;
    const std::uint64_t count = word_at(part, 0);
    if ((count + 1) * 4 > file_.left()) return corrupt_shard(file_.name(), "ends in its table of offsets");
    AVA_TRY(part, file_.take((count + 1) * 4));
    head_ += part;
    for (std::size_t i = 0; i <= count; ++i) offsets_.push_back(word_at(part, 4 * i));
    const bool ordered = std::is_sorted(offsets_.begin(), offsets_.end());
    if (!ordered || offsets_.front() < file_.at() || offsets_.back() != file_.size())
      return corrupt_shard(file_.name(), "its offsets do not fit the file");
    AVA_TRY(part, file_.take(offsets_.front() - file_.at()));
    head_ += part;
    return read_config(part);
  }

  Result<void> read_config(std::string_view text) {
    const auto config = schema::parse(text);
    if (!config.ok() || !config->is_object()) return corrupt_shard(file_.name(), "its configuration is no JSON");
    for (const Task task : {Task::kClassification, Task::kMultiLabel, Task::kDetection}) {
      const Column label = label_column(task);
      const auto names = schema::Json::array({"image", label.name});
      const auto encodings = schema::Json::array({"jpeg", label.encoding});
      if (config->value("column_names", schema::Json()) != names) continue;
      if (config->value("column_encodings", schema::Json()) != encodings) continue;
      task_ = task;
      return {};
    }
    return corrupt_shard(file_.name(), "it has other columns than AVA writes");
  }

  InFile file_;
  std::string head_;
  std::vector<std::uint32_t> offsets_;
  Task task_ = Task::kClassification;
};

/// A shard as index.json names it.
struct ShardEntry {
  std::string name;
  std::uint64_t samples = 0;
};

Result<std::vector<ShardEntry>> read_shards(const fs::path& path) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  AVA_TRY(const std::string text, file::read(path, kMost));
  const auto index = schema::parse(text);
  const Error bad = corrupt_shard("index.json", "names no shards");
  if (!index.ok() || !index->is_object() || !index->contains("shards") || !(*index)["shards"].is_array()) return bad;
  std::vector<ShardEntry> shards;
  for (const schema::Json& entry : (*index)["shards"]) {
    const bool whole = entry.is_object() && entry.contains("raw_data") && entry["raw_data"].is_object() &&
                       entry["raw_data"].contains("basename") && entry["raw_data"]["basename"].is_string() &&
                       entry.contains("samples") && entry["samples"].is_number_unsigned();
    if (!whole) return bad;
    ShardEntry shard{entry["raw_data"]["basename"].get<std::string>(), entry["samples"].get<std::uint64_t>()};
    const bool plain = file::is_safe_relative(shard.name) && shard.name.find('/') == std::string::npos;
    if (!plain || shard.samples > std::numeric_limits<std::uint32_t>::max()) return bad;
    shards.push_back(std::move(shard));
  }
  return shards;
}

class MdsReader final : public Reader {
 public:
  MdsReader(fs::path cache, std::vector<ShardEntry> shards) : cache_(std::move(cache)), shards_(std::move(shards)) {
    for (const ShardEntry& shard : shards_) count_ += shard.samples;
  }

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    while (!shard_ || in_shard_ == shard_->count()) {
      item.index = base_;
      if (at_ == shards_.size()) return false;
      AVA_CHECK(open_next());
    }
    item.index = base_ - shards_[at_ - 1].samples + in_shard_;
    item.label = 0;
    item.classes.clear();
    item.objects.clear();
    item.is_planes = false;
    item.fractions = false;
    AVA_TRY(const Shard::Parts parts, shard_->sample(in_shard_++));
    item.bytes.assign(parts.picture);
    if (shard_->task() == Task::kClassification) {
      std::memcpy(&item.label, parts.label.data(), sizeof item.label);
      return true;
    }
    AVA_CHECK(read_label(parts.label, item).context(fmt::format("{}: sample {}", shard_->name(), in_shard_ - 1)));
    return true;
  }

 private:
  Result<void> open_next() {
    const ShardEntry& entry = shards_[at_++];
    shard_.reset();
    base_ += entry.samples;
    in_shard_ = 0;
    auto opened = Shard::open(cache_ / entry.name);
    if (!opened.ok() && opened.error().code() == ErrorCode::kNotFound) return corrupt_shard(entry.name, "is missing");
    if (!opened.ok()) return opened.error();
    if (opened->count() != entry.samples)
      return corrupt_shard(entry.name, fmt::format("{} samples; index.json says {}", opened->count(), entry.samples));
    shard_.emplace(*std::move(opened));
    return {};
  }

  Result<void> read_label(std::string_view text, StoredItem& item) {
    const auto parsed = schema::parse(text);
    if (!parsed.ok()) return corrupt_shard(shard_->name(), parsed.error().message());
    const schema::Json& entries = *parsed;
    if (shard_->task() == Task::kDetection) {
      AVA_TRY(item.objects, objects_of_entries(entries));
    } else {
      AVA_TRY(item.classes, classes_of_entries(entries));
    }
    return {};
  }

  fs::path cache_;
  std::vector<ShardEntry> shards_;
  std::uint64_t count_ = 0;
  std::optional<Shard> shard_;
  std::size_t at_ = 0;      ///< the next of shards_ to open
  std::uint64_t base_ = 0;  ///< the number of its first sample
  std::size_t in_shard_ = 0;
};

class MdsFormat final : public WithOptions<MdsOptions> {
 public:
  std::string_view name() const override { return "mds"; }
  std::string_view title() const override { return "MDS (MosaicML Streaming)"; }
  std::string_view description() const override {
    return "Shards with index.json under cache/, as StreamingDataset reads them from disk or a bucket.";
  }
  Traits traits() const override {
    return {.multi_label = true, .detection = true, .polygons = true, .landmarks = true};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const MdsOptions wanted, options_of(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    AVA_TRY(OutFile index, OutFile::create(folder / "cache/index.json"));
    return std::unique_ptr<Writer>(
        std::make_unique<MdsWriter>(folder / "cache", std::move(index), info, wanted.size_limit));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(std::vector<ShardEntry> shards, read_shards(folder / "cache/index.json"));
    return std::unique_ptr<Reader>(std::make_unique<MdsReader>(folder / "cache", std::move(shards)));
  }

  /// The head, then of each sample its sizes, the picture's SHA-256 and the last column (docs/formats/sets.md).
  Result<Digest> outline_of(const fs::path& path) const override {
    AVA_TRY(Shard shard, Shard::open(path));
    Sha256 outline;
    outline.update(std::string_view(shard.head()));
    for (std::size_t i = 0; i < shard.count(); ++i) {
      AVA_TRY(const Shard::Parts parts, shard.sample(i));
      outline.update(parts.sizes).update(sha256(parts.picture)).update(parts.label);
    }
    return outline.finish();
  }
};

}  // namespace

const Format& mds_format() {
  static const MdsFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
