#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/samples.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

struct FolderOptions {
  bool splits = true;
};
void describe(schema::Visitor& v, FolderOptions& x) {
  v.type("FolderImportOptions");
  v.field("splits", x.splits,
          {.doc = "folders train, val and test at the top are parts, not classes", .required = false});
}
struct UnlabelledOptions {};
void describe(schema::Visitor& v, UnlabelledOptions&) { v.type("UnlabelledImportOptions"); }

std::string_view first_part(std::string_view name) {
  const auto slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

/// "train/<class>/a.jpg": every folder at the top has the name of a part.
Result<bool> has_splits(const Tree& tree) {
  AVA_TRY(auto names, tree.names("", 200));
  std::erase_if(names, [](const std::string& name) {
    return !name.ends_with('/') || name.starts_with('.') || name == "__MACOSX/";
  });
  return !names.empty() &&
         std::all_of(names.begin(), names.end(), [](const std::string& name) { return !split_of_name(name).empty(); });
}

/// What is known of a picture by its place.
struct Place {
  std::string_view split;
  std::string_view cls;
};

Place place_of(std::string_view name, bool splits) {
  Place place;
  if (splits) {
    const std::string_view top = first_part(name);
    place.split = split_of_name(top);
    if (!top.empty()) name.remove_prefix(top.size() + 1);
  }
  place.cls = first_part(name);
  return place;
}

sample::Reject name_not_utf8(std::string_view name, std::size_t bad) {
  std::string shown;
  for (const char c : name) shown += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "?";
  sample::Reject reject;
  reject.slug = "name_not_utf8";
  reject.detail = fmt::format("'{}': byte {} of the name is not UTF-8", shown, bad);
  reject.hint = "rename the file";
  return reject;
}

/// One file of the tree becomes an item, a reject, or nothing.
class FolderRun {
 public:
  FolderRun(const Request& request, Sink& sink, bool labelled, bool splits)
      : request_(request), sink_(sink), labelled_(labelled), splits_(splits) {}

  Result<void> add(std::string_view name) {
    const NameKind kind = kind_of_name(name);
    if (kind == NameKind::kSideFile) {
      sink_.ignore();
      return {};
    }
    sink_.saw_item();
    std::size_t bad = 0;
    if (!file::is_utf8(name, &bad)) return sink_.reject_item(name_not_utf8(name, bad));
    if (kind == NameKind::kOther)
      return refuse(name, "not_a_picture", fmt::format("'{}' has no picture's ending", name), {});
    const Place place = place_of(name, splits_);
    sample::Sample sample;
    sample.url = request_.url_of(name);
    if (!place.split.empty()) sample.extra = Members().text("split", place.split).take();
    if (!labelled_ || place.cls.empty()) return sink_.item(sample);
    sink_.saw_annotations(1);
    if (const auto good = sample::check_class_name(place.cls); !good.ok())
      return refuse(name, good.error().slug(), good.error().message(), "rename the folder", 1);
    sample::Label& label = sample.labels.emplace_back();
    label.name = request_.label;
    label.data.emplace_back().cls = place.cls;
    return sink_.item(sample);
  }

 private:
  Result<void> refuse(std::string_view name, std::string_view slug, std::string detail, std::string_view hint,
                      std::uint64_t annotations = 0) {
    sample::Reject reject;
    reject.url = request_.url_of(name);
    reject.slug = slug;
    reject.detail = std::move(detail);
    reject.hint = hint;
    return sink_.reject_item(std::move(reject), annotations);
  }

  const Request& request_;
  Sink& sink_;
  bool labelled_;
  bool splits_;
};

Result<void> run_folder(const Request& request, Sink& sink, bool labelled, bool splits, const std::stop_token& stop) {
  if (splits) {
    AVA_TRY(splits, has_splits(*request.tree));
  }
  FolderRun run(request, sink, labelled, splits);
  AVA_CHECK(request.tree->walk(
      "", [&run](std::string_view name) { return run.add(name); }, stop));
  if (sink.counts().items_out > 0) return {};
  return Error(ErrorCode::kInvalidArgument, "folder.no_pictures", "no picture in it")
      .hint("put the pictures of each class into a folder of that name");
}

class FolderImporter final : public Importer {
 public:
  std::string_view name() const override { return "folder"; }
  std::string_view title() const override { return "Folder per class"; }
  std::string_view description() const override {
    return "The pictures of each class in a folder of its name, below train/, val/ and test/ if there are parts.";
  }
  std::string options_schema() const override { return schema::schema_of<FolderOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    std::size_t top = 0, deep = 0, parts = 0;
    for (const std::string& name : glance.files()) {
      if (!is_picture(name)) continue;
      const auto depth = std::count(name.begin(), name.end(), '/');
      (depth == 0 ? top : deep) += 1;
      if (depth > 1 && !split_of_name(first_part(name)).empty()) ++parts;
    }
    if (top + deep == 0) return {};
    if (deep == 0) return {20, "pictures without folders"};
    if (parts == deep && top == 0) return {45, "folders of parts with folders of classes"};
    if (top > 0) return {36, "some pictures are in folders"};
    const auto tops = std::count_if(glance.folders().begin(), glance.folders().end(),
                                    [](const std::string& folder) { return folder.find('/') == folder.size() - 1; });
    return {tops == 1 ? 38 : 40, "pictures in folders"};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<FolderOptions>(request.options.empty() ? "{}" : request.options));
    return run_folder(request, sink, true, options.splits, stop);
  }
};

class UnlabelledImporter final : public Importer {
 public:
  std::string_view name() const override { return "unlabelled"; }
  std::string_view title() const override { return "Pictures without labels"; }
  std::string_view description() const override {
    return "Every picture of the folder, whatever folder it is in, without a label.";
  }
  std::string options_schema() const override { return schema::schema_of<UnlabelledOptions>(nullptr).dump(); }
  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.files())
      if (is_picture(name) && name.find('/') != std::string::npos) return {10, "pictures"};
    return glance.pictures() > 0 ? Guess{25, "pictures without folders"} : Guess{};
  }
  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_CHECK(schema::from_text<UnlabelledOptions>(request.options.empty() ? "{}" : request.options));
    return run_folder(request, sink, false, false, stop);
  }
};

}  // namespace

const Importer& folder_importer() {
  static const FolderImporter kImporter;
  return kImporter;
}

const Importer& unlabelled_importer() {
  static const UnlabelledImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
