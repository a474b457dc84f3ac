#include "format/recordio.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/out_file.hpp"
#include "format/picture_file.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct Options {};
void describe(schema::Visitor& v, Options&) { v.type("RecordioOptions"); }

class RecordioWriter final : public Writer {
 public:
  RecordioWriter(PictureFile data, OutFile index) : data_(std::move(data)), index_(std::move(index)) {}

  Result<void> append(const Item& item) override {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{}\t{}\n", item.index, data_.offset());
    AVA_CHECK(index_.write(line_));
    const std::string head = encode(ImageHeader{.label = static_cast<float>(item.labels.cls), .id = item.index});
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
  PictureFile data_;
  OutFile index_;
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
    item.label = static_cast<std::int64_t>(header.label);
    item.is_planes = false;
    item.bytes.assign(picture);
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
Result<std::vector<std::uint64_t>> read_index(const fs::path& path) {
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

class RecordioFormat final : public Format {
 public:
  std::string_view name() const override { return "recordio"; }
  std::string_view title() const override { return "RecordIO"; }
  std::string_view description() const override {
    return "MXNet image records: cache/data.rec with an index beside it. Read sequentially, fast from any disk.";
  }
  std::string options_schema() const override { return schema::schema_of<Options>(nullptr).dump(); }

  Result<bool> needs_planes(std::string_view options) const override {
    AVA_CHECK(schema::from_text<Options>(options.empty() ? "{}" : options));
    return false;
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo&,
                                              std::string_view options) const override {
    AVA_CHECK(needs_planes(options));
    AVA_CHECK(file::make_dirs(folder / "cache"));
    AVA_TRY(auto data, PictureFile::create(folder / "cache/data.rec"));
    AVA_TRY(auto index, OutFile::create(folder / "cache/data.idx"));
    return std::unique_ptr<Writer>(std::make_unique<RecordioWriter>(std::move(data), std::move(index)));
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
    AVA_TRY(auto offsets, read_index(folder / "cache/data.idx"));
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
