// TFRecord shards of tf.train.Example messages, as TensorFlow, JAX and DALI read them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/crc32c.hpp"
#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/in_file.hpp"
#include "format/picture_file.hpp"
#include "format/shard_files.hpp"
#include "format/tf_example.hpp"
#include "format/with_options.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPicture = "image/encoded";
constexpr std::uint64_t kFrameTail = 4;
constexpr std::uint64_t kFrameHead = 12;

struct TfrecordOptions {
  std::uint32_t records_per_shard = 5000;
};
void describe(schema::Visitor& v, TfrecordOptions& x) {
  v.type("TfrecordOptions");
  v.field("records_per_shard", x.records_per_shard,
          {.doc = "pictures in a file; the last file holds the rest", .required = false, .min = 1, .max = 10'000'000});
}

std::string_view name_of_class(const std::vector<std::string>& classes, std::uint32_t cls) {
  return cls < classes.size() ? std::string_view(classes[cls]) : std::string_view();
}

void add_classes(Example& example, const std::vector<std::uint32_t>& indices, const std::vector<std::string>& classes) {
  std::vector<std::string_view> names;
  for (const std::uint32_t cls : indices) names.push_back(name_of_class(classes, cls));
  example["image/class/label"] = Feature::of(std::vector<std::int64_t>(indices.begin(), indices.end()));
  example["image/class/text"] = Feature::of(std::move(names));
}

Result<void> add_objects(Example& example, const Item& item, const std::vector<std::string>& classes) {
  if (item.width <= 0 || item.height <= 0)
    return Error(ErrorCode::kInvalidArgument, "tfrecord.no_size", fmt::format("picture {} has no size", item.index));
  std::vector<float> edges[4];
  std::vector<std::int64_t> labels;
  std::vector<std::int64_t> difficult;
  std::vector<std::string_view> names;
  for (const Object& object : item.labels.objects) {
    edges[0].push_back(static_cast<float>(object.box.x0 / item.width));
    edges[1].push_back(static_cast<float>(object.box.y0 / item.height));
    edges[2].push_back(static_cast<float>(object.box.x1 / item.width));
    edges[3].push_back(static_cast<float>(object.box.y1 / item.height));
    labels.push_back(object.cls);
    difficult.push_back(object.difficult ? 1 : 0);
    names.push_back(name_of_class(classes, object.cls));
  }
  example["image/object/bbox/xmin"] = Feature::of(std::move(edges[0]));
  example["image/object/bbox/ymin"] = Feature::of(std::move(edges[1]));
  example["image/object/bbox/xmax"] = Feature::of(std::move(edges[2]));
  example["image/object/bbox/ymax"] = Feature::of(std::move(edges[3]));
  example["image/object/class/label"] = Feature::of(std::move(labels));
  example["image/object/class/text"] = Feature::of(std::move(names));
  if (std::find(difficult.begin(), difficult.end(), 1) != difficult.end())
    example["image/object/difficult"] = Feature::of(std::move(difficult));
  return {};
}

/// Everything about a picture but its bytes. Lifetime: views into `item` and `info`.
Result<Example> example_of(const Item& item, const SetInfo& info) {
  Example example;
  if (info.task == Task::kDetection) {
    AVA_CHECK(add_objects(example, item, info.classes));
  } else {
    const std::vector<std::uint32_t> one = {item.labels.cls};
    add_classes(example, info.task == Task::kMultiLabel ? item.labels.classes : one, info.classes);
  }
  example["image/filename"] = Feature::of(std::vector<std::string_view>{item.name});
  const std::string_view kind = item.extension == "jpg" ? std::string_view("jpeg") : std::string_view(item.extension);
  example["image/format"] = Feature::of(std::vector<std::string_view>{kind});
  example["image/height"] = Feature::of(std::vector<std::int64_t>{item.height});
  example["image/width"] = Feature::of(std::vector<std::int64_t>{item.width});
  return example;
}

class TfrecordWriter final : public Writer {
 public:
  TfrecordWriter(fs::path cache, SetInfo info, std::uint64_t per_shard)
      : cache_(std::move(cache)),
        info_(std::move(info)),
        per_shard_(per_shard),
        shards_(std::max<std::uint64_t>(1, (info_.sample_count + per_shard - 1) / per_shard)) {}

  Result<void> append(const Item& item) override {
    if (!file_ || in_shard_ == per_shard_) AVA_CHECK(next_shard());
    AVA_TRY(const Example example, example_of(item, info_));
    const ExampleFrame frame = frame_of(example, kPicture, item.bytes->size());
    std::string head = record_head(frame.before.size() + item.bytes->size() + frame.after.size());
    const std::uint32_t crc = crc32c(frame.after, crc32c(*item.bytes, crc32c(frame.before)));
    head += frame.before;
    const std::string tail = frame.after + record_tail(crc);
    AVA_CHECK(file_->write_sample(head, item.bytes, item.sha256, tail));
    ++in_shard_;
    return {};
  }

