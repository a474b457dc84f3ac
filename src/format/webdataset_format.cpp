// WebDataset: plain tar shards in which the files of one picture lie side by side: 000012.jpg, 000012.cls, 000012.json.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/label_json.hpp"
#include "format/loose_file.hpp"
#include "format/picture_file.hpp"
#include "format/shard_files.hpp"
#include "format/tar.hpp"
#include "format/with_options.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct WebdatasetOptions {
  std::uint64_t samples_per_shard = 100'000;
  std::uint64_t shard_bytes = 3'000'000'000;
};
void describe(schema::Visitor& v, WebdatasetOptions& x) {
  v.type("WebdatasetOptions");
  v.field("samples_per_shard", x.samples_per_shard,
          {.doc = "pictures in a tar, at most", .required = false, .min = 1, .max = 1e9});
  v.field("shard_bytes", x.shard_bytes,
          {.doc = "a tar ends before it would grow beyond so many bytes", .required = false, .min = 4096, .max = 1e15});
}

/// The line an AVA list would have for the picture, without its end; url is the source's path.
std::string list_line(const Item& item, const SetInfo& info) {
  std::string line = "{\"url\":";
  sample::append_json_string(line, item.name);
  const bool boxes = info.task == Task::kDetection;
  line += ",\"type\":\"image\",\"label\":[{\"name\":\"";
  line += boxes ? "general_d\",\"type\":\"detection\"" : "general\",\"type\":\"classification\"";
  line += ",\"version\":\"1\",\"data\":";
  if (boxes)
    append_object_entries(line, item.labels.objects, info.classes);
  else
    append_class_entries(line, item.labels.classes, info.classes);
  return line + "}]}";
}

std::uint64_t tar_size(std::uint64_t bytes) { return kTarBlock + bytes + tar_padding(bytes); }

class WebdatasetWriter final : public Writer {
 public:
  WebdatasetWriter(fs::path cache, SetInfo info, WebdatasetOptions options)
      : cache_(std::move(cache)),
        info_(std::move(info)),
        options_(options),
        digits_(digits_of_names(info_.sample_count)) {}

  Result<void> append(const Item& item) override {
    const bool one_class = info_.task == Task::kClassification;
    const std::string label = one_class ? std::to_string(item.labels.cls) : list_line(item, info_);
    const std::uint64_t growth = tar_size(item.bytes->size()) + tar_size(label.size());
    const bool full = file_ && (in_shard_ == options_.samples_per_shard ||
                                file_->offset() + growth + tar_end().size() > options_.shard_bytes);
    if (!file_ || full) AVA_CHECK(next_shard());
    ++in_shard_;
    const std::string key = fmt::format("{:0{}}", item.index, digits_);
    const std::string head = tar_header(key + "." + item.extension, item.bytes->size());
    std::string tail(static_cast<std::size_t>(tar_padding(item.bytes->size())), '\0');
    tail += tar_header(key + (one_class ? ".cls" : ".json"), label.size()) + label;
    tail.append(static_cast<std::size_t>(tar_padding(label.size())), '\0');
    AVA_CHECK(file_->write_sample(head, item.bytes, item.sha256, tail));
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
    name_ = fmt::format("{}-{:06}.tar", info_.split, files_.size());
    AVA_TRY(PictureFile next, PictureFile::create(cache_ / name_));
    file_.emplace(std::move(next));
    in_shard_ = 0;
    return {};
  }

  Result<void> close_shard() {
    if (!file_) return {};
    const std::string end = tar_end();
    file_->outline().update(std::string_view(end));
    AVA_CHECK(file_->write(end));
    AVA_CHECK(file_->close());
    files_.push_back({"cache/" + name_, file_->offset(), file_->digest(), DigestKind::kOutline});
    file_.reset();
    return {};
  }

  fs::path cache_;
  SetInfo info_;
  WebdatasetOptions options_;
  int digits_;
  std::optional<PictureFile> file_;
  std::string name_;
  std::uint64_t in_shard_ = 0;
  std::vector<SetFile> files_;
};

Error bad_sample(std::string_view what) { return Error(ErrorCode::kCorrupt, "webdataset.bad_sample", what); }

/// "000012.jpg" apart: the number, and what stands after the first dot.
struct Member {
  std::uint64_t number = 0;
  std::string_view extension;
};

Result<Member> member_of(std::string_view name) {
  Member member;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), member.number);
  const auto digits = static_cast<std::size_t>(end - name.data());
  if (failed != std::errc() || digits + 1 >= name.size() || name[digits] != '.')
    return bad_sample(fmt::format("'{}' is no file of a sample", name));
  member.extension = name.substr(digits + 1);
  return member;
}

bool is_label(std::string_view extension) { return extension == "cls" || extension == "json"; }

Result<void> read_json(std::string_view text, StoredItem& item) {
  auto line = schema::parse(text);
  if (!line.ok()) return bad_sample(line.error().message());
  const schema::Json* label = nullptr;
  if (line->is_object() && line->contains("label") && (*line)["label"].is_array() && (*line)["label"].size() == 1)
    label = &(*line)["label"][0];
  if (label == nullptr || !label->is_object() || !label->contains("type") || !label->contains("data"))
    return bad_sample("a json file that is no list line with one label");
  if (label->at("type") == "detection") {
    AVA_TRY(item.objects, objects_of_entries(label->at("data")));
  } else {
    AVA_TRY(item.classes, classes_of_entries(label->at("data")));
  }
  return {};
}

