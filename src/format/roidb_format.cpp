// roidb, what py-faster-rcnn trains from: cache/gt_roidb.pkl with the keys its data layer wants prepared.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/pickle.hpp"
#include "format/roidb_entry.hpp"
#include "format/scratch_file.hpp"
#include "format/with_options.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;
using roidb::Entry;

enum class Mirror { kOn, kOff };
std::span<const schema::EnumName<Mirror>> enum_names(Mirror) {
  static constexpr schema::EnumName<Mirror> kNames[] = {{Mirror::kOn, "on"}, {Mirror::kOff, "off"}};
  return kNames;
}

struct RoidbOptions {
  Mirror mirror = Mirror::kOn;
};
void describe(schema::Visitor& v, RoidbOptions& x) {
  v.type("RoidbOptions");
  v.field(
      "mirror", x.mirror,
      {.doc = "on: every entry once more, marked flipped, behind the others; off: not. The usual data layer wants an "
              "even number of entries",
       .required = false});
}

constexpr int kMostPixels = 65536;  // along an edge: places are uint16

/// Entries in batches between a mark and APPENDS, so that loading needs no stack as long as the list.
class Batches {
 public:
  /// Put before and after an entry.
  void begin(std::string& out) {
    if (in_batch_++ == 0) out += pickle::kMark;
  }
  void end(std::string& out) {
    if (in_batch_ == kBatch) close(out);
  }
  void close(std::string& out) {
    if (in_batch_ > 0) out += pickle::kAppends;
    in_batch_ = 0;
  }

 private:
  static constexpr int kBatch = 1000;
  int in_batch_ = 0;
};

class RoidbWriter final : public Writer {
 public:
  RoidbWriter(fs::path cache, OutFile pickle, std::optional<ScratchFile> mirrored, const SetInfo& info)
      : cache_(std::move(cache)),
        pickle_(std::move(pickle)),
        mirrored_(std::move(mirrored)),
        columns_(static_cast<std::uint32_t>(info.classes.size()) + 1),
        digits_(digits_of_names(info.sample_count)) {}

  Result<void> append(const Item& item) override {
    if (item.labels.objects.empty())
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry",
                   fmt::format("sample {} has no object; a roidb holds none without", item.index));
    if (item.width < 1 || item.height < 1 || item.width > kMostPixels || item.height > kMostPixels)
      return Error(ErrorCode::kInvalidArgument, "roidb.too_large",
                   fmt::format("sample {} is {}x{}; places are 16 bits", item.index, item.width, item.height));
    Entry entry{.width = static_cast<std::uint32_t>(item.width), .height = static_cast<std::uint32_t>(item.height)};
    entry.image = fmt::format("images/{:0{}}.{}", item.index, digits_, item.extension);
    for (const Object& object : item.labels.objects) {
      entry.boxes.push_back(roidb::pixels_of(object.box, entry.width, entry.height));
      entry.classes.push_back(object.cls + 1);
    }
    AVA_CHECK(put_loose_file(cache_ / entry.image, *item.bytes));
    AVA_CHECK(pickle_.write(text_of(entry, batches_)));
    if (!mirrored_) return {};
    roidb::mirror(entry);
    return mirrored_->write(text_of(entry, mirrored_batches_));
  }

  Result<std::vector<SetFile>> finish() override {
    std::string end;
    batches_.close(end);
    AVA_CHECK(pickle_.write(end));
    end.clear();
    mirrored_batches_.close(end);
    if (mirrored_) AVA_CHECK(mirrored_->drain([this](std::string_view piece) { return pickle_.write(piece); }));
    end += pickle::kStop;
    AVA_CHECK(pickle_.write(end));
    AVA_CHECK(pickle_.close());
    AVA_CHECK(sync_loose_files(cache_ / "images"));
    return std::vector<SetFile>{{"cache/gt_roidb.pkl", pickle_.offset(), pickle_.digest()}};
  }

 private:
  std::string_view text_of(const Entry& entry, Batches& batches) {
    text_.clear();
    batches.begin(text_);
    roidb::put_entry(text_, entry, columns_);
    batches.end(text_);
    return text_;
  }

  fs::path cache_;
  OutFile pickle_;
  std::optional<ScratchFile> mirrored_;
  std::uint32_t columns_;
  int digits_;
  Batches batches_;
  Batches mirrored_batches_;
  std::string text_;
};

/// Walks over the entries of a pickle, through the marks of its batches.
class EntryWalk {
 public:
  static Result<EntryWalk> open(const fs::path& path) {
    AVA_TRY(InFile file, InFile::open(path));
    EntryWalk walk(pickle::Scanner(std::move(file)));
    AVA_CHECK(walk.in_.expect(pickle::kStart));
    return walk;
  }

  /// False at the end of the list.
  Result<bool> next(Entry& entry) {
    for (;;) {
      AVA_TRY(const char opcode, in_.peek());
      if (in_batch_ && opcode == pickle::kDict.front()) {
        AVA_TRY(entry, roidb::take_entry(in_));
        return true;
      }
      const std::string_view wanted = in_batch_ ? pickle::kAppends : opcode == '(' ? pickle::kMark : pickle::kStop;
      AVA_CHECK(in_.expect(wanted));
      in_batch_ = wanted == pickle::kMark;
      if (wanted != pickle::kStop) continue;
      if (in_.done()) return false;
      return Error(ErrorCode::kCorrupt, "roidb.corrupt", fmt::format("the pickle goes on at byte {}", in_.at()));
    }
  }

