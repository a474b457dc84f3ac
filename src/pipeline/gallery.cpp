#include "pipeline/gallery.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "image/codec.hpp"
#include "pipeline/foreign_set.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sample_record.hpp"
#include "pipeline/sources.hpp"

namespace ava::pipeline {

void describe(schema::Visitor& v, Mark& x) {
  v.type("Mark");
  v.field("label", x.label, {.required = false});
  v.field("class", x.cls);
  v.field("index", x.index);
  v.field("box", x.box);
  v.field("score", x.score);
}

void describe(schema::Visitor& v, Sight& x) {
  v.type("Sight");
  v.field("index", x.index);
  v.field("id", x.id, {.required = false});
  v.field("line", x.line, {.required = false});
  v.field("url", x.url, {.required = false});
  v.field("marks", x.marks);
  v.field("bytes", x.bytes);
  v.field("width", x.width);
  v.field("height", x.height);
  v.field("sha256", x.sha256, {.required = false});
}

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostPictureBytes = 512u << 20;

std::vector<double> numbers_of(const sample::Box& box) { return {box.x0, box.y0, box.x1, box.y1}; }

Result<void> measure(const std::string& picture, Sight& sight) {
  sight.bytes = picture.size();
  sight.sha256 = to_hex(sha256(picture));
  AVA_TRY(const image::Info info, image::probe(picture));
  sight.width = info.width;
  sight.height = info.height;
  return {};
}

class ListGallery final : public Gallery {
 public:
  static Result<std::unique_ptr<Gallery>> open(const std::string& path, const Sources& sources) {
    auto made = std::make_unique<ListGallery>();
    AVA_TRY(made->resolver_, make_resolver(sources));
    made->options_ = list_options(sources, "", 1);
    AVA_TRY(auto source, sample::source_of_file(path));
    made->reader_.emplace(std::move(source), made->options_);
    return std::unique_ptr<Gallery>(std::move(made));
  }

  GalleryKind kind() const override { return GalleryKind::kList; }

  Result<bool> next(Sight& sight) override {
    while (at_ >= batch_.samples().size()) {
      AVA_TRY(const bool more, reader_->next(batch_));
      if (!more) return false;
      at_ = 0;
    }
    const sample::SampleView& view = batch_.samples()[at_++];
    sight = {.index = next_++, .line = view.line, .url = std::string(view.url)};
    for (const sample::LabelView& label : view.labels) {
      const std::string key = sample::LabelKey{label.type, std::string(label.name)}.str();
      for (const sample::EntryView& entry : label.data) sight.marks.push_back(mark_of(key, label.type, entry));
    }
    return true;
  }

  Result<std::string> picture(Sight& sight) override {
    AVA_TRY(std::string bytes, resolver_->fetch(sight.url, kMostPictureBytes));
    AVA_CHECK(measure(bytes, sight));
    AVA_TRY(const sample::Sample whole, sample::parse_sample(batch_.samples()[at_ - 1].raw, options_));
    std::size_t i = 0;
    for (const sample::Label& label : whole.labels)
      for (const sample::Entry& entry : label.data)
        if (i < sight.marks.size()) sight.marks[i++].landmarks = entry.landmarks;
    return bytes;
  }

 private:
  static Mark mark_of(const std::string& key, sample::LabelType type, const sample::EntryView& entry) {
    Mark mark{.label = key, .cls = std::string(entry.cls)};
    if (type == sample::LabelType::kFace) mark.cls = entry.has_cluster ? std::string(entry.cluster) : "face";
    if (entry.points.size() >= 2) {
      mark.box = numbers_of(sample::hull_of(entry.points));
      if (entry.points.size() > 2 && !sample::is_rectangle(entry.points))
        mark.outline.assign(entry.points.begin(), entry.points.end());
    }
    if (!entry.truth) mark.score = entry.score;
    return mark;
  }

  std::shared_ptr<const storage::Resolver> resolver_;
  sample::ListOptions options_;
  std::optional<sample::ListReader> reader_;
  sample::Batch batch_;
  std::size_t at_ = 0;
  std::uint64_t next_ = 0;
};

/// A set with its listing; the set itself is opened when a picture is wanted.
class SetGallery final : public Gallery {
 public:
  static Result<std::unique_ptr<Gallery>> open(const fs::path& folder) {
    auto made = std::make_unique<SetGallery>();
    AVA_TRY(made->manifest_, read_manifest<SetManifest>((folder / kSetFile).string()));
    made->folder_ = folder;
    made->listing_.open(folder / kSamplesFile, std::ios::binary);
    if (!made->listing_) return file::error_of(ENOENT, "open", folder / kSamplesFile);
    return std::unique_ptr<Gallery>(std::move(made));
  }

  GalleryKind kind() const override { return GalleryKind::kSet; }
  std::string format() const override { return manifest_.format; }

  Result<bool> next(Sight& sight) override {
    std::string line;
    if (!std::getline(listing_, line)) return false;
    AVA_TRY(const SampleRecord record, schema::from_text<SampleRecord>(line));
    sight = {.index = record.index,
             .id = record.id,
             .line = record.line,
             .url = record.url,
             .bytes = record.bytes,
             .width = record.width,
             .height = record.height,
             .sha256 = record.sha256};
    if (record.label) sight.marks.push_back(mark_of(*record.label));
    for (const std::uint32_t cls : record.classes.value_or(std::vector<std::uint32_t>{}))
      sight.marks.push_back(mark_of(cls));
    if (record.objects)
      for (const ObjectRecord& object : *record.objects) sight.marks.push_back(mark_of(object));
    return true;
  }

