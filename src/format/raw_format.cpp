#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/label_json.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/with_options.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct RawOptions {};
void describe(schema::Visitor& v, RawOptions&) { v.type("RawOptions"); }

/// What stands after `"label":` in index.lst: 3, or [1,3], or [[1,x0,y0,x1,y1],...].
void append_label(std::string& out, Task task, const Labels& labels) {
  if (task == Task::kClassification) {
    out += std::to_string(labels.cls);
  } else if (task == Task::kMultiLabel) {
    fmt::format_to(std::back_inserter(out), "[{}]", fmt::join(labels.classes, ","));
  } else {
    out += '[';
    for (const Object& object : labels.objects) {
      out += out.back() == '[' ? "[" : ",[";
      out += std::to_string(object.cls);
      for (const double edge : {object.box.x0, object.box.y0, object.box.x1, object.box.y1}) {
        out += ',';
        sample::append_json_number(out, edge);
      }
      out += ']';
    }
    out += ']';
  }
}

/// The label tells by its shape what it is; an empty list is a picture without objects.
Result<void> read_label(const schema::Json& label, StoredItem& item) {
  item.label = 0;
  item.classes.clear();
  item.objects.clear();
  if (label.is_number_integer()) {
    item.label = label.get<std::int64_t>();
    return {};
  }
  if (!label.is_array()) return Error(ErrorCode::kCorrupt, "raw.bad_index", "a label that is no number and no list");
  for (const schema::Json& entry : label) {
    if (entry.is_array() && !entry.empty()) {
      Object object;
      AVA_TRY(object.cls, class_index_of(entry[0]));
      AVA_TRY(object.box, box_of_numbers(entry, 1));
      item.objects.push_back(std::move(object));
    } else {
      AVA_TRY(const std::uint32_t cls, class_index_of(entry));
      item.classes.push_back(cls);
    }
  }
  return {};
}

class RawWriter final : public Writer {
 public:
  RawWriter(fs::path samples, OutFile index, const SetInfo& info)
      : samples_(std::move(samples)),
        index_(std::move(index)),
        digits_(digits_of_names(info.sample_count)),
        task_(info.task) {}

  Result<void> append(const Item& item) override {
    const std::string name = fmt::format("{:0{}}.{}", item.index, digits_, item.extension);
    AVA_CHECK(put_loose_file(samples_ / name, *item.bytes));
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{{\"url\":\"samples/{}\",\"label\":", name);
    append_label(line_, task_, item.labels);
    line_ += "}\n";
    return index_.write(line_);
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(index_.close());
    AVA_CHECK(sync_loose_files(samples_));
    return std::vector<SetFile>{{"samples/index.lst", index_.offset(), index_.digest()}};
  }

 private:
  fs::path samples_;
  OutFile index_;
  int digits_;
  Task task_;
  std::string line_;
};

class RawReader final : public Reader {
 public:
  RawReader(fs::path folder, std::ifstream index, std::uint64_t count)
      : folder_(std::move(folder)), index_(std::move(index)), count_(count) {}

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    std::string line;
    if (!std::getline(index_, line)) return false;
    item.index = next_++;
    item.is_planes = false;
    item.fractions = false;
    AVA_TRY(const auto json, parse_line(line, item.index));
    AVA_CHECK(read_label(json["label"], item).context(fmt::format("samples/index.lst: line {}", item.index + 1)));
    const std::string url = json["url"].get<std::string>();
    if (!url.starts_with("samples/") || !file::is_safe_relative(url))
      return Error(ErrorCode::kCorrupt, "raw.bad_index",
                   fmt::format("line {}: '{}' is no sample", item.index + 1, url));
    AVA_TRY(item.bytes, read_loose_file(folder_ / url, "raw.missing_sample"));
    return true;
  }

 private:
  static Result<schema::Json> parse_line(const std::string& line, std::uint64_t index) {
    auto json = schema::parse(line);
    if (json.ok() && json->is_object() && json->contains("url") && (*json)["url"].is_string() &&
        json->contains("label"))
      return *std::move(json);
    return Error(ErrorCode::kCorrupt, "raw.bad_index", fmt::format("samples/index.lst: line {} is bad", index + 1));
  }

  fs::path folder_;
  std::ifstream index_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

class RawFormat final : public WithOptions<RawOptions> {
 public:
  std::string_view name() const override { return "raw"; }
  std::string_view title() const override { return "Original pictures"; }
  std::string_view description() const override {
    return "The picture files themselves under samples/, with index.lst naming the class index of each.";
  }
  Traits traits() const override { return {.multi_label = true, .detection = true}; }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(options_of(options));
    AVA_CHECK(file::make_dirs(folder / "samples"));
    AVA_TRY(auto index, OutFile::create(folder / "samples/index.lst"));
    return std::unique_ptr<Writer>(std::make_unique<RawWriter>(folder / "samples", std::move(index), info));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    const fs::path path = folder / "samples/index.lst";
    std::ifstream index(path, std::ios::binary);
    if (!index) return file::error_of(errno, "open", path);
    std::uint64_t lines = 0;
    for (std::string line; std::getline(index, line);) ++lines;
    index.clear();
    index.seekg(0);
    return std::unique_ptr<Reader>(std::make_unique<RawReader>(folder, std::move(index), lines));
  }
};

}  // namespace

const Format& raw_format() {
  static const RawFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
