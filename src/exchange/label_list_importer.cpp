#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/picture_size.hpp"
#include "exchange/samples.hpp"
#include "exchange/text_lines.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

struct LabelListOptions {
  std::string list;
  std::string classes;
  std::string images;
};
void describe(schema::Visitor& v, LabelListOptions& x) {
  v.type("LabelListImportOptions");
  v.field("list", x.list, {.doc = "the list to read; empty: all at the top, as parts", .required = false});
  v.field("classes", x.classes,
          {.doc = "file with one class name per line; empty: synsets.txt, labels.txt, classes.txt", .required = false});
  v.field("images", x.images, {.doc = "folder the paths are relative to", .required = false});
}

/// One line, taken apart. Empty path: it is no such line.
struct ListLine {
  std::string_view path;
  std::vector<double> labels;
};

/// `<path> <label>`: the label stands after the last blank.
ListLine caffe_line(std::string_view line) {
  line = trimmed(line);
  const auto blank = line.find_last_of(" \t");
  if (blank == std::string_view::npos) return {};
  const auto label = integer_of(line.substr(blank + 1));
  if (!label) return {};
  return {trimmed(line.substr(0, blank)), {static_cast<double>(*label)}};
}

/// `<index>\t<label>[\t<label>...]\t<path>`
ListLine mxnet_line(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::string_view rest = line;;) {
    const auto tab = rest.find('\t');
    cells.push_back(trimmed(rest.substr(0, tab)));
    if (tab == std::string_view::npos) break;
    rest.remove_prefix(tab + 1);
  }
  if (cells.size() < 3 || !number_of(cells.front())) return {};
  ListLine out{cells.back(), {}};
  for (std::size_t i = 1; i + 1 < cells.size(); ++i) {
    const auto label = number_of(cells[i]);
    if (!label) return {};
    out.labels.push_back(*label);
  }
  return out;
}

using ParseLine = ListLine (*)(std::string_view line);

bool looks_right(ParseLine parse, std::string_view head) {
  const auto lines = lines_of(head);
  for (const std::string_view line : lines) {
    if (trimmed(line).empty()) continue;
    const ListLine parsed = parse(line);
    return !parsed.path.empty() && kind_of_name(parsed.path) == NameKind::kPicture;
  }
  return false;
}

class LabelListRun {
 public:
  LabelListRun(const Request& request, const LabelListOptions& options, ParseLine parse, Sink& sink, Pictures pictures)
      : request_(request), options_(options), parse_(parse), sink_(sink), pictures_(std::move(pictures)) {}

  Result<void> read_classes() {
    std::vector<std::string> files = {"synsets.txt", "labels.txt", "classes.txt", "labels.csv"};
    if (!options_.classes.empty()) files = {options_.classes};
    for (const std::string& name : files) {
      const bool wanted = !options_.classes.empty();
      if (!wanted && (!request_.focus.empty() || !request_.tree->has(name))) continue;
      AVA_TRY(const std::string text, request_.tree->read(name, 64u << 20));
      for (const std::string_view line : lines_of(text))
        if (!trimmed(line).empty()) names_.emplace_back(trimmed(line));
      return {};
    }
    sink_.note("class_names_missing");
    return {};
  }

  Result<void> list(const std::string& name, const std::stop_token& stop) {
    list_ = name;
    split_ = split_of_name(without_ending(base_of(name)));
    AVA_TRY(const auto reader, request_.tree->open(name));
    const auto each = [&](std::string_view line, std::uint64_t number) -> Result<void> {
      if (stop.stop_requested())
        return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while reading labels");
      return item(line, number);
    };
    return read_lines(*reader, each);
  }

