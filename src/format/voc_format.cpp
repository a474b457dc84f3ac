// Pascal VOC: Annotations/<id>.xml, JPEGImages/, ImageSets/Main/<split>.txt with the ids in the set's order.
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "base/file.hpp"
#include "format/drivers.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "format/shard_files.hpp"
#include "format/with_options.hpp"
#include "image/codec.hpp"
#include "sample/foreign_boxes.hpp"
#include "sample/list_writer.hpp"
#include "sample/xml.hpp"
#include "schema/json.hpp"

namespace ava::format {

namespace {

namespace fs = std::filesystem;

struct VocOptions {};
void describe(schema::Visitor& v, VocOptions&) { v.type("VocOptions"); }

/// The name as XML gives it back: blanks at its ends are lost. Errors: of parse_xml, for characters XML has not.
Result<std::string> name_in_xml(std::string_view name) {
  AVA_TRY(const auto root, sample::parse_xml("<object><name>" + sample::escape_xml(name) + "</name></object>"));
  return std::string(root.text_of("name"));
}

/// Class indices by their names as they come back.
using Names = std::map<std::string, std::uint32_t, std::less<>>;

/// Errors: `format.cannot_carry` for names that cannot be told apart.
Result<Names> names_of(const std::vector<std::string>& classes) {
  Names names;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto name = name_in_xml(classes[i]);
    if (name.ok() && !name->empty() && names.emplace(*name, static_cast<std::uint32_t>(i)).second) continue;
    return Error(ErrorCode::kInvalidArgument, "format.cannot_carry",
                 fmt::format("VOC's XML cannot hold the class name '{}', or not besides the others", classes[i]));
  }
  return names;
}

std::string xml_of(const Item& item, const std::string& file, const std::vector<std::string>& classes) {
  const auto info = image::probe(*item.bytes);
  std::string out = fmt::format(
      "<annotation>\n\t<folder>JPEGImages</folder>\n\t<filename>{}</filename>\n\t<size>\n\t\t<width>{}</width>\n"
      "\t\t<height>{}</height>\n\t\t<depth>{}</depth>\n\t</size>\n\t<segmented>0</segmented>\n",
      file, item.width, item.height, info.ok() ? info->channels : 3);
  for (const Object& object : item.labels.objects) {
    const sample::VocBox box = sample::to_voc(object.box);
    fmt::format_to(std::back_inserter(out),
                   "\t<object>\n\t\t<name>{}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
                   "\t\t<difficult>{}</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>{:.0f}</xmin>\n\t\t\t<ymin>{:.0f}</ymin>\n"
                   "\t\t\t<xmax>{:.0f}</xmax>\n\t\t\t<ymax>{:.0f}</ymax>\n\t\t</bndbox>\n\t</object>\n",
                   object.cls < classes.size() ? sample::escape_xml(classes[object.cls]) : std::string(),
                   object.difficult ? 1 : 0, box.xmin, box.ymin, box.xmax, box.ymax);
  }
  return out + "</annotation>\n";
}

class VocWriter final : public Writer {
 public:
  VocWriter(fs::path folder, OutFile list, SetInfo info)
      : folder_(std::move(folder)),
        list_(std::move(list)),
        info_(std::move(info)),
        digits_(digits_of_names(info_.sample_count)) {}

  Result<void> append(const Item& item) override {
    const std::string id = fmt::format("{:0{}}", item.index, digits_);
    const std::string file = fmt::format("{}.{}", id, item.extension);
    AVA_CHECK(put_loose_file(folder_ / "JPEGImages" / file, *item.bytes));
    AVA_CHECK(put_loose_file(folder_ / "Annotations" / (id + ".xml"), xml_of(item, file, info_.classes)));
    return list_.write(id + "\n");
  }

  Result<std::vector<SetFile>> finish() override {
    std::string text = "[";
    for (const std::string& name : info_.classes) {
      if (text.size() > 1) text += ',';
      sample::append_json_string(text, name);
    }
    AVA_TRY(OutFile classes, OutFile::create(folder_ / "classes.json"));
    AVA_CHECK(classes.write(text + "]\n"));
    AVA_CHECK(classes.close());
    AVA_CHECK(list_.close());
    AVA_CHECK(sync_loose_files(folder_));
    return std::vector<SetFile>{{"classes.json", classes.offset(), classes.digest()},
                                {fmt::format("ImageSets/Main/{}.txt", info_.split), list_.offset(), list_.digest()}};
  }

 private:
  fs::path folder_;
  OutFile list_;
  SetInfo info_;
  int digits_;
};

Error corrupt_voc(std::string_view file, std::uint64_t line, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "voc.corrupt", fmt::format("{}: line {}: {}", file, line, what));
}

Result<Names> read_classes(const fs::path& path) {
  AVA_TRY(const std::string text, file::read(path));
  const auto json = schema::parse(text);
  if (!json.ok() || !json->is_array()) return corrupt_voc("classes.json", 1, "no list of names");
  std::vector<std::string> classes;
  for (const schema::Json& name : *json) {
    if (!name.is_string()) return corrupt_voc("classes.json", 1, "a name that is no text");
    classes.push_back(name.get<std::string>());
  }
  auto names = names_of(classes);
  if (!names.ok()) return corrupt_voc("classes.json", 1, names.error().message());
  return names;
}

