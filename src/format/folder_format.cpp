// One folder per class, as torchvision's ImageFolder and Keras read them. A class whose name cannot name a folder gets
// a number; names.csv says which.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/with_options.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct FolderOptions {};
void describe(schema::Visitor& v, FolderOptions&) { v.type("FolderOptions"); }

/// Letters of ASCII made small: some file systems take "Cat" and "cat" for one name.
std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// May a folder be called so on every common file system?
bool is_safe_folder(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  static constexpr std::array<std::string_view, 4> kReserved = {"con", "prn", "aux", "nul"};
  if (name.size() > kLongest || !file::is_safe_relative(name)) return false;
  if (name.find_first_of("/\\:*?\"<>|") != std::string_view::npos) return false;
  if (name.front() == '.' || name.front() == ' ' || name.back() == '.' || name.back() == ' ') return false;
  return std::find(kReserved.begin(), kReserved.end(), folded(name)) == kReserved.end();
}

/// The folder of every class: its name, else its number.
std::vector<std::string> folders_of(const std::vector<std::string>& classes) {
  std::set<std::string> taken;
  std::vector<std::string> folders(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (is_safe_folder(classes[i]) && taken.insert(folded(classes[i])).second) folders[i] = classes[i];
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (!folders[i].empty()) continue;
    folders[i] = fmt::format("{:05}", i);
    while (!taken.insert(folders[i]).second) folders[i] += '_';
  }
  return folders;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// Cut the first field off `line`; false when its quotes do not close.
bool take_csv_field(std::string_view& line, std::string& field) {
  field.clear();
  std::size_t at = 0;
  const bool quoted = line.starts_with('"');
  if (!quoted) {
    at = std::min(line.find(','), line.size());
    field = line.substr(0, at);
  } else {
    for (at = 1; at < line.size() && (line[at] != '"' || line.substr(at, 2) == "\"\""); ++at) {
      if (line[at] == '"') ++at;
      field += line[at];
    }
    if (at >= line.size()) return false;
    ++at;
  }
  if (at < line.size() && line[at] != ',') return false;
  line.remove_prefix(std::min(at + 1, line.size()));
  return true;
}

class FolderWriter final : public Writer {
 public:
  FolderWriter(fs::path root, std::vector<std::string> folders, SetFile names, int digits)
      : root_(std::move(root)), folders_(std::move(folders)), names_(std::move(names)), digits_(digits) {}

  Result<void> append(const Item& item) override {
    if (item.labels.cls >= folders_.size())
      return Error(ErrorCode::kInvalidArgument, "folder.no_class",
                   fmt::format("class {} has no name", item.labels.cls));
    const std::string name = fmt::format("{:0{}}.{}", item.index, digits_, item.extension);
    return put_loose_file(root_ / "samples" / folders_[item.labels.cls] / name, *item.bytes);
  }

  Result<std::vector<SetFile>> finish() override {
    AVA_CHECK(sync_loose_files(root_));
    return std::vector<SetFile>{names_};
  }

 private:
  fs::path root_;
  std::vector<std::string> folders_;
  SetFile names_;
  int digits_;
};

/// Where a sample lies: its number, its class and its extension. 16 bytes a sample.
struct Place {
  std::uint64_t number = 0;
  std::uint32_t cls = 0;
  std::uint32_t extension = 0;
};

class FolderReader final : public Reader {
 public:
  FolderReader(fs::path root, std::vector<std::string> folders)
      : root_(std::move(root)), folders_(std::move(folders)) {}

  Result<void> scan() {
    for (std::uint32_t cls = 0; cls < folders_.size(); ++cls) {
      std::error_code failed;
      const fs::path folder = root_ / "samples" / folders_[cls];
      for (fs::directory_iterator at(folder, failed); !failed && at != fs::directory_iterator(); at.increment(failed))
        add(cls, at->path().filename().string());
      if (failed == std::errc::no_such_file_or_directory)
        return Error(ErrorCode::kCorrupt, "folder.missing_sample", fmt::format("no folder '{}'", folders_[cls]));
      if (failed) return file::error_of(failed.value(), "walk", folder);
    }
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.number < b.number; });
    return {};
  }

  std::uint64_t count() const override { return places_.empty() ? 0 : places_.back().number + 1; }

  Result<bool> next(StoredItem& item) override {
    if (at_ >= places_.size()) return false;
    const Place& place = places_[at_];
    item.index = std::min(next_, place.number);
    next_ = place.number + (item.index == place.number ? 1 : 0);
    if (item.index < place.number)
      return Error(ErrorCode::kCorrupt, "folder.missing_sample",
                   fmt::format("no folder holds the samples {} to {}", item.index, place.number - 1));
    ++at_;
    if (at_ > 1 && places_[at_ - 2].number == place.number)
      return Error(ErrorCode::kCorrupt, "folder.twice", fmt::format("sample {} lies in two folders", place.number));
    item.label = place.cls;
    item.classes.clear();
    item.objects.clear();
    item.is_planes = false;
    item.fractions = false;
    const std::string name = fmt::format("{:0{}}.{}", place.number, digits_, extensions_[place.extension]);
    AVA_TRY(item.bytes, read_loose_file(root_ / "samples" / folders_[place.cls] / name, "folder.missing_sample"));
    return true;
  }

 private:
  /// A file that is no sample of ours is left alone.
  void add(std::uint32_t cls, const std::string& name) {
    constexpr std::size_t kFewestDigits = 6;
    constexpr std::size_t kMostDigits = 10;
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    const auto digits = static_cast<std::size_t>(end - name.data());
    const bool numbered = failed == std::errc() && digits >= kFewestDigits && digits <= kMostDigits;
    if (!numbered || digits >= name.size() || name[digits] != '.') return;
    digits_ = std::max(digits_, static_cast<int>(digits));
    const std::string extension = name.substr(digits + 1);
    const auto found = std::find(extensions_.begin(), extensions_.end(), extension);
    const auto known = static_cast<std::uint32_t>(found - extensions_.begin());
    if (found == extensions_.end()) extensions_.push_back(extension);
    places_.push_back({number, cls, known});
  }

  fs::path root_;
  std::vector<std::string> folders_;
  std::vector<std::string> extensions_;
  std::vector<Place> places_;
  int digits_ = 6;
  std::size_t at_ = 0;      ///< the next of places_
  std::uint64_t next_ = 0;  ///< the number expected there
};

