#include <fmt/format.h>

#include <algorithm>

#include "exchange/drivers.hpp"
#include "exchange/json_elements.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/samples.hpp"
#include "exchange/text_lines.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

using sample::json::Kind;
using sample::json::Member;
using sample::json::Node;

struct HuggingFaceOptions {
  std::string label_column = "label";
  std::string classes;
};
void describe(schema::Visitor& v, HuggingFaceOptions& x) {
  v.type("HuggingFaceImportOptions");
  v.field("label_column", x.label_column, {.doc = "column of the class of a picture", .required = false, .min = 1});
  v.field("classes", x.classes,
          {.doc = "file with one class name per line, for classes written as numbers", .required = false});
}

/// One row as JSON text: a line of metadata.jsonl, or the cells of metadata.csv.
std::string json_of_row(const std::vector<std::string>& columns, const std::vector<std::string>& cells) {
  Members row;
  for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i) {
    const std::string& cell = cells[i];
    const bool nested = (cell.starts_with('{') || cell.starts_with('[')) && sample::json::is_valid(cell);
    if (nested)
      row.raw(columns[i], sample::json::without_blanks(cell));
    else
      row.text(columns[i], cell);
  }
  return "{" + row.take() + "}";
}

std::string scalar_text(const Node& node) {
  if (node.is(Kind::kString)) return node.text;
  if (node.is(Kind::kNumber) || node.is(Kind::kTrue) || node.is(Kind::kFalse)) return std::string(node.raw);
  return {};
}

class HuggingFaceRun {
 public:
  HuggingFaceRun(const Request& request, const HuggingFaceOptions& options, Sink& sink, Pictures pictures)
      : request_(request), options_(options), sink_(sink), pictures_(std::move(pictures)) {}

  Result<void> read_classes() {
    if (options_.classes.empty()) return {};
    AVA_TRY(const std::string text, request_.tree->read(options_.classes, 64u << 20));
    for (const std::string_view line : lines_of(text))
      if (!trimmed(line).empty()) classes_.emplace_back(trimmed(line));
    return {};
  }

  Result<void> file(const std::string& name, bool csv, const std::stop_token& stop) {
    name_ = name;
    AVA_TRY(const auto reader, request_.tree->open(name));
    const auto check = [&]() -> Result<void> {
      if (!stop.stop_requested()) return {};
      return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while reading labels");
    };
    if (!csv) {
      const auto each = [&](std::string_view line, std::uint64_t number) -> Result<void> {
        AVA_CHECK(check());
        return row(line, number);
      };
      return read_lines(*reader, each, 64u << 20);
    }
    std::vector<std::string> columns;
    const auto each = [&](const std::vector<std::string>& cells, std::uint64_t number) -> Result<void> {
      AVA_CHECK(check());
      if (!columns.empty()) return row(json_of_row(columns, cells), number);
      columns = cells;
      return {};
    };
    return read_csv(*reader, each).context(name);
  }

  Result<void> left_over(std::string_view name) {
    if (!is_picture(name)) {
      if (base_of(name) != "metadata.jsonl" && base_of(name) != "metadata.csv") sink_.ignore();
      return {};
    }
    if (used_.has(name)) return {};
    sink_.note("picture_without_annotation");
    sink_.saw_item();
    sample::Sample sample;
    sample.url = request_.url_of(name);
    return sink_.item(sample);
  }

 private:
  static std::string file_column(const Node& row) {
    for (const Member& member : row.members)
      if (member.key == "file_name" || member.key.ends_with("_file_name")) return member.key;
    return {};
  }

