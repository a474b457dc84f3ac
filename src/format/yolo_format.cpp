// YOLO as Ultralytics lays it out: data.yaml, images/<split>/, labels/<split>/ with a text file per picture, and
// <split>.txt with the pictures in the set's order.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/shard_files.hpp"
#include "format/with_options.hpp"
#include "sample/foreign_boxes.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct YoloOptions {};
void describe(schema::Visitor& v, YoloOptions&) { v.type("YoloOptions"); }

/// The set's own part lies here; the others are looked for where AVA puts sets, beside this one.
std::string yaml_of(const SetInfo& info) {
  std::string out;
  for (const std::string_view part : {"train", "val", "test"}) {
    const std::string beside = part == info.split ? std::string() : fmt::format("../{}/", part);
    fmt::format_to(std::back_inserter(out), "{}: {}images/{}\n", part, beside, part);
  }
  fmt::format_to(std::back_inserter(out), "nc: {}\nnames:{}\n", info.classes.size(), info.classes.empty() ? " {}" : "");
  for (std::size_t i = 0; i < info.classes.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "  {}: ", i);
    sample::append_json_string(out, info.classes[i]);
    out += '\n';
  }
  return out;
}

/// Six decimals as everybody writes, more in pictures so large that a box would move by more than 0.01 pixels.
int decimals_for(int size) {
  int decimals = 6;
  for (double step = 1e-6 * size; step > 0.005; step /= 10) ++decimals;
  return decimals;
}

void append_yolo_line(std::string& out, const Object& object, int width, int height) {
  const sample::YoloBox box = sample::to_yolo(object.box, std::max(width, 1), std::max(height, 1));
  const int across = decimals_for(width);
  const int down = decimals_for(height);
  // A box thinner than the last decimal stays one.
  fmt::format_to(std::back_inserter(out), "{} {:.{}f} {:.{}f} {:.{}f} {:.{}f}\n", object.cls, box.cx, across, box.cy,
                 down, std::max(box.width, std::pow(10.0, -across)), across,
                 std::max(box.height, std::pow(10.0, -down)), down);
}

class YoloWriter final : public Writer {
 public:
  YoloWriter(fs::path folder, OutFile list, SetInfo info)
      : folder_(std::move(folder)),
        list_(std::move(list)),
        info_(std::move(info)),
        digits_(digits_of_names(info_.sample_count)) {}

  Result<void> append(const Item& item) override {
    const std::string stem = fmt::format("{}/{:0{}}", info_.split, item.index, digits_);
    const std::string picture = fmt::format("images/{}.{}", stem, item.extension);
    AVA_CHECK(put_loose_file(folder_ / picture, *item.bytes));
    std::string labels;
    for (const Object& object : item.labels.objects) append_yolo_line(labels, object, item.width, item.height);
    AVA_CHECK(put_loose_file(folder_ / fmt::format("labels/{}.txt", stem), labels));
    return list_.write(fmt::format("./{}\n", picture));
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_TRY(OutFile yaml, OutFile::create(folder_ / "data.yaml"));
    AVA_CHECK(yaml.write(yaml_of(info_)));
    AVA_CHECK(yaml.close());
    AVA_CHECK(list_.close());
    AVA_CHECK(sync_loose_files(folder_));
    return std::vector<SetFile>{{"data.yaml", yaml.offset(), yaml.digest()},
                                {info_.split + ".txt", list_.offset(), list_.digest()}};
  }

 private:
  fs::path folder_;
  OutFile list_;
  SetInfo info_;
  int digits_;
};

Error corrupt_line(std::string_view file, std::uint64_t line, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "yolo.corrupt", fmt::format("{}: line {}: {}", file, line, what));
}

/// The number of classes data.yaml announces and names.
Result<std::uint64_t> class_count_of(const fs::path& path) {
  AVA_TRY(const std::string text, file::read(path));
  std::uint64_t announced = 0;
  std::uint64_t named = 0;
  std::uint64_t line = 0;
  bool has_count = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view now = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), now.size() + 1));
    ++line;
    if (now.starts_with("nc: ")) {
      const auto [end, failed] = std::from_chars(now.data() + 4, now.data() + now.size(), announced);
      has_count = failed == std::errc() && end == now.data() + now.size();
    } else if (now.starts_with("  ")) {
      const std::string prefix = fmt::format("  {}: ", named);
      const auto name = schema::parse(now.starts_with(prefix) ? now.substr(prefix.size()) : "");
      if (!name.ok() || !name->is_string()) return corrupt_line("data.yaml", line, "not the next class");
      ++named;
    }
  }
  if (!has_count || named != announced || text.find("\nnames:") == std::string::npos)
    return corrupt_line("data.yaml", line, fmt::format("{} classes named of {}", named, announced));
  return announced;
}