  Result<std::vector<SetFile>> finish() override {
    if (!file_) AVA_CHECK(next_shard());
    AVA_CHECK(close_shard());
    return std::move(files_);
  }

 private:
  Result<void> next_shard() {
    AVA_CHECK(close_shard());
    name_ = fmt::format("{}-{:05}-of-{:05}.tfrecord", info_.split, files_.size(), shards_);
    AVA_TRY(PictureFile next, PictureFile::create(cache_ / name_));
    file_.emplace(std::move(next));
    in_shard_ = 0;
    return {};
  }

  Result<void> close_shard() {
    if (!file_) return {};
    AVA_CHECK(file_->close());
    files_.push_back({"cache/" + name_, file_->offset(), file_->digest(), DigestKind::kOutline});
    file_.reset();
    return {};
  }

  fs::path cache_;
  SetInfo info_;
  std::uint64_t per_shard_;
  std::uint64_t shards_;
  std::optional<PictureFile> file_;
  std::string name_;
  std::uint64_t in_shard_ = 0;
  std::vector<SetFile> files_;
};

Error corrupt_record(const InFile& file, std::uint64_t at, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "tfrecord.corrupt", fmt::format("{}: at byte {}: {}", file.name(), at, what));
}

/// The length of the record that begins here, which lies in the file as a whole.
Result<std::uint64_t> begin_record(InFile& file) {
  const std::uint64_t start = file.at();
  AVA_TRY(const std::string_view head, file.take(kFrameHead));
  const auto length = length_of_head(head);
  if (!length.ok()) return corrupt_record(file, start, length.error().message());
  if (file.left() < kFrameTail || *length > file.left() - kFrameTail)
    return corrupt_record(file, start, "the record ends beyond the file");
  return *length;
}

Error bad_example(std::string_view what) { return Error(ErrorCode::kCorrupt, "tfrecord.bad_example", what); }

Result<std::vector<std::uint32_t>> indices_of(const Feature& feature) {
  std::vector<std::uint32_t> indices;
  for (const std::int64_t value : feature.ints) {
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max())
      return bad_example("a class index that is none");
    indices.push_back(static_cast<std::uint32_t>(value));
  }
  return indices;
}

Result<void> read_objects(const Example& example, StoredItem& item) {
  static const Feature kNone;
  const auto of = [&](std::string_view key) -> const Feature& {
    const auto found = example.find(key);
    return found == example.end() ? kNone : found->second;
  };
  const std::vector<float>* edges[4] = {&of("image/object/bbox/xmin").floats, &of("image/object/bbox/ymin").floats,
                                        &of("image/object/bbox/xmax").floats, &of("image/object/bbox/ymax").floats};
  AVA_TRY(const auto classes, indices_of(of("image/object/class/label")));
  for (const auto* edge : edges)
    if (edge->size() != classes.size()) return bad_example("boxes and classes differ in number");
  const std::vector<std::int64_t>& difficult = of("image/object/difficult").ints;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    Object object{.cls = classes[i], .box = {(*edges[0])[i], (*edges[1])[i], (*edges[2])[i], (*edges[3])[i]}};
    object.difficult = i < difficult.size() && difficult[i] != 0;
    item.objects.push_back(std::move(object));
  }
  return {};
}

/// The picture of a message, as a view into it.
Result<std::string_view> picture_of(const Example& example) {
  const auto found = example.find(kPicture);
  if (found == example.end() || found->second.texts.size() != 1) return bad_example("a record without image/encoded");
  return found->second.texts[0];
}

Result<void> read_message(std::string_view message, StoredItem& item) {
  AVA_TRY(const Example example, decode_example(message));
  AVA_TRY(const std::string_view picture, picture_of(example));
  item.bytes.assign(picture);
  item.label = 0;
  item.classes.clear();
  item.objects.clear();
  item.is_planes = false;
  item.fractions = example.contains("image/object/class/label");
  if (item.fractions) return read_objects(example, item);
  const auto found = example.find("image/class/label");
  if (found == example.end() || found->second.ints.empty()) return bad_example("a record without a label");
  item.label = found->second.ints[0];
  const bool is_index = item.label >= 0 && item.label <= std::numeric_limits<std::uint32_t>::max();
  if (found->second.ints.size() > 1 || is_index) {
    AVA_TRY(item.classes, indices_of(found->second));
  }
  return {};
}