  Result<void> row(std::string_view text, std::uint64_t number) {
    sink_.saw_item();
    const auto node = parse_node(text, number);
    if (!node.ok()) return sink_.reject_item(reject_of(name_, node.error()));
    const std::string column = file_column(*node);
    const std::string_view path = text_in(*node, column).value_or("");
    const Node* objects = node->find("objects");
    const Node* boxes = objects == nullptr ? nullptr : objects->find("bbox");
    const std::uint64_t count = boxes == nullptr ? 0 : boxes->items.size();
    const Node* label = node->find(options_.label_column);
    const std::string cls = label == nullptr ? std::string() : class_of(*label);
    sink_.saw_annotations(count + (cls.empty() ? 0 : 1));
    const auto refuse = [&](const char* slug, std::string detail) {
      return sink_.reject_item(reject_at(name_, number, {}, slug, std::move(detail)), count + (cls.empty() ? 0 : 1));
    };
    if (path.empty()) return refuse("file_name_missing", "the row has no file_name");
    const std::string picture = resolve_name(folder_of(name_), path);
    if (picture.empty()) return refuse("name_unsafe", fmt::format("'{}' leads out of the folder", path));
    if (!pictures_.has(picture)) return refuse("picture_missing", fmt::format("there is no picture '{}'", path));
    used_.add(picture);
    sample::Sample sample;
    sample.url = request_.url_of(picture);
    Members extra;
    if (const auto part = split_of_folders(picture); !part.empty()) extra.text("split", part);
    add_columns(*node, column, boxes != nullptr, extra);
    sample.extra = extra.take();
    const Frame frame{number_in(*node, "width").value_or(0), number_in(*node, "height").value_or(0)};
    if (boxes != nullptr) AVA_CHECK(add_boxes(*objects, *boxes, frame, number, sample));
    if (!cls.empty()) AVA_CHECK(add_class(cls, number, sample));
    return sink_.item(sample);
  }

  /// What is no label stays as a member, unless a member of the list has that name.
  void add_columns(const Node& row, std::string_view column, bool has_boxes, Members& extra) {
    for (const Member& member : row.members) {
      const bool taken = member.key == column || member.key == options_.label_column ||
                         (member.key == "objects" && has_boxes) || member.value.is(Kind::kNull);
      if (taken) continue;
      if (member.key == "split" || sample::is_list_member(member.key))
        sink_.note("not_carried." + member.key);
      else
        extra.raw(member.key, sample::json::without_blanks(member.value.raw));
    }
  }

  std::string class_of(const Node& label) const {
    std::string text = scalar_text(label);
    const auto index = integer_of(text);
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= classes_.size()) return text;
    return classes_[static_cast<std::size_t>(*index)];
  }

  Result<void> add_class(const std::string& cls, std::uint64_t number, sample::Sample& sample) {
    if (const auto good = sample::check_class_name(cls); !good.ok())
      return sink_.reject_annotation(reject_at(name_, number, sample.url, good.error().slug(), good.error().message()));
    sample::Label& label = sample.labels.emplace_back();
    label.name = request_.label;
    label.data.emplace_back().cls = cls;
    return {};
  }

  /// {"bbox":[[x,y,w,h],...],"categories":[...]} and other lists as long as those, one value per object.
  Result<void> add_boxes(const Node& objects, const Node& boxes, const Frame& frame, std::uint64_t number,
                         sample::Sample& sample) {
    const Node* classes = objects.find("categories");
    for (const char* name : {"category", "label", "labels"})
      if (classes == nullptr) classes = objects.find(name);
    sample::Label& label = sample.labels.emplace_back();
    label.type = sample::LabelType::kDetection;
    label.name = request_.label;
    for (std::size_t i = 0; i < boxes.items.size(); ++i) {
      const auto refuse = [&](std::string_view slug, std::string_view detail) {
        return sink_.reject_annotation(
            reject_at(name_, number, sample.url, std::string(slug), fmt::format("object {}: {}", i + 1, detail)));
      };
      const std::string cls = classes != nullptr && i < classes->items.size() ? class_of(classes->items[i]) : "";
      sample::Box box;
      Judged judged = box_of_node(boxes.items[i], box);
      if (judged.slug.empty()) judged = judge(box, frame);
      const auto good = sample::check_class_name(cls);
      if (cls.empty()) {
        AVA_CHECK(refuse("class_missing", "it has no category"));
      } else if (!good.ok()) {
        AVA_CHECK(refuse(good.error().slug(), good.error().message()));
      } else if (!judged.slug.empty()) {
        AVA_CHECK(refuse(judged.slug, judged.detail));
      } else {
        if (judged.clipped) sink_.note("bbox_clipped");
        sample::Entry entry = box_entry(box, cls);
        entry.extra = members_of(objects, classes, boxes.items.size(), i);
        label.data.push_back(std::move(entry));
      }
    }
    return {};
  }

  static Judged box_of_node(const Node& node, sample::Box& box) {
    double edge[4] = {};
    if (node.items.size() != 4) return {"bbox_missing", "a box has four numbers", false};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto number = number_of(node.items[i]);
      if (!number) return {"bbox_not_a_number", fmt::format("'{}' is no number", node.items[i].raw), false};
      edge[i] = *number;
    }
    box = sample::box_of(sample::CocoBox{edge[0], edge[1], edge[2], edge[3]});
    return {};
  }

  std::string members_of(const Node& objects, const Node* classes, std::size_t count, std::size_t i) {
    Members members;
    for (const Member& member : objects.members) {
      if (member.key == "bbox" || &member.value == classes) continue;
      if (member.value.items.size() == count && member.key != "score")
        members.raw(member.key, sample::json::without_blanks(member.value.items[i].raw));
      else
        sink_.note("not_carried.objects_" + member.key);
    }
    return members.take();
  }

  const Request& request_;
  const HuggingFaceOptions& options_;
  Sink& sink_;
  Pictures pictures_;
  NameSet used_;
  std::vector<std::string> classes_;
  std::string name_;
};

