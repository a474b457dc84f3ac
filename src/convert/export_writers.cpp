#include "convert/export_writers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/file.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "sample/foreign_boxes.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"
#include "sample/xml.hpp"
#include "schema/json.hpp"

namespace ava::convert {

namespace {

namespace fs = std::filesystem;
using schema::Json;

std::string stem_of(const std::string& name) { return fs::path(name).stem().string(); }

Json members_of(std::string_view extra) {
  auto members = schema::parse("{" + std::string(extra) + "}");
  return members.ok() ? *std::move(members) : Json::object();
}

bool is_set(const Json& members, const char* name) {
  const auto found = members.find(name);
  return found != members.end() && (*found == true || (found->is_number() && *found != 0));
}

/// A crowd is no single object: only COCO has a place for it.
bool left_as_crowd(const Json& members, ExportLosses& losses) {
  if (!is_set(members, "iscrowd")) return false;
  ++losses.left_out["crowd"];
  return true;
}

std::string json_text(std::string_view text) {
  std::string out;
  sample::append_json_string(out, text);
  return out;
}

std::string numbers(std::initializer_list<double> values) {
  std::string out = "[";
  for (const double value : values) {
    if (out.size() > 1) out += ',';
    sample::append_json_number(out, value);
  }
  return out + "]";
}

/// One file; the annotations wait in a second one, for they stand behind all pictures.
class CocoExport final : public ExportWriter {
 public:
  static Result<std::unique_ptr<ExportWriter>> make(const fs::path& folder, const std::vector<std::string>& classes) {
    AVA_CHECK(file::make_dirs(folder / "annotations"));
    AVA_CHECK(file::make_dirs(folder / "images"));
    AVA_TRY(auto main, format::OutFile::create(folder / "annotations/instances.json"));
    AVA_TRY(auto objects, format::OutFile::create(folder / "annotations/.objects"));
    AVA_CHECK(main.write("{\"images\":["));
    return std::unique_ptr<ExportWriter>(new CocoExport(folder, classes, std::move(main), std::move(objects)));
  }
  std::string place_of(const ExportPicture& picture) const override { return "images/" + picture.name; }

  Result<std::uint64_t> add(const ExportPicture& picture, ExportLosses& losses) override {
    AVA_CHECK(main_.write(fmt::format("{}\n{{\"id\":{},\"file_name\":{},\"width\":{},\"height\":{}}}",
                                      pictures_ == 0 ? "" : ",", pictures_ + 1, json_text(picture.name), picture.width,
                                      picture.height)));
    ++pictures_;
    for (const ExportObject& object : picture.objects) AVA_CHECK(objects_.write(line_of(object)));
    (void)losses;
    return picture.objects.size();
  }

  Result<void> finish() override {
    AVA_CHECK(main_.write("\n],\n\"annotations\":["));
    AVA_CHECK(objects_.close());
    AVA_CHECK(append_objects());
    AVA_CHECK(main_.write("\n],\n\"categories\":["));
    for (std::size_t i = 0; i < classes_.size(); ++i)
      AVA_CHECK(
          main_.write(fmt::format("{}{{\"id\":{},\"name\":{}}}", i == 0 ? "" : ",", i + 1, json_text(classes_[i]))));
    AVA_CHECK(main_.write("]}\n"));
    return main_.close();
  }

 private:
  CocoExport(fs::path folder, std::vector<std::string> classes, format::OutFile main, format::OutFile objects)
      : folder_(std::move(folder)),
        classes_(std::move(classes)),
        main_(std::move(main)),
        objects_(std::move(objects)) {}

  std::string line_of(const ExportObject& object) {
    const sample::CocoBox box = sample::to_coco(object.box);
    Json members = members_of(object.extra);
    for (const char* own : {"id", "image_id", "category_id", "bbox"}) members.erase(own);
    std::string line =
        fmt::format("{}\n{{\"id\":{},\"image_id\":{},\"category_id\":{},\"bbox\":{}", annotations_ == 0 ? "" : ",",
                    annotations_ + 1, pictures_, object.cls + 1, numbers({box.x, box.y, box.width, box.height}));
    ++annotations_;
    if (!members.contains("area")) line += ",\"area\":" + number(box.width * box.height);
    if (!members.contains("iscrowd")) line += ",\"iscrowd\":0";
    if (!members.contains("segmentation")) line += ",\"segmentation\":" + outline_of(object);
    for (const auto& [name, value] : members.items()) line += fmt::format(",{}:{}", json_text(name), value.dump());
    return line + "}";
  }

