#include "format/recordio.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/label_floats.hpp"
#include "format/out_file.hpp"
#include "format/picture_file.hpp"
#include "format/with_options.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

enum class Header { kPlain, kSize };
std::span<const schema::EnumName<Header>> enum_names(Header) {
  static constexpr schema::EnumName<Header> kNames[] = {{Header::kPlain, "plain"}, {Header::kSize, "size"}};
  return kNames;
}

struct RecordioOptions {
  Header header = Header::kPlain;
};
void describe(schema::Visitor& v, RecordioOptions& x) {
  v.type("RecordioOptions");
  v.field(
      "header", x.header,
      {.doc = "sets of boxes only: what stands before the boxes. plain: the widths 2 and 5; size: 4 and 5, then the "
              "picture's width and height, as SSD tools write it",
       .required = false});
}

constexpr std::size_t kObjectWidth = 5;  // class, x0, y0, x1, y1

/// The label vector of a picture with boxes: header width, object width, the header's rest, then the objects.
std::vector<float> vector_of(const Item& item, Header header) {
  std::vector<float> out = {2, kObjectWidth};
  if (header == Header::kSize) {
    out.push_back(static_cast<float>(item.width));
    out.push_back(static_cast<float>(item.height));
    out[0] = 4;
  }
  for (const Object& object : item.labels.objects) {
    const FloatBox box = fractions_of(object.box, item.width, item.height);
    out.insert(out.end(), {static_cast<float>(object.cls), box.x0, box.y0, box.x1, box.y1});
  }
  return out;
}

Error bad_label(std::string_view what) { return Error(ErrorCode::kCorrupt, "recordio.bad_header", what); }

Result<std::vector<Object>> objects_in_label(const std::vector<float>& labels) {
  // The widths are small whole numbers; so compared, they also leave no room for a NaN.
  const bool has_widths = labels.size() >= 2 && labels[0] >= 2 && labels[0] <= 1e6f && labels[1] >= kObjectWidth &&
                          labels[1] <= 1e6f && labels[0] == std::floor(labels[0]) && labels[1] == std::floor(labels[1]);
  if (!has_widths) return bad_label("the label vector does not begin with two widths");
  const auto head = static_cast<std::size_t>(labels[0]);
  const auto width = static_cast<std::size_t>(labels[1]);
  if (head >= labels.size() || (labels.size() - head) % width != 0)
    return bad_label(fmt::format("{} labels are no objects of {}", labels.size(), width));
  std::vector<Object> objects;
  for (std::size_t at = head; at < labels.size(); at += width) {
    Object object;
    AVA_TRY(object.cls, class_of_float(labels[at], "recordio.bad_header"));
    const FloatBox box{labels[at + 1], labels[at + 2], labels[at + 3], labels[at + 4]};
    AVA_TRY(object.box, box_of_fractions(box, "recordio.bad_header"));
    objects.push_back(std::move(object));
  }
  return objects;
}

/// The header tells what the record is labelled with: no vector, one of zeros and ones, or one that begins with the
/// width of its header, which is at least 2.
Result<void> read_labels(const ImageHeader& header, StoredItem& item) {
  item.label = 0;
  item.classes.clear();
  item.objects.clear();
  item.fractions = false;
  if (header.labels.empty()) {
    if (!(std::fabs(header.label) < 1e15f)) return bad_label("the label is no number");
    item.label = static_cast<std::int64_t>(header.label);
  } else if (header.labels[0] >= 2) {
    item.fractions = true;
    AVA_TRY(item.objects, objects_in_label(header.labels));
  } else {
    AVA_TRY(item.classes, places_of_ones(header.labels, "recordio.bad_header"));
  }
  return {};
}

class RecordioWriter final : public Writer {
 public:
  RecordioWriter(PictureFile data, OutFile index, const SetInfo& info, Header header)
      : data_(std::move(data)),
        index_(std::move(index)),
        task_(info.task),
        class_count_(info.classes.size()),
        header_(header) {}

  Result<void> append(const Item& item) override {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{}\t{}\n", item.index, data_.offset());
    AVA_CHECK(index_.write(line_));
    AVA_TRY(const std::string head, head_of(item));
    const std::string& body = *item.bytes;
    const auto lies_in = [](std::string_view piece, std::string_view whole) {
      return piece.data() >= whole.data() && piece.data() < whole.data() + whole.size();
    };
    AVA_CHECK(frame_record(head, body, [&](std::string_view bytes) {
      if (lies_in(bytes, body)) return data_.write_picture(item.bytes, bytes);
      if (!lies_in(bytes, head)) data_.outline().update(bytes);
      return data_.write(bytes);
    }));
    data_.outline().update(std::string_view(head)).update(item.sha256 ? *item.sha256 : sha256(body));
    return {};
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(data_.close());
    AVA_CHECK(index_.close());
    return std::vector<SetFile>{{"cache/data.rec", data_.offset(), data_.digest(), DigestKind::kOutline},
                                {"cache/data.idx", index_.offset(), index_.digest()}};
  }