bool names_files(std::string_view head) { return head.find("file_name") != std::string_view::npos; }

class HuggingFaceImporter final : public Importer {
 public:
  std::string_view name() const override { return "huggingface"; }
  std::string_view title() const override { return "Hugging Face folder"; }
  std::string_view description() const override {
    return "Pictures with metadata.jsonl or metadata.csv: file_name, label, text, objects; train/, validation/, test/.";
  }
  std::string options_schema() const override { return schema::schema_of<HuggingFaceOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.files()) {
      const std::string_view base = base_of(name);
      if (base == "metadata.parquet") return {60, name + " is Parquet, which is not read: convert it to JSON lines"};
      const bool named = base == "metadata.jsonl" || base == "metadata.csv";
      if (!named && glance.focus().empty()) continue;
      const std::string head = glance.head(name);
      const std::string_view first = trimmed(head).substr(0, trimmed(head).find('\n'));
      if (named && names_files(head)) return {95, name + " describes pictures"};
      if (!named && first.starts_with('{') && first.ends_with('}') && names_files(first) &&
          first.find("\"images\"") == std::string_view::npos)
        return {80, "rows with file_name"};
    }
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options,
            schema::from_text<HuggingFaceOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    HuggingFaceRun run(request, options, sink, std::move(pictures));
    AVA_CHECK(run.read_classes());
    if (!request.focus.empty()) {
      AVA_TRY(const std::string head, request.tree->head(request.focus, 4096));
      return run.file(request.focus, !trimmed(head).starts_with('{'), stop);
    }
    std::vector<std::string> files;
    const auto visit = [&files](std::string_view name) -> Result<void> {
      if (base_of(name) == "metadata.jsonl" || base_of(name) == "metadata.csv") files.emplace_back(name);
      return {};
    };
    AVA_CHECK(request.tree->walk("", visit, stop));
    if (files.empty())
      return Error(ErrorCode::kInvalidArgument, "huggingface.no_metadata", "there is no metadata.jsonl or metadata.csv")
          .hint("Parquet is not read; without metadata it is a folder per class");
    for (const std::string& name : files) AVA_CHECK(run.file(name, ends_like(name, ".csv"), stop));
    return request.tree->walk(
        "", [&run](std::string_view name) { return run.left_over(name); }, stop);
  }
};

}  // namespace

const Importer& huggingface_importer() {
  static const HuggingFaceImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