 private:
  Result<void> item(std::string_view line, std::uint64_t number) {
    sink_.saw_item();
    const ListLine parsed = parse_(line);
    const auto refuse = [&](const char* slug, std::string detail, std::string hint = {}) {
      return sink_.reject_item(reject_at(list_, number, {}, slug, std::move(detail), std::move(hint)));
    };
    if (parsed.path.empty())
      return refuse("list.bad_line", fmt::format("'{}' has no path and label", line.substr(0, 80)));
    const std::string picture = picture_of(parsed.path);
    if (picture.empty())
      return refuse("picture_missing", fmt::format("there is no picture '{}'", parsed.path),
                    "name the folder of the paths with the option images");
    sample::Sample sample;
    sample.url = request_.url_of(picture);
    if (!split_.empty()) sample.extra = Members().text("split", split_).take();
    if (is_detection(parsed.labels)) {
      AVA_CHECK(add_boxes(parsed.labels, picture, number, sample));
    } else {
      AVA_CHECK(add_classes(parsed.labels, number, sample));
    }
    return sink_.item(sample);
  }

  std::string picture_of(std::string_view path) {
    std::vector<std::string> names;
    if (!options_.images.empty()) names.push_back(resolve_name(options_.images + "/", path));
    names.push_back(resolve_name(folder_of(list_), path));
    if (!split_.empty()) names.push_back(resolve_name(std::string(folder_of(list_)) + std::string(split_) + "/", path));
    names.push_back(resolve_name(std::string(folder_of(list_)) + "images/", path));
    // "/train/cat/1.jpg": Caffe joins its root folder and the line as they are.
    if (path.starts_with('/')) names.push_back(resolve_name("", path.substr(1)));
    if (!request_.labels_only) return pictures_.first_of(names);
    for (std::string& name : names)
      if (!name.empty()) return std::move(name);
    return {};
  }

  std::string class_of(double label) const {
    const auto index = static_cast<std::size_t>(label);
    return index < names_.size() ? names_[index] : std::to_string(static_cast<long long>(label));
  }
  /// A whole number from 0 that has a name, if there are names.
  bool is_class(double label) const {
    if (!(label >= 0 && label <= 1e9) || label != std::floor(label)) return false;
    return names_.empty() || label < static_cast<double>(names_.size());
  }

  Result<void> add_class(double label, std::uint64_t number, sample::Sample& sample) {
    if (!is_class(label))
      return sink_.reject_annotation(reject_at(list_, number, sample.url, "class_unknown",
                                               fmt::format("label {} is no class", label),
                                               "classes are whole numbers from 0, each with a line in the class file"));
    if (sample.labels.empty()) sample.labels.emplace_back().name = request_.label;
    sample.labels.front().data.emplace_back().cls = class_of(label);
    return {};
  }