 private:
  Result<std::string> head_of(const Item& item) const {
    if (task_ == Task::kClassification)
      return encode(ImageHeader{.label = static_cast<float>(item.labels.cls), .id = item.index});
    if (task_ == Task::kMultiLabel)
      return encode(ImageHeader{.id = item.index, .labels = ones_at(item.labels.classes, class_count_)});
    // MXNet's readers stop at such a record.
    if (item.labels.objects.empty())
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry",
                   fmt::format("sample {} has no object; RecordIO holds none without", item.index));
    return encode(ImageHeader{.id = item.index, .labels = vector_of(item, header_)});
  }

  PictureFile data_;
  OutFile index_;
  Task task_;
  std::size_t class_count_;
  Header header_;
  std::string line_;
};

class RecordioReader final : public Reader {
 public:
  RecordioReader(RecordReader records, std::vector<std::uint64_t> offsets)
      : records_(std::move(records)), offsets_(std::move(offsets)) {}

  std::uint64_t count() const override { return offsets_.size(); }

  Result<bool> next(StoredItem& item) override {
    item.index = next_;
    AVA_TRY(const bool more, records_.next(payload_));
    if (!more) {
      if (next_ >= offsets_.size()) return false;
      next_ = offsets_.size();
      return Error(ErrorCode::kCorrupt, "recordio.corrupt",
                   fmt::format("data.rec ends after {} records; data.idx names {}", item.index, offsets_.size()));
    }
    // After a damaged record the index tells which one this is.
    while (next_ < offsets_.size() && offsets_[next_] < records_.record_offset()) ++next_;
    item.index = next_++;
    if (item.index >= offsets_.size() || offsets_[item.index] != records_.record_offset())
      return Error(ErrorCode::kCorrupt, "recordio.index",
                   fmt::format("data.idx names no record at byte {}", records_.record_offset()));
    std::string_view picture;
    AVA_TRY(const ImageHeader header, decode(payload_, picture));
    item.is_planes = false;
    item.bytes.assign(picture);
    AVA_CHECK(read_labels(header, item).context(fmt::format("record {}", item.index)));
    if (header.id != item.index)
      return Error(ErrorCode::kCorrupt, "recordio.bad_header",
                   fmt::format("record {} carries the id {}", item.index, header.id));
    return true;
  }

 private:
  RecordReader records_;
  std::vector<std::uint64_t> offsets_;
  std::uint64_t next_ = 0;
  std::string payload_;
};

/// Offsets of data.idx, which must be numbered from 0 without a gap.
Result<std::vector<std::uint64_t>> read_offsets(const fs::path& path) {
  AVA_TRY(const std::string text, file::read(path, std::uint64_t{8} << 30));
  std::vector<std::uint64_t> offsets;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const std::uint64_t key = std::strtoull(at, &end, 10);
    const bool has_tab = *end == '\t';
    const std::uint64_t offset = has_tab ? std::strtoull(end + 1, &end, 10) : 0;
    if (!has_tab || *end != '\n' || key != offsets.size())
      return Error(ErrorCode::kCorrupt, "recordio.index", fmt::format("data.idx: line {} is bad", offsets.size() + 1));
    offsets.push_back(offset);
    at = end + 1;
  }
  return offsets;
}

class RecordioFormat final : public WithOptions<RecordioOptions> {
 public:
  std::string_view name() const override { return "recordio"; }
  std::string_view title() const override { return "RecordIO"; }
  std::string_view description() const override {
    return "MXNet image records: cache/data.rec with an index beside it. Read sequentially, fast from any disk. "
           "Pictures "
           "without objects are left out.";
  }
  Traits traits() const override {
    return {.multi_label = true, .detection = true, .negatives = false, .box_error_px = kFloatBoxError};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const RecordioOptions parsed, options_of(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    AVA_TRY(auto data, PictureFile::create(folder / "cache/data.rec"));
    AVA_TRY(auto index, OutFile::create(folder / "cache/data.idx"));
    return std::unique_ptr<Writer>(
        std::make_unique<RecordioWriter>(std::move(data), std::move(index), info, parsed.header));
  }

  /// Of each record: the words of its frame, the padding, the header, the picture's SHA-256 (docs/formats/sets.md).
  Result<Digest> outline_of(const fs::path& path) const override {
    AVA_TRY(auto records, RecordReader::open(path));
    Sha256 outline;
    std::string payload;
    for (;;) {
      AVA_TRY(const bool more, records.next(payload));
      if (!more) return outline.finish();
      std::string_view picture;
      AVA_CHECK(decode(payload, picture));
      const std::string_view head = std::string_view(payload).substr(0, payload.size() - picture.size());
      outline.update(std::string_view(records.frame())).update(head).update(sha256(picture));
    }
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(auto offsets, read_offsets(folder / "cache/data.idx"));
    AVA_TRY(auto records, RecordReader::open(folder / "cache/data.rec"));
    return std::unique_ptr<Reader>(std::make_unique<RecordioReader>(std::move(records), std::move(offsets)));
  }
};

}  // namespace

const Format& recordio_format() {
  static const RecordioFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