  static std::string number(double value) {
    std::string out;
    sample::append_json_number(out, value);
    return out;
  }

  static std::string outline_of(const ExportObject& object) {
    if (object.outline.empty()) return "[]";
    std::string out;
    for (const sample::Point& point : object.outline)
      out += fmt::format("{}{},{}", out.empty() ? "[[" : ",", number(point.x), number(point.y));
    return out + "]]";
  }

  Result<void> append_objects() {
    const fs::path path = folder_ / "annotations/.objects";
    AVA_TRY(auto source, sample::source_of_file(path.string()));
    std::string block(std::size_t{1} << 18, '\0');
    for (;;) {
      AVA_TRY(const std::size_t got, source(block.data(), block.size()));
      if (got == 0) return file::remove_tree(path);
      AVA_CHECK(main_.write(std::string_view(block.data(), got)));
    }
  }

  fs::path folder_;
  std::vector<std::string> classes_;
  format::OutFile main_;
  format::OutFile objects_;
  std::uint64_t pictures_ = 0;
  std::uint64_t annotations_ = 0;
};

class VocExport final : public ExportWriter {
 public:
  VocExport(fs::path folder, std::vector<std::string> classes)
      : folder_(std::move(folder)), classes_(std::move(classes)) {}
  std::string place_of(const ExportPicture& picture) const override { return "JPEGImages/" + picture.name; }

  Result<std::uint64_t> add(const ExportPicture& picture, ExportLosses& losses) override {
    std::string xml = fmt::format(
        "<annotation>\n\t<folder>JPEGImages</folder>\n\t<filename>{}</filename>\n\t<size>\n\t\t<width>{}</width>\n"
        "\t\t<height>{}</height>\n\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n",
        sample::escape_xml(picture.name), picture.width, picture.height);
    std::uint64_t written = 0;
    for (const ExportObject& object : picture.objects) {
      const Json members = members_of(object.extra);
      if (left_as_crowd(members, losses)) continue;
      append_object(xml, object, members, losses);
      ++written;
    }
    AVA_CHECK(
        format::put_loose_file(folder_ / "Annotations" / (stem_of(picture.name) + ".xml"), xml + "</annotation>\n"));
    return written;
  }
  Result<void> finish() override { return format::sync_loose_files(folder_); }

 private:
  void append_object(std::string& xml, const ExportObject& object, const Json& members, ExportLosses& losses) const {
    const sample::VocBox box = sample::to_voc(object.box);
    if (sample::box_of(box) != object.box) ++losses.not_carried["bbox_fraction"];
    if (!object.outline.empty()) ++losses.not_carried["outline"];
    for (const auto& [name, value] : members.items()) {
      const bool flag = name == "truncated" || name == "difficult" || name == "occluded";
      if (!flag && name != "pose" && name != "iscrowd") ++losses.not_carried["member:" + name];
    }
    const auto pose = members.find("pose");
    fmt::format_to(
        std::back_inserter(xml),
        "\t<object>\n\t\t<name>{}</name>\n\t\t<pose>{}</pose>\n\t\t<truncated>{:d}</truncated>\n"
        "\t\t<difficult>{:d}</difficult>\n{}\t\t<bndbox>\n\t\t\t<xmin>{:.0f}</xmin>\n"
        "\t\t\t<ymin>{:.0f}</ymin>\n\t\t\t<xmax>{:.0f}</xmax>\n\t\t\t<ymax>{:.0f}</ymax>\n\t\t</bndbox>\n"
        "\t</object>\n",
        sample::escape_xml(classes_[object.cls]),
        pose != members.end() && pose->is_string() ? sample::escape_xml(pose->get<std::string>()) : "Unspecified",
        is_set(members, "truncated"), is_set(members, "difficult"),
        is_set(members, "occluded") ? "\t\t<occluded>1</occluded>\n" : "", box.xmin, box.ymin, box.xmax, box.ymax);
  }