  /// One label is the class; several of 0 and 1 say which classes there are.
  Result<void> add_classes(const std::vector<double>& labels, std::uint64_t number, sample::Sample& sample) {
    if (labels.size() == 1) {
      sink_.saw_annotations(1);
      return add_class(labels.front(), number, sample);
    }
    const bool flags = std::all_of(labels.begin(), labels.end(), [](double label) { return label == 0 || label == 1; });
    if (!flags) {
      sink_.saw_annotations(1);
      return sink_.reject_annotation(
          reject_at(list_, number, sample.url, "list.label_vector",
                    fmt::format("{} labels that are neither boxes nor 0 and 1", labels.size())));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == 0) continue;
      sink_.saw_annotations(1);
      AVA_CHECK(add_class(static_cast<double>(i), number, sample));
    }
    return {};
  }

  /// [A, B, extras, objects of B numbers]: formats.md 5.2.
  bool is_detection(const std::vector<double>& v) const {
    if (parse_ != &mxnet_line || v.size() < 7 || !(v[0] >= 2 && v[0] <= 64) || !(v[1] >= 5 && v[1] <= 64)) return false;
    if (v[0] != std::floor(v[0]) || v[1] != std::floor(v[1])) return false;
    const auto header = static_cast<std::size_t>(v[0]), width = static_cast<std::size_t>(v[1]);
    return v.size() > header && (v.size() - header) % width == 0;
  }

  Result<void> add_boxes(const std::vector<double>& v, const std::string& picture, std::uint64_t number,
                         sample::Sample& sample) {
    const auto header = static_cast<std::size_t>(v[0]), width = static_cast<std::size_t>(v[1]);
    const std::size_t count = (v.size() - header) / width;
    sink_.saw_annotations(count);
    Frame frame;
    if (header >= 4 && v[2] > 1 && v[3] > 1) frame = {v[2], v[3]};
    if (!frame.known() && !request_.labels_only) {
      bool rotated = false;
      const auto size = picture_size(*request_.tree, picture, rotated);
      if (size.ok()) frame = *size;
    }
    sample::Label& label = sample.labels.emplace_back();
    label.type = sample::LabelType::kDetection;
    label.name = request_.label;
    for (std::size_t i = 0; i < count; ++i) {
      const double* object = v.data() + header + i * width;
      const auto refuse = [&](std::string_view slug, std::string detail) {
        return sink_.reject_annotation(
            reject_at(list_, number, sample.url, std::string(slug), fmt::format("object {}: {}", i + 1, detail)));
      };
      sample::Box box{object[1] * frame.width, object[2] * frame.height, object[3] * frame.width,
                      object[4] * frame.height};
      const Judged judged = judge(box, frame);
      if (!frame.known()) {
        AVA_CHECK(refuse("size_unknown", "boxes are fractions and the picture cannot be read"));
      } else if (!is_class(object[0])) {
        AVA_CHECK(refuse("class_unknown", fmt::format("label {} is no class", object[0])));
      } else if (!judged.slug.empty()) {
        AVA_CHECK(refuse(judged.slug, judged.detail));
      } else {
        if (judged.clipped) sink_.note("bbox_clipped");
        sink_.note("not_carried.object_extra", width > 5 ? 1 : 0);
        label.data.push_back(box_entry(box, class_of(object[0])));
      }
    }
    return {};
  }

  const Request& request_;
  const LabelListOptions& options_;
  ParseLine parse_;
  Sink& sink_;
  Pictures pictures_;
  std::vector<std::string> names_;
  std::string list_;
  std::string_view split_;
};

struct ListKind {
  std::string_view name, title, description, ending;
  ParseLine parse;
  int confidence;
};

class LabelListImporter final : public Importer {
 public:
  explicit LabelListImporter(const ListKind& kind) : kind_(kind) {}
  std::string_view name() const override { return kind_.name; }
  std::string_view title() const override { return kind_.title; }
  std::string_view description() const override { return kind_.description; }
  std::string options_schema() const override { return schema::schema_of<LabelListOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.ending_in(kind_.ending, 20))
      if (name.find('/') == std::string::npos && looks_right(kind_.parse, glance.head(name)))
        return {kind_.confidence, name + " has a path and a label per line"};
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<LabelListOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    LabelListRun run(request, options, kind_.parse, sink, std::move(pictures));
    AVA_CHECK(run.read_classes());
    std::vector<std::string> lists;
    if (!request.focus.empty()) lists.push_back(request.focus);
    if (lists.empty() && !options.list.empty()) lists.push_back(options.list);
    if (lists.empty()) {
      AVA_TRY(const Glance glance, Glance::at(*request.tree, ""));
      for (const std::string& name : glance.ending_in(kind_.ending, 200))
        if (name.find('/') == std::string::npos && looks_right(kind_.parse, glance.head(name))) lists.push_back(name);
    }
    if (lists.empty()) return Error(ErrorCode::kInvalidArgument, "import.no_list", "there is no list at the top");
    for (const std::string& name : lists) AVA_CHECK(run.list(name, stop));
    return {};
  }

 private:
  ListKind kind_;
};

}  // namespace

const Importer& caffe_importer() {
  static const LabelListImporter kImporter({.name = "caffe",
                                            .title = "Caffe list",
                                            .description = "A text file with `path label` per line; pictures below it.",
                                            .ending = ".txt",
                                            .parse = &caffe_line,
                                            .confidence = 75});
  return kImporter;
}

const Importer& mxnet_importer() {
  static const LabelListImporter kImporter(
      {.name = "mxnet",
       .title = "MXNet list",
       .description = "A .lst file of im2rec: index, labels and path, with tabs between; classes or boxes.",
       .ending = ".lst",
       .parse = &mxnet_line,
       .confidence = 85});
  return kImporter;
}

}  // namespace ava::exchange