  Result<std::string> picture(Sight& sight) override {
    if (!reader_) {
      AVA_TRY(reader_, open_listed(folder_, manifest_));
    }
    do {
      auto more = reader_->next(stored_);
      // What another tool wrote may have bad records between those that are listed.
      if (!more.ok() && manifest_.foreign && stored_.index < sight.index) continue;
      if (!more.ok()) return std::move(more.error());
      if (!*more)
        return Error(ErrorCode::kCorrupt, "set.count_differs",
                     fmt::format("the set ends before sample {}", sight.index));
    } while (stored_.index < sight.index);
    if (!stored_.is_planes) return stored_.bytes;
    return picture_of_planes(stored_.bytes, sight.width, sight.height);
  }

 private:
  Mark mark_of(std::uint32_t cls) const {
    return {.label = manifest_.plan.label,
            .cls = cls < manifest_.classes.size() ? manifest_.classes[cls].name : std::to_string(cls),
            .index = cls};
  }
  Mark mark_of(const ObjectRecord& object) const {
    Mark mark = mark_of(object.cls);
    mark.box = object.box;
    for (const auto& point : object.polygon.value_or(std::vector<std::vector<double>>{}))
      if (point.size() == 2) mark.outline.push_back({point[0], point[1]});
    for (const auto& point : object.landmarks.value_or(std::vector<std::vector<double>>{}))
      if (point.size() == 3)
        mark.landmarks.push_back({static_cast<std::int64_t>(point[0]), {point[1], point[2]}, std::nullopt});
    return mark;
  }
  /// Planes B, G, R as a picture file.
  static Result<std::string> picture_of_planes(const std::string& planes, int width, int height) {
    const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    if (planes.size() != 3 * plane) return Error(ErrorCode::kCorrupt, "picture.corrupt", "planes of another size");
    image::Pixels pixels{width, height, 3, std::vector<std::uint8_t>(planes.size())};
    for (std::size_t i = 0; i < plane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        pixels.data[3 * i + c] = static_cast<std::uint8_t>(planes[(2 - c) * plane + i]);
    return image::encode_png(pixels);
  }

  fs::path folder_;
  SetManifest manifest_;
  std::ifstream listing_;
  std::unique_ptr<format::Reader> reader_;
  format::StoredItem stored_;
};

class ForeignGallery final : public Gallery {
 public:
  explicit ForeignGallery(ForeignSet set) : set_(std::move(set)) {}
  GalleryKind kind() const override { return GalleryKind::kForeign; }
  bool has_names() const override { return !set_.classes.empty(); }
  std::string format() const override { return set_.format; }

  Result<bool> next(Sight& sight) override {
    auto more = set_.reader->next(stored_);
    if (!more.ok()) return std::move(more.error()).context(fmt::format("sample {}", stored_.index));
    if (!*more) return false;
    sight = {.index = stored_.index, .bytes = stored_.bytes.size(), .sha256 = to_hex(sha256(stored_.bytes))};
    const auto info = stored_.is_planes ? Result<image::Info>(image::Info{}) : image::probe(stored_.bytes);
    if (info.ok()) {
      sight.width = info->width;
      sight.height = info->height;
    }
    const bool objects = stored_.fractions || !stored_.objects.empty();
    for (const std::uint32_t cls : stored_.classes) sight.marks.push_back(mark_of(cls));
    for (const format::Object& object : stored_.objects) sight.marks.push_back(mark_of(object, sight));
    if (!objects && stored_.classes.empty()) sight.marks.push_back(mark_of(stored_.label));
    return true;
  }

  Result<std::string> picture(Sight&) override {
    if (!stored_.is_planes) return stored_.bytes;
    return Error(ErrorCode::kInvalidArgument, "picture.unsupported", "the set holds decoded pixels without a listing");
  }

 private:
  Mark mark_of(std::int64_t cls) const {
    const bool named = cls >= 0 && static_cast<std::uint64_t>(cls) < set_.classes.size();
    return {
        .label = {}, .cls = named ? set_.classes[static_cast<std::size_t>(cls)] : std::to_string(cls), .index = cls};
  }
  Mark mark_of(const format::Object& object, const Sight& sight) const {
    Mark mark = mark_of(object.cls);
    const double sx = stored_.fractions ? sight.width : 1;
    const double sy = stored_.fractions ? sight.height : 1;
    mark.box = numbers_of({object.box.x0 * sx, object.box.y0 * sy, object.box.x1 * sx, object.box.y1 * sy});
    mark.outline = object.polygon;
    mark.landmarks = object.landmarks;
    return mark;
  }

  ForeignSet set_;
  format::StoredItem stored_;
};

}  // namespace

Result<std::unique_ptr<Gallery>> Gallery::open(const std::string& path, const Sources& sources) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return file::error_of(ENOENT, "open", path);
  if (fs::exists(fs::path(path) / kSetFile, ignored)) return SetGallery::open(path);
  const std::string extension = fs::path(path).extension().string();
  if (!fs::is_directory(path, ignored) && extension != ".rec" && extension != ".mdb")
    return ListGallery::open(path, sources);
  AVA_TRY(auto set, open_foreign(path));
  return std::unique_ptr<Gallery>(std::make_unique<ForeignGallery>(std::move(set)));
}

}  // namespace ava::pipeline