class TfrecordReader final : public Reader {
 public:
  explicit TfrecordReader(std::vector<fs::path> shards) : shards_(std::move(shards)) {}

  /// How many records are in each shard, by their heads alone.
  Result<void> scan() {
    std::uint64_t last = 0;
    for (const fs::path& shard : shards_) {
      constexpr std::uint64_t kLittle = 4096;
      AVA_TRY(InFile file, InFile::open(shard, kLittle));
      for (last = 0; file.left() > 0; ++last) {
        const auto length = begin_record(file);
        if (!length.ok()) file.seek(file.size());
        if (length.ok()) file.seek(file.at() + *length + kFrameTail);
      }
      per_shard_ = std::max(per_shard_, last);
    }
    count_ = (shards_.size() - 1) * per_shard_ + last;
    return {};
  }

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    while (!file_ || file_->left() == 0) {
      if (shard_ == shards_.size()) return false;
      next_ = shard_ * per_shard_;
      item.index = next_;
      AVA_TRY(InFile opened, InFile::open(shards_[shard_++]));
      file_.emplace(std::move(opened));
    }
    item.index = next_++;
    const std::uint64_t start = file_->at();
    auto length = begin_record(*file_);
    if (!length.ok()) {
      file_->seek(file_->size());  // without the length nobody knows where the next one begins
      return std::move(length).error();
    }
    AVA_TRY(const std::string_view data, file_->take(*length + kFrameTail));
    const std::string_view message = data.substr(0, static_cast<std::size_t>(*length));
    if (data.size() != *length + kFrameTail || data.substr(message.size()) != record_tail(crc32c(message)))
      return corrupt_record(*file_, start, "the data of a record does not match its CRC");
    AVA_CHECK(read_message(message, item).context(fmt::format("{}: at byte {}", file_->name(), start)));
    return true;
  }

 private:
  std::vector<fs::path> shards_;
  std::uint64_t per_shard_ = 0;
  std::uint64_t count_ = 0;
  std::optional<InFile> file_;
  std::size_t shard_ = 0;  ///< the next one to open
  std::uint64_t next_ = 0;
};

class TfrecordFormat final : public WithOptions<TfrecordOptions> {
 public:
  std::string_view name() const override { return "tfrecord"; }
  std::string_view title() const override { return "TFRecord"; }
  std::string_view description() const override {
    return "Shards of tf.train.Example messages under cache/: for TensorFlow, JAX and DALI.";
  }
  Traits traits() const override {
    // Fractions are float32: half a step of one is 0.002 px in a picture of 65,535 px.
    return {.multi_label = true, .detection = true, .box_error_px = 0.01};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const TfrecordOptions wanted, options_of(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    return std::unique_ptr<Writer>(std::make_unique<TfrecordWriter>(folder / "cache", info, wanted.records_per_shard));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(std::vector<fs::path> shards, shards_in(folder / "cache", ".tfrecord", "tfrecord.corrupt"));
    const std::string all = fmt::format("-of-{:05}.tfrecord", shards.size());
    if (!shards.back().filename().string().ends_with(all))
      return Error(ErrorCode::kCorrupt, "tfrecord.corrupt",
                   fmt::format("{} shards, but one is called {}", shards.size(), shards.back().filename().string()));
    auto reader = std::make_unique<TfrecordReader>(std::move(shards));
    AVA_CHECK(reader->scan());
    return std::unique_ptr<Reader>(std::move(reader));
  }

  /// Of each record: everything before the picture, the picture's SHA-256, everything after (docs/formats/sets.md).
  Result<Digest> outline_of(const fs::path& path) const override {
    AVA_TRY(InFile file, InFile::open(path));
    Sha256 outline;
    while (file.left() > 0) {
      const std::uint64_t start = file.at();
      AVA_TRY(const std::uint64_t length, begin_record(file));
      file.seek(start);
      AVA_TRY(const std::string_view record, file.take(kFrameHead + length + kFrameTail));
      if (record.size() != kFrameHead + length + kFrameTail)
        return corrupt_record(file, start, "the file became shorter");
      AVA_TRY(const Example example, decode_example(record.substr(kFrameHead, static_cast<std::size_t>(length))));
      AVA_TRY(const std::string_view picture, picture_of(example));
      const auto begin = static_cast<std::size_t>(picture.data() - record.data());
      outline.update(record.substr(0, begin)).update(sha256(picture)).update(record.substr(begin + picture.size()));
    }
    return outline.finish();
  }
};

}  // namespace

const Format& tfrecord_format() {
  static const TfrecordFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
