#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "format/datum.hpp"
#include "format/drivers.hpp"
#include "format/label_floats.hpp"
#include "format/lmdb_env.hpp"
#include "format/lmdb_file.hpp"
#include "format/with_options.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

enum class Encoding { kEncoded, kRaw };
std::span<const schema::EnumName<Encoding>> enum_names(Encoding) {
  static constexpr schema::EnumName<Encoding> kNames[] = {{Encoding::kEncoded, "encoded"}, {Encoding::kRaw, "raw"}};
  return kNames;
}

struct LmdbOptions {
  Encoding encoding = Encoding::kEncoded;
};
void describe(schema::Visitor& v, LmdbOptions& x) {
  v.type("LmdbOptions");
  v.field(
      "encoding", x.encoding,
      {.doc = "encoded: the picture file as it is (small); raw: decoded pixels, C,H,W in B,G,R order (fast to read, "
              "large; pictures should have one size)",
       .required = false});
}

/// `%08d_<path>`, wider when the set has more than 10^8 samples so that byte order stays numeric; a path that would
/// pass the key limit is cut at a UTF-8 boundary.
std::string key_of(std::uint64_t index, int digits, std::string_view path) {
  std::string key = fmt::format("{:0{}}_{}", index, digits, path);
  if (key.size() <= kLmdbMaxKey) return key;
  std::size_t end = kLmdbMaxKey;
  while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0) == 0x80) --end;
  key.resize(end);
  return key;
}

std::vector<AnnotatedBox> boxes_of(const Item& item) {
  std::vector<AnnotatedBox> boxes;
  for (const Object& object : item.labels.objects) {
    const FloatBox box = fractions_of(object.box, item.width, item.height);
    boxes.push_back({object.cls + 1, box.x0, box.y0, box.x1, box.y1, object.difficult});
  }
  return boxes;
}

Result<std::vector<Object>> objects_of(const std::vector<AnnotatedBox>& boxes) {
  std::vector<Object> objects;
  for (const AnnotatedBox& box : boxes) {
    if (box.group_label == 0) return Error(ErrorCode::kCorrupt, "datum.corrupt", "a box of the background");
    Object object{.cls = box.group_label - 1, .difficult = box.difficult};
    AVA_TRY(object.box, box_of_fractions({box.xmin, box.ymin, box.xmax, box.ymax}, "datum.corrupt"));
    objects.push_back(std::move(object));
  }
  return objects;
}

class LmdbWriter final : public Writer {
 public:
  LmdbWriter(LmdbFile file, fs::path cache, const SetInfo& info, int digits, Encoding encoding)
      : file_(std::move(file)),
        cache_(std::move(cache)),
        task_(info.task),
        class_count_(info.classes.size()),
        digits_(digits),
        encoding_(encoding) {}

  Result<void> append(const Item& item) override {
    const bool raw = encoding_ == Encoding::kRaw;
    const auto& stored = raw ? item.planes : item.bytes;
    Datum datum{.data = *stored, .encoded = !raw};
    if (raw) {
      datum.channels = 3;
      datum.height = item.height;
      datum.width = item.width;
    }
    if (task_ == Task::kClassification) datum.label = static_cast<std::int32_t>(item.labels.cls);
    if (task_ == Task::kMultiLabel) datum.float_data = ones_at(item.labels.classes, class_count_);
    if (task_ == Task::kDetection) datum.label = -1;
    const AroundData around =
        task_ == Task::kDetection ? around_data(AnnotatedDatum{datum, boxes_of(item)}) : around_data(datum);
    return file_.append(key_of(item.index, digits_, item.name), around.head, stored, raw ? std::nullopt : item.sha256,
                        around.tail);
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(file_.close());
    // LMDB initialises a lock file itself on first use; zeros keep the set the same on every machine.
    constexpr std::size_t kLockBytes = 8192;
    AVA_CHECK(file::write_atomic(cache_ / "lock.mdb", std::string(kLockBytes, '\0')));
    // Not lock.mdb: readers that lock write into it, its bytes prove nothing.
    return std::vector<SetFile>{{"cache/data.mdb", file_.bytes(), file_.digest(), DigestKind::kOutline}};
  }

 private:
  LmdbFile file_;
  fs::path cache_;
  Task task_;
  std::size_t class_count_;
  int digits_;
  Encoding encoding_;
};

class LmdbReader final : public Reader {
 public:
  explicit LmdbReader(LmdbCursor cursor) : cursor_(std::move(cursor)) {}
  std::uint64_t count() const override { return cursor_.count(); }

  Result<bool> next(StoredItem& item) override {
    std::string_view key;
    std::string_view value;
    item.index = next_;
    AVA_TRY(const bool more, cursor_.next(key, value));
    if (!more) return false;
    ++next_;
    if (std::strtoull(std::string(key.substr(0, 20)).c_str(), nullptr, 10) != item.index)
      return Error(ErrorCode::kCorrupt, "lmdb.bad_key", fmt::format("record {} has the key '{}'", item.index, key));
    item.classes.clear();
    item.objects.clear();
    item.fractions = is_annotated(value);
    if (item.fractions) {
      AVA_TRY(const AnnotatedDatum annotated, decode_annotated(value));
      take(annotated.datum, item);
      AVA_TRY(item.objects, objects_of(annotated.boxes));
      return true;
    }
    AVA_TRY(const Datum datum, decode_datum(value));
    take(datum, item);
    if (!datum.float_data.empty()) {
      AVA_TRY(item.classes, places_of_ones(datum.float_data, "datum.corrupt"));
    }
    return true;
  }

 private:
  static void take(const Datum& datum, StoredItem& item) {
    item.label = datum.label;
    item.is_planes = !datum.encoded;
    item.bytes.assign(datum.data);
  }

  LmdbCursor cursor_;
  std::uint64_t next_ = 0;
};

class LmdbFormat final : public WithOptions<LmdbOptions> {
 public:
  std::string_view name() const override { return "lmdb"; }
  std::string_view title() const override { return "LMDB"; }
  std::string_view description() const override {
    return "Caffe Datum records in an LMDB environment (cache/data.mdb), AnnotatedDatum where they have boxes. Random "
           "access by key, read by Caffe.";
  }
  Traits traits() const override { return {.multi_label = true, .detection = true, .box_error_px = kFloatBoxError}; }

  Result<bool> needs_planes(std::string_view options) const override {
    AVA_TRY(const LmdbOptions parsed, options_of(options));
    return parsed.encoding == Encoding::kRaw;
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const LmdbOptions parsed, options_of(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    AVA_TRY(auto file, LmdbFile::create(folder / "cache/data.mdb"));
    const std::uint64_t last = std::max<std::uint64_t>(info.sample_count, 1) - 1;
    const int digits = std::max(8, static_cast<int>(std::to_string(last).size()));
    return std::unique_ptr<Writer>(
        std::make_unique<LmdbWriter>(std::move(file), folder / "cache", info, digits, parsed.encoding));
  }

  Result<Digest> outline_of(const fs::path& path) const override { return lmdb_outline_of(path); }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(auto cursor, LmdbCursor::open(folder / "cache"));
    return std::unique_ptr<Reader>(std::make_unique<LmdbReader>(std::move(cursor)));
  }
};

}  // namespace

const Format& lmdb_format() {
  static const LmdbFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