 private:
  explicit EntryWalk(pickle::Scanner in) : in_(std::move(in)) {}
  pickle::Scanner in_;
  bool in_batch_ = false;
};

class RoidbReader final : public Reader {
 public:
  RoidbReader(fs::path cache, EntryWalk walk, std::uint64_t count)
      : cache_(std::move(cache)), walk_(std::move(walk)), count_(count), digits_(digits_of_names(count)) {}

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    item = {};
    item.index = next_;
    if (ended_) return false;
    Entry entry;
    auto more = walk_.next(entry);
    // Nothing behind a damaged entry can be told apart.
    ended_ = !more.ok() || !*more || entry.flipped;
    if (!more.ok() || !*more) return more;
    AVA_CHECK(check_place(entry, next_));
    if (entry.flipped) return walk_mirrored(std::move(entry));
    ++next_;
    for (std::size_t i = 0; i < entry.boxes.size(); ++i) {
      const auto& [left, top, right, bottom] = entry.boxes[i];
      const sample::Box box{double(left), double(top), right + 1.0, bottom + 1.0};
      item.objects.push_back({.cls = entry.classes[i] - 1, .box = box});
    }
    AVA_TRY(item.bytes, read_loose_file(cache_ / entry.image, "roidb.missing_picture"));
    return true;
  }

 private:
  /// Entry k is of picture k, counted anew in the mirrored ones.
  Result<void> check_place(const Entry& entry, std::uint64_t at) const {
    const std::uint64_t picture = entry.flipped ? at - count_ : at;
    const std::string stem = fmt::format("images/{:0{}}.", picture, digits_);
    const bool plain =
        entry.image.starts_with(stem) && entry.image.find_first_of("/.", stem.size()) == entry.image.npos;
    if (plain && file::is_safe_relative(entry.image)) return {};
    return Error(ErrorCode::kCorrupt, "roidb.corrupt", fmt::format("entry {} is of '{}'", at, entry.image));
  }

  /// The copies hold no samples; they must be whole, one of each.
  Result<bool> walk_mirrored(Entry entry) {
    std::uint64_t at = next_;
    for (;; ++at) {
      if (!entry.flipped)
        return Error(ErrorCode::kCorrupt, "roidb.corrupt", fmt::format("entry {} is not flipped", at));
      AVA_CHECK(check_place(entry, at));
      AVA_TRY(const bool more, walk_.next(entry));
      if (!more) break;
    }
    if (at + 1 == 2 * count_) return false;
    return Error(ErrorCode::kCorrupt, "roidb.corrupt",
                 fmt::format("{} mirrored copies of {}", at + 1 - count_, count_));
  }

  fs::path cache_;
  EntryWalk walk_;
  std::uint64_t count_;
  int digits_;
  std::uint64_t next_ = 0;
  bool ended_ = false;
};

class RoidbFormat final : public WithOptions<RoidbOptions> {
 public:
  std::string_view name() const override { return "roidb"; }
  std::string_view title() const override { return "roidb"; }
  std::string_view description() const override {
    return "A pickled list of boxes for Faster R-CNN (cache/gt_roidb.pkl) with the pictures beside it. Boxes grow to "
           "whole pixels; pictures without objects are left out.";
  }
  Traits traits() const override {
    return {.classification = false, .detection = true, .negatives = false, .box_error_px = 1};
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_TRY(const RoidbOptions parsed, options_of(options));
    if (info.task != Task::kDetection)
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry", "a roidb holds boxes only");
    AVA_CHECK(file::make_dirs(folder / "cache/images"));
    AVA_TRY(auto pickle, OutFile::create(folder / "cache/gt_roidb.pkl"));
    AVA_CHECK(pickle.write(pickle::kStart));
    std::optional<ScratchFile> mirrored;
    if (parsed.mirror == Mirror::kOn) {
      AVA_TRY(mirrored, ScratchFile::create(folder / ".roidb-mirrored"));
    }
    return std::unique_ptr<Writer>(
        std::make_unique<RoidbWriter>(folder / "cache", std::move(pickle), std::move(mirrored), info));
  }

  /// The first walk counts; what it meets that is damaged, the reader meets again and says.
  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    const fs::path path = folder / "cache/gt_roidb.pkl";
    std::uint64_t count = 0;
    {
      AVA_TRY(auto walk, EntryWalk::open(path));
      Entry entry;
      for (;;) {
        const auto more = walk.next(entry);
        if (!more.ok() || !*more || entry.flipped) break;
        ++count;
      }
    }
    AVA_TRY(auto walk, EntryWalk::open(path));
    return std::unique_ptr<Reader>(std::make_unique<RoidbReader>(folder / "cache", std::move(walk), count));
  }
};

}  // namespace

const Format& roidb_format() {
  static const RoidbFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