  fs::path folder_;
  std::vector<std::string> classes_;
};

/// Ultralytics' layout, one part.
class YoloExport final : public ExportWriter {
 public:
  YoloExport(fs::path folder, std::vector<std::string> classes)
      : folder_(std::move(folder)), classes_(std::move(classes)) {}
  std::string place_of(const ExportPicture& picture) const override { return "images/" + picture.name; }

  Result<std::uint64_t> add(const ExportPicture& picture, ExportLosses& losses) override {
    std::string text;
    std::uint64_t written = 0;
    for (const ExportObject& object : picture.objects) {
      const Json members = members_of(object.extra);
      if (left_as_crowd(members, losses)) continue;
      if (!object.outline.empty()) ++losses.not_carried["outline"];
      for (const auto& [name, value] : members.items())
        if (name != "iscrowd") ++losses.not_carried["member:" + name];
      const sample::YoloBox box = sample::to_yolo(object.box, picture.width, picture.height);
      // Ten digits keep a box of whole pixels whole, whatever the picture's size.
      fmt::format_to(std::back_inserter(text), "{} {:.10g} {:.10g} {:.10g} {:.10g}\n", object.cls, box.cx, box.cy,
                     box.width, box.height);
      ++written;
    }
    AVA_CHECK(format::put_loose_file(folder_ / "labels" / (stem_of(picture.name) + ".txt"), text));
    return written;
  }
  Result<void> finish() override {
    std::string yaml = "path: .\ntrain: images\nval: images\n" + fmt::format("nc: {}\nnames:\n", classes_.size());
    for (std::size_t i = 0; i < classes_.size(); ++i) yaml += fmt::format("  {}: {}\n", i, json_text(classes_[i]));
    AVA_CHECK(format::put_loose_file(folder_ / "data.yaml", yaml));
    return format::sync_loose_files(folder_);
  }

 private:
  fs::path folder_;
  std::vector<std::string> classes_;
};

class FolderExport final : public ExportWriter {
 public:
  explicit FolderExport(fs::path folder) : folder_(std::move(folder)) {}
  std::string place_of(const ExportPicture& picture) const override { return picture.cls + "/" + picture.name; }
  Result<std::uint64_t> add(const ExportPicture&, ExportLosses&) override { return std::uint64_t{1}; }
  Result<void> finish() override { return format::sync_loose_files(folder_); }

 private:
  fs::path folder_;
};

Error bad_class(std::string_view name, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "export.class_name", fmt::format("the class '{}' {}", name, why))
      .hint("choose another format, or rename the class in the list");
}

/// Blanks at its ends and control characters would not come back.
Result<void> check_for_xml(const std::string& name) {
  const auto root = sample::parse_xml("<object><name>" + sample::escape_xml(name) + "</name></object>");
  if (root.ok() && root->text_of("name") == name) return {};
  return bad_class(name, "has characters XML cannot hold");
}

}  // namespace

Result<std::unique_ptr<ExportWriter>> make_export_writer(std::string_view to, const fs::path& folder,
                                                         const std::vector<std::string>& classes) {
  if (to == "coco") return CocoExport::make(folder, classes);
  if (to == "voc") {
    for (const std::string& name : classes) AVA_CHECK(check_for_xml(name));
    AVA_CHECK(file::make_dirs(folder / "Annotations"));
    AVA_CHECK(file::make_dirs(folder / "JPEGImages"));
    return std::unique_ptr<ExportWriter>(new VocExport(folder, classes));
  }
  if (to == "yolo") {
    AVA_CHECK(file::make_dirs(folder / "labels"));
    AVA_CHECK(file::make_dirs(folder / "images"));
    return std::unique_ptr<ExportWriter>(new YoloExport(folder, classes));
  }
  if (to != "folder")
    return Error(ErrorCode::kInvalidArgument, "export.unknown", fmt::format("'{}' is no format to export to", to))
        .at("/to")
        .hint("coco, voc, yolo, folder, list, old-list");
  for (const std::string& name : classes) {
    if (!file::is_safe_relative(name) || name.find('/') != std::string::npos)
      return bad_class(name, "cannot be the name of a folder");
    AVA_CHECK(file::make_dirs(folder / name));
  }
  return std::unique_ptr<ExportWriter>(new FolderExport(folder));
}

}  // namespace ava::convert
