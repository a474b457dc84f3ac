#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/out_file.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct Options {};
void describe(schema::Visitor& v, Options&) { v.type("RawOptions"); }

/// Write a picture file; finish() syncs them all at once.
Result<void> put_file(const fs::path& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "create", path);
  int failed = 0;
  while (!bytes.empty() && failed == 0) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) bytes.remove_prefix(static_cast<std::size_t>(put));
    if (put < 0 && errno != EINTR) failed = errno;
  }
  if (::close(fd) != 0 && failed == 0) failed = errno;
  if (failed != 0) return file::error_of(failed, "write", path);
  return {};
}

/// Make everything written below `folder` durable.
Result<void> sync_file_system(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", folder);
  const int failed = ::syncfs(fd) != 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return file::error_of(failed, "sync", folder);
  return {};
}

class RawWriter final : public Writer {
 public:
  RawWriter(fs::path samples, OutFile index, int digits)
      : samples_(std::move(samples)), index_(std::move(index)), digits_(digits) {}

  Result<void> append(const Item& item) override {
    const std::string name = fmt::format("{:0{}}.{}", item.index, digits_, item.extension);
    AVA_CHECK(put_file(samples_ / name, *item.bytes));
    return index_.write(fmt::format("{{\"url\":\"samples/{}\",\"label\":{}}}\n", name, item.label));
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(index_.close());
    AVA_CHECK(sync_file_system(samples_));
    return std::vector<SetFile>{{"samples/index.lst", index_.offset(), index_.digest()}};
  }

 private:
  fs::path samples_;
  OutFile index_;
  int digits_;
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
    AVA_TRY(const auto json, parse_line(line, item.index));
    item.label = json["label"].get<std::int64_t>();
    const std::string url = json["url"].get<std::string>();
    if (!url.starts_with("samples/") || !file::is_safe_relative(url))
      return Error(ErrorCode::kCorrupt, "raw.bad_index",
                   fmt::format("line {}: '{}' is no sample", item.index + 1, url));
    auto bytes = file::read(folder_ / url, std::uint64_t{1} << 32);
    if (!bytes.ok()) return Error(ErrorCode::kCorrupt, "raw.missing_sample", bytes.error().message());
    item.bytes = *std::move(bytes);
    return true;
  }

 private:
  static Result<schema::Json> parse_line(const std::string& line, std::uint64_t index) {
    auto json = schema::parse(line);
    if (json.ok() && json->is_object() && json->contains("url") && (*json)["url"].is_string() &&
        json->contains("label") && (*json)["label"].is_number_integer())
      return *std::move(json);
    return Error(ErrorCode::kCorrupt, "raw.bad_index", fmt::format("samples/index.lst: line {} is bad", index + 1));
  }

  fs::path folder_;
  std::ifstream index_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

class RawFormat final : public Format {
 public:
  std::string_view name() const override { return "raw"; }
  std::string_view title() const override { return "Original pictures"; }
  std::string_view description() const override {
    return "The picture files themselves under samples/, with index.lst naming the class index of each.";
  }
  std::string options_schema() const override { return schema::schema_of<Options>(nullptr).dump(); }

  Result<bool> needs_planes(std::string_view options) const override {
    AVA_CHECK(schema::from_text<Options>(options.empty() ? "{}" : options));
    return false;
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(needs_planes(options));
    AVA_CHECK(file::make_dirs(folder / "samples"));
    AVA_TRY(auto index, OutFile::create(folder / "samples/index.lst"));
    const std::uint64_t last = std::max<std::uint64_t>(info.sample_count, 1) - 1;
    const int digits = std::max(6, static_cast<int>(std::to_string(last).size()));
    return std::unique_ptr<Writer>(std::make_unique<RawWriter>(folder / "samples", std::move(index), digits));
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