constexpr std::string_view kIndexHead = "index,folder,class\n";

/// The folders of names.csv, in the order of the class indices.
Result<std::vector<std::string>> read_names(const fs::path& path) {
  AVA_TRY(const std::string text, file::read(path));
  const auto bad = [&](std::size_t line) {
    return Error(ErrorCode::kCorrupt, "folder.bad_names", fmt::format("names.csv: line {} is bad", line));
  };
  if (!text.starts_with(kIndexHead)) return bad(1);
  std::string_view rest = std::string_view(text).substr(kIndexHead.size());
  std::vector<std::string> folders;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return bad(folders.size() + 2);
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    std::string index;
    std::string folder;
    std::string name;
    const bool whole = take_csv_field(line, index) && take_csv_field(line, folder) && take_csv_field(line, name);
    if (!whole || !line.empty() || index != std::to_string(folders.size()) || !is_safe_folder(folder))
      return bad(folders.size() + 2);
    folders.push_back(std::move(folder));
  }
  return folders;
}

class FolderFormat final : public WithOptions<FolderOptions> {
 public:
  std::string_view name() const override { return "folder"; }
  std::string_view title() const override { return "Folder per class"; }
  std::string_view description() const override {
    return "The picture files in one folder per class under samples/, as torchvision's ImageFolder and Keras read "
           "them. "
           "Classification only.";
  }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(options_of(options));
    if (info.task != Task::kClassification)
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry", "folders hold one class per picture");
    std::vector<std::string> folders = folders_of(info.classes);
    std::string names(kIndexHead);
    for (std::size_t i = 0; i < folders.size(); ++i) {
      // Every class gets its folder, also one without pictures: readers count folders to number the classes.
      AVA_CHECK(file::make_dirs(folder / "samples" / folders[i]));
      names += fmt::format("{},{},{}\n", i, csv_field(folders[i]), csv_field(info.classes[i]));
    }
    AVA_TRY(OutFile out, OutFile::create(folder / "names.csv"));
    AVA_CHECK(out.write(names));
    AVA_CHECK(out.close());
    SetFile listed{"names.csv", out.offset(), out.digest()};
    return std::unique_ptr<Writer>(std::make_unique<FolderWriter>(folder, std::move(folders), std::move(listed),
                                                                  digits_of_names(info.sample_count)));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(std::vector<std::string> folders, read_names(folder / "names.csv"));
    auto reader = std::make_unique<FolderReader>(folder, std::move(folders));
    AVA_CHECK(reader->scan());
    return std::unique_ptr<Reader>(std::move(reader));
  }
};

}  // namespace

const Format& folder_format() {
  static const FolderFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