class VocReader final : public Reader {
 public:
  VocReader(fs::path folder, std::ifstream list, std::uint64_t count, Names names)
      : folder_(std::move(folder)), list_(std::move(list)), count_(count), names_(std::move(names)) {}

  std::uint64_t count() const override { return count_; }

  Result<bool> next(StoredItem& item) override {
    item = {};
    item.index = next_;
    std::string id;
    if (!std::getline(list_, id)) return false;
    ++next_;
    if (id != fmt::format("{:0{}}", item.index, digits_of_names(count_)))
      return corrupt_voc("the list of ids", next_, fmt::format("'{}' is not the next one", id));
    const std::string path = fmt::format("Annotations/{}.xml", id);
    AVA_TRY(const std::string text, read_loose_file(folder_ / path, "voc.missing_file"));
    const auto root = sample::parse_xml(text);
    if (!root.ok())
      return Error(ErrorCode::kCorrupt, "voc.corrupt", fmt::format("{}: {}", path, root.error().message()));
    const std::string file(root->text_of("filename"));
    if (!file.starts_with(id + ".") || file.find('/') != std::string::npos || !file::is_safe_relative(file))
      return corrupt_voc(path, root->line, fmt::format("the file is called '{}'", file));
    for (const sample::XmlElement& element : root->children) {
      if (element.name != "object") continue;
      AVA_TRY(Object object, object_of(path, element));
      item.objects.push_back(std::move(object));
    }
    AVA_TRY(item.bytes, read_loose_file(folder_ / "JPEGImages" / file, "voc.missing_file"));
    return true;
  }

 private:
  Result<Object> object_of(std::string_view path, const sample::XmlElement& element) const {
    const auto cls = names_.find(element.text_of("name"));
    if (cls == names_.end())
      return corrupt_voc(path, element.line, fmt::format("no class is called '{}'", element.text_of("name")));
    const sample::XmlElement* bounds = element.child("bndbox");
    if (bounds == nullptr) return corrupt_voc(path, element.line, "an object without bndbox");
    sample::VocBox box;
    const std::pair<const char*, double*> edges[] = {
        {"xmin", &box.xmin}, {"ymin", &box.ymin}, {"xmax", &box.xmax}, {"ymax", &box.ymax}};
    for (const auto& [edge, value] : edges) {
      const std::string_view text = bounds->text_of(edge);
      std::uint32_t number = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (failed != std::errc() || end != text.data() + text.size() || number == 0)
        return corrupt_voc(path, bounds->line, fmt::format("{} is '{}'", edge, text));
      *value = number;
    }
    return Object{.cls = cls->second, .box = sample::box_of(box), .difficult = element.text_of("difficult") == "1"};
  }

  fs::path folder_;
  std::ifstream list_;
  std::uint64_t count_;
  Names names_;
  std::uint64_t next_ = 0;
};

class VocFormat final : public WithOptions<VocOptions> {
 public:
  std::string_view name() const override { return "voc"; }
  std::string_view title() const override { return "Pascal VOC"; }
  std::string_view description() const override {
    return "An XML file per picture in Annotations/, the pictures in JPEGImages/. Boxes grow to whole pixels.";
  }
  Traits traits() const override { return {.classification = false, .detection = true, .box_error_px = 1}; }

  Result<std::unique_ptr<Writer>> make_writer(const fs::path& folder, const SetInfo& info,
                                              std::string_view options) const override {
    AVA_CHECK(options_of(options));
    if (info.task != Task::kDetection)
      return Error(ErrorCode::kInvalidArgument, "format.cannot_carry", "VOC's annotations hold boxes only");
    AVA_CHECK(names_of(info.classes));
    for (const char* name : {"Annotations", "JPEGImages", "ImageSets/Main"}) AVA_CHECK(file::make_dirs(folder / name));
    AVA_TRY(auto list, OutFile::create(folder / fmt::format("ImageSets/Main/{}.txt", info.split)));
    return std::unique_ptr<Writer>(std::make_unique<VocWriter>(folder, std::move(list), info));
  }

  Result<std::unique_ptr<Reader>> open_reader(const fs::path& folder) const override {
    AVA_TRY(auto names, read_classes(folder / "classes.json"));
    AVA_TRY(const auto lists, shards_in(folder / "ImageSets/Main", ".txt", "voc.corrupt"));
    std::ifstream list(lists.front(), std::ios::binary);
    if (!list) return file::error_of(errno, "open", lists.front());
    std::uint64_t lines = 0;
    for (std::string line; std::getline(list, line);) ++lines;
    list.clear();
    list.seekg(0);
    return std::unique_ptr<Reader>(std::make_unique<VocReader>(folder, std::move(list), lines, std::move(names)));
  }
};

}  // namespace

const Format& voc_format() {
  static const VocFormat kFormat;
  return kFormat;
}

}  // namespace ava::format