/// Errors: kCorrupt. Units: fractions.
Result<Object> object_in_line(std::string_view line) {
  const Error bad(ErrorCode::kCorrupt, "yolo.corrupt", fmt::format("'{}' is no class and box", line.substr(0, 80)));
  Object object;
  const char* end = line.data() + line.size();
  std::from_chars_result read = std::from_chars(line.data(), end, object.cls);
  double numbers[4];
  for (double& number : numbers) {
    if (read.ec != std::errc() || read.ptr == end || *read.ptr != ' ') return bad;
    read = std::from_chars(read.ptr + 1, end, number);
  }
  if (read.ec != std::errc() || read.ptr != end) return bad;
  for (const double number : numbers)
    if (!std::isfinite(number)) return bad;
  object.box = sample::box_of(sample::YoloBox{numbers[0], numbers[1], numbers[2], numbers[3]}, 1, 1);
  return object;
}

class YoloReader final : public Reader {
 public:
  YoloReader(fs::path folder, std::ifstream list, std::uint64_t count, std::uint64_t classes)
      : folder_(std::move(folder)), list_(std::move(list)), count_(count), classes_(classes) {}

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    item = {};
    item.index = next_;
    std::string line;
    if (!std::getline(list_, line)) return false;
    ++next_;
    item.fractions = true;
    const std::string stem = fmt::format("/{:0{}}.", item.index, digits_of_names(count_));
    const auto name = line.rfind('/');
    const bool plain = line.starts_with("./images/") && file::is_safe_relative(std::string_view(line).substr(2)) &&
                       std::string_view(line).substr(name).starts_with(stem);
    if (!plain) return corrupt_line("the list of pictures", next_, fmt::format("'{}' is not the next picture", line));
    AVA_CHECK(read_labels("labels/" + line.substr(9, name - 9) + stem + "txt", item));
    AVA_TRY(item.bytes, read_loose_file(folder_ / line.substr(2), "yolo.missing_file"));
    return true;
  }

 private:
  Result<void> read_labels(const std::string& path, StoredItem& item) {
    AVA_TRY(const std::string text, read_loose_file(folder_ / path, "yolo.missing_file"));
    std::uint64_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = rest.find('\n');
      ++number;
      if (end == std::string_view::npos) return corrupt_line(path, number, "the line has no end");
      auto object = object_in_line(rest.substr(0, end));
      if (!object.ok()) return corrupt_line(path, number, object.error().message());
      if (object->cls >= classes_) return corrupt_line(path, number, "a class data.yaml does not name");
      item.objects.push_back(*std::move(object));
      rest.remove_prefix(end + 1);
    }
    return {};
  }

  fs::path folder_;
  std::ifstream list_;
  std::uint64_t count_;
  std::uint64_t classes_;
  std::uint64_t next_ = 0;
};

class YoloFormat final : public WithOptions<YoloOptions> {
 public:
  std::string_view name() const override { return "yolo"; }
  std::string_view title() const override { return "YOLO"; }
  std::string_view description() const override {
    return "data.yaml, images/ and labels/ with a text file per picture, as Ultralytics reads them. Boxes only.";
  }
  Traits traits() const override { return {.classification = false, .detection = true, .box_error_px = 0.01}; }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(options_of(options));
    if (info.task != Task::kDetection)
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry", "label files of YOLO hold boxes only");
    AVA_CHECK(file::make_dirs(folder / "images" / info.split));
    AVA_CHECK(file::make_dirs(folder / "labels" / info.split));
    AVA_TRY(auto list, OutFile::create(folder / (info.split + ".txt")));
    return std::unique_ptr<Writer>(std::make_unique<YoloWriter>(folder, std::move(list), info));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(const std::uint64_t classes, class_count_of(folder / "data.yaml"));
    AVA_TRY(const auto lists, shards_in(folder, ".txt", "yolo.corrupt"));
    std::ifstream list(lists.front(), std::ios::binary);
    if (!list) return file::error_of(errno, "open", lists.front());
    std::uint64_t lines = 0;
    for (std::string line; std::getline(list, line);) ++lines;
    list.clear();
    list.seekg(0);
    return std::unique_ptr<Reader>(std::make_unique<YoloReader>(folder, std::move(list), lines, classes));
  }
};

}  // namespace

const Format& yolo_format() {
  static const YoloFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