class WebdatasetReader final : public Reader {
 public:
  explicit WebdatasetReader(std::vector<fs::path> shards) : shards_(std::move(shards)) {}

  /// The number of the last sample of the last shard that can be walked tells how many there are.
  Result<void> scan() {
    constexpr std::uint64_t kLittle = 4096;
    for (auto shard = shards_.rbegin(); shard != shards_.rend() && count_ == 0; ++shard) {
      AVA_TRY(TarReader tar, TarReader::open(*shard, kLittle));
      for (;;) {
        const auto more = tar.next();
        if (more.ok() && !*more) break;
        if (!more.ok() && more.error().code() != ErrorCode::kCorrupt) return more.error();
        const auto member = member_of(tar.name());
        if (more.ok() && member.ok()) count_ = std::max(count_, member->number + 1);
      }
    }
    return {};
  }

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    item.index = next_;
    if (late_) return *std::exchange(late_, std::nullopt);
    AVA_TRY(const bool first, move_on());
    if (!first) return false;
    const auto begun = member_of(tar_->name());
    fresh_ = false;
    if (!begun.ok()) return begun.error();
    item.index = begun->number;
    next_ = begun->number + 1;
    item.label = 0;
    item.classes.clear();
    item.objects.clear();
    item.is_planes = false;
    item.fractions = false;
    bool has_picture = false;
    bool has_label = false;
    for (Result<Member> member = begun; member->number == item.index;) {
      auto read = read_member(member->extension, item);
      (is_label(member->extension) ? has_label : has_picture) = true;
      fresh_ = false;
      AVA_CHECK(std::move(read).context(fmt::format("sample {}", item.index)));
      auto more = tar_->next();
      if (!more.ok()) late_ = more.error();  // not this sample's fault: told at the next call
      fresh_ = more.ok() && *more;
      if (more.ok() && !*more) tar_.reset();
      if (!fresh_) break;
      member = member_of(tar_->name());
      if (!member.ok()) return member.error();
    }
    if (!has_picture || !has_label)
      return bad_sample(fmt::format("sample {} has no {}", item.index, has_picture ? "label" : "picture"));
    return true;
  }

 private:
  /// Stand on the first file of a sample that is not read yet; false when there is none.
  Result<bool> move_on() {
    while (!fresh_) {
      if (tar_) {
        AVA_TRY(fresh_, tar_->next());
        if (!fresh_) tar_.reset();
        continue;
      }
      if (shard_ == shards_.size()) return false;
      AVA_TRY(TarReader opened, TarReader::open(shards_[shard_++]));
      tar_.emplace(std::move(opened));
    }
    return true;
  }

  Result<void> read_member(std::string_view extension, StoredItem& item) {
    AVA_TRY(const std::string_view bytes, tar_->bytes());
    if (extension == "json") return read_json(bytes, item);
    if (extension != "cls") {
      item.bytes.assign(bytes);
      return {};
    }
    const auto [end, failed] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), item.label);
    if (failed != std::errc() || end != bytes.data() + bytes.size()) return bad_sample("a cls file that is no number");
    return {};
  }

  std::vector<fs::path> shards_;
  std::uint64_t count_ = 0;
  std::optional<TarReader> tar_;
  std::size_t shard_ = 0;  ///< the next one to open
  std::optional<Error> late_;
  bool fresh_ = false;      ///< tar_ stands on a file that is not read yet
  std::uint64_t next_ = 0;  ///< the number expected next
};

class WebdatasetFormat final : public WithOptions<WebdatasetOptions> {
 public:
  std::string_view name() const override { return "webdataset"; }
  std::string_view title() const override { return "WebDataset"; }
  std::string_view description() const override {
    return "Plain tar shards under cache/, the files of a picture side by side: for PyTorch, from disk or a bucket.";
  }
  Traits traits() const override {
    return {.multi_label = true, .detection = true, .polygons = true, .landmarks = true};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const WebdatasetOptions wanted, options_of(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    return std::unique_ptr<Writer>(std::make_unique<WebdatasetWriter>(folder / "cache", info, wanted));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(std::vector<fs::path> shards, shards_in(folder / "cache", ".tar", "tar.corrupt"));
    auto reader = std::make_unique<WebdatasetReader>(std::move(shards));
    AVA_CHECK(reader->scan());
    return std::unique_ptr<Reader>(std::move(reader));
  }

  /// All bytes of the archive in their order, a picture's SHA-256 in its place (docs/formats/sets.md).
  Result<Digest> outline_of(const fs::path& path) const override {
    AVA_TRY(TarReader tar, TarReader::open(path));
    Sha256 outline;
    for (;;) {
      AVA_TRY(const bool more, tar.next());
      outline.update(std::string_view(tar.frame()));
      if (!more) return outline.finish();
      AVA_TRY(const Member member, member_of(tar.name()));
      AVA_TRY(const std::string_view bytes, tar.bytes());
      if (is_label(member.extension))
        outline.update(bytes);
      else
        outline.update(sha256(bytes));
    }
  }
};

}  // namespace

const Format& webdataset_format() {
  static const WebdatasetFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
