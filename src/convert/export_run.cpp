#include "convert/export_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "convert/export_names.hpp"
#include "convert/export_source.hpp"
#include "exchange/samples.hpp"
#include "format/loose_file.hpp"
#include "format/out_file.hpp"
#include "image/codec.hpp"
#include "pipeline/labels_of.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/sources.hpp"
#include "pipeline/work_folder.hpp"
#include "sample/list_writer.hpp"
#include "schema/json.hpp"

namespace ava::convert {

void describe(schema::Visitor& v, ExportResult& x) {
  v.type("ExportResult");
  v.field("to", x.to);
  v.field("label", x.label);
  v.field("items_in", x.items_in);
  v.field("items_out", x.items_out);
  v.field("items_listed", x.items_listed);
  v.field("reasons", x.reasons);
  v.field("annotations_in", x.annotations_in);
  v.field("annotations_out", x.annotations_out);
  v.field("left_out", x.left_out);
  v.field("not_carried", x.not_carried);
}

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kResultFile = "export.json";
constexpr std::string_view kListFile = "index.lst";

std::string_view class_of_entry(const sample::Entry& entry, sample::LabelType type) {
  return type == sample::LabelType::kFace ? pipeline::kFaceClass : std::string_view(entry.cls);
}

std::uint64_t entries_of(const sample::Sample& sample) {
  std::uint64_t count = 0;
  for (const sample::Label& label : sample.labels) count += label.data.size();
  return count;
}

/// One run_export() call.
class ExportRun {
 public:
  ExportRun(const ExportSpec& spec, const pipeline::OnProgress& on_progress, const std::stop_token& stop)
      : spec_(spec), meter_(on_progress), stop_(stop) {
    result_.to = spec.to;
  }
  Result<ExportResult> run();

 private:
  bool to_list() const { return spec_.to == "list" || spec_.to == "old-list"; }
  Result<void> survey();
  Result<void> choose_label(const std::set<sample::LabelKey>& keys);
  Result<void> write_all();
  Result<void> one(sample::Sample& sample, std::uint64_t line);
  Result<bool> fetch(const sample::Sample& sample, std::uint64_t line, ExportPicture& picture, std::string& bytes);
  Result<void> put(const ExportPicture& picture, const std::string& place, const std::string& bytes,
                   const std::string& url);
  Result<void> take_objects(const sample::Sample& sample, std::uint64_t line, ExportPicture& picture);
  Result<void> one_line(sample::Sample sample, std::uint64_t line);
  Result<void> reject(std::uint64_t line, const std::string& url, std::string_view slug, std::string_view detail,
                      bool annotation);
  Result<void> reject_item(const sample::Sample& sample, std::uint64_t line, std::string_view slug,
                           std::string_view detail);
  void count_members(const sample::Sample& sample);

  const ExportSpec& spec_;
  pipeline::ProgressMeter meter_;
  const std::stop_token& stop_;
  std::unique_ptr<pipeline::WorkFolder> folder_;
  std::unique_ptr<ExportSource> source_;
  std::optional<pipeline::Rejects> rejects_;
  std::optional<format::OutFile> names_;
  std::optional<format::OutFile> list_;
  std::unique_ptr<ExportWriter> writer_;
  std::optional<sample::LabelKey> key_;
  std::vector<std::string> classes_;
  FileNames file_names_;
  ExportLosses losses_;
  ExportResult result_;
};

/// Which labels and classes there are: files of others number their classes.
Result<void> ExportRun::survey() {
  AVA_TRY(source_, ExportSource::open(spec_.from, spec_.sources, "class"));
  if (to_list()) return {};
  meter_.begin("read labels", 0, "items");
  std::set<sample::LabelKey> keys;
  std::set<std::pair<sample::LabelKey, std::string>> classes;
  sample::Sample sample;
  std::uint64_t line = 0;
  const ExportSource::OnReject ignored = [](const sample::Reject&) -> Result<void> { return {}; };
  for (;;) {
    AVA_TRY(const bool more, source_->next(sample, line, ignored, stop_));
    if (!more) break;
    for (const sample::Label& label : sample.labels) {
      const sample::LabelKey key{label.type, label.name};
      for (const sample::Entry& entry : label.data) {
        keys.insert(key);
        if (entry.is_truth()) classes.emplace(key, class_of_entry(entry, label.type));
      }
    }
    meter_.add(1);
  }
  AVA_CHECK(choose_label(keys));
  for (const auto& [key, cls] : classes)
    if (key == *key_ && !cls.empty()) classes_.push_back(cls);
  std::sort(classes_.begin(), classes_.end());
  AVA_TRY(source_, ExportSource::open(spec_.from, spec_.sources, "class"));
  return {};
}

Result<void> ExportRun::choose_label(const std::set<sample::LabelKey>& keys) {
  const bool wants_class = spec_.to == "folder";
  std::string known;
  std::vector<sample::LabelKey> fit;
  for (const sample::LabelKey& key : keys) {
    known += (known.empty() ? "" : ", ") + key.str();
    if ((key.type == sample::LabelType::kClassification) == wants_class) fit.push_back(key);
  }
  if (!spec_.label.empty()) {
    AVA_TRY(key_, sample::LabelKey::parse(spec_.label));
    if (std::find(fit.begin(), fit.end(), *key_) == fit.end())
      return Error(ErrorCode::kInvalidArgument, "label.not_found",
                   fmt::format("there is no label '{}' that '{}' can hold", spec_.label, spec_.to))
          .hint("labels: " + known);
  } else if (fit.size() == 1) {
    key_ = fit.front();
  } else if (fit.empty()) {
    return Error(ErrorCode::kInvalidArgument, "label.none",
                 fmt::format("nothing has a label that '{}' can hold", spec_.to))
        .hint(known.empty() ? "label the pictures first" : "labels: " + known);
  } else {
    return Error(ErrorCode::kInvalidArgument, "label.ambiguous", "there are several labels: " + known)
        .hint("say which one to export, e.g. --label " + fit.front().str());
  }
  result_.label = key_->str();
  return {};
}

Result<void> ExportRun::reject(std::uint64_t line, const std::string& url, std::string_view slug,
                               std::string_view detail, bool annotation) {
  sample::Reject entry;
  entry.line = line;
  entry.url = url;
  entry.slug = slug;
  entry.detail = detail;
  entry.annotation = annotation;
  return rejects_->add(entry);
}

Result<void> ExportRun::reject_item(const sample::Sample& sample, std::uint64_t line, std::string_view slug,
                                    std::string_view detail) {
  ++result_.items_listed;
  ++result_.reasons[std::string(slug)];
  if (const std::uint64_t entries = entries_of(sample); entries > 0) losses_.left_out["with_its_picture"] += entries;
  return reject(line, sample.url, slug, detail, false);
}

/// The picture's name, size and bytes. False: it was listed.
Result<bool> ExportRun::fetch(const sample::Sample& sample, std::uint64_t line, ExportPicture& picture,
                              std::string& bytes) {
  const auto extra = schema::parse("{" + sample.extra + "}");
  if (extra.ok()) {
    picture.width = extra->contains("width") && (*extra)["width"].is_number() ? (*extra)["width"].get<int>() : 0;
    picture.height = extra->contains("height") && (*extra)["height"].is_number() ? (*extra)["height"].get<int>() : 0;
  }
  std::string extension = "jpg";
  const bool sized = picture.width > 0 && picture.height > 0;
  if (!spec_.labels_only || (!sized && !to_list())) {
    auto fetched = source_->picture();
    Result<image::Info> info = fetched.ok() ? image::verify_structure(*fetched) : Result<image::Info>(fetched.error());
    if (!info.ok() && info.error().code() == ErrorCode::kCancelled) return info.error();
    if (!info.ok()) {
      AVA_CHECK(reject_item(sample, line, info.error().slug(), info.error().message()));
      return false;
    }
    if (!sized) {
      picture.width = info->width;
      picture.height = info->height;
    }
    extension = image::extension_of(info->kind);
    if (!spec_.labels_only) bytes = *std::move(fetched);
  }
  bool renamed = false;
  picture.name = file_names_.name_of(sample.url, line, extension, renamed);
  if (renamed) ++losses_.not_carried["file_name"];
  return true;
}

Result<void> ExportRun::put(const ExportPicture& picture, const std::string& place, const std::string& bytes,
                            const std::string& url) {
  if (!spec_.labels_only) AVA_CHECK(format::put_loose_file(folder_->path() / place, bytes));
  AVA_CHECK(names_->write(fmt::format("{}\t{}\n", spec_.labels_only ? picture.name : place, url)));
  ++result_.items_out;
  return {};
}

/// The objects of the label, or its class.
Result<void> ExportRun::take_objects(const sample::Sample& sample, std::uint64_t line, ExportPicture& picture) {
  const sample::Label* label = sample.find(*key_);
  for (const sample::Label& other : sample.labels)
    if (&other != label && !other.data.empty()) losses_.left_out["other_label"] += other.data.size();
  const bool one_class = key_->type == sample::LabelType::kClassification;
  const exchange::Frame frame{static_cast<double>(picture.width), static_cast<double>(picture.height)};
  for (const sample::Entry& entry : label->data) {
    const std::string_view cls = class_of_entry(entry, key_->type);
    std::string_view gone = !entry.is_truth() ? "prediction" : cls.empty() ? "class_missing" : "";
    if (gone.empty() && one_class && !picture.cls.empty()) gone = "several_classes";
    if (gone.empty() && !one_class && entry.points.size() < 2) gone = "box_missing";
    if (!gone.empty()) {
      ++losses_.left_out[std::string(gone)];
      continue;
    }
    if (one_class) {
      picture.cls = cls;
      continue;
    }
    ExportObject object{.box = sample::hull_of(entry.points), .extra = entry.extra};
    const exchange::Judged judged = exchange::judge(object.box, frame);
    if (!judged.slug.empty()) {
      ++losses_.left_out[std::string(judged.slug)];
      AVA_CHECK(reject(line, sample.url, judged.slug, judged.detail, true));
      continue;
    }
    if (judged.clipped) ++losses_.not_carried["bbox_clipped"];
    if (entry.points.size() > 2 && !sample::is_rectangle(entry.points)) object.outline = entry.points;
    object.cls = static_cast<std::uint32_t>(std::lower_bound(classes_.begin(), classes_.end(), cls) - classes_.begin());
    losses_.not_carried["landmarks"] += entry.landmarks.empty() ? 0 : 1;
    losses_.not_carried["cluster"] += entry.cluster ? 1 : 0;
    picture.objects.push_back(std::move(object));
  }
  return {};
}

/// Members of the line that files of others have no place for.
void ExportRun::count_members(const sample::Sample& sample) {
  losses_.not_carried["source_url"] += sample.source_url.empty() ? 0 : 1;
  losses_.not_carried["ops"] += sample.ops.empty() ? 0 : 1;
  const auto extra = schema::parse("{" + sample.extra + "}");
  if (!extra.ok()) return;
  for (const auto& [name, value] : extra->items())
    if (name != "width" && name != "height") ++losses_.not_carried["member:" + name];
}

Result<void> ExportRun::one_line(sample::Sample sample, std::uint64_t line) {
  ExportPicture picture;
  const std::string url = sample.url;
  if (!spec_.labels_only) {
    std::string bytes;
    AVA_TRY(const bool good, fetch(sample, line, picture, bytes));
    if (!good) return {};
    sample.url = "pictures/" + picture.name;
    AVA_CHECK(put(picture, sample.url, bytes, url));
  } else {
    ++result_.items_out;
  }
  const std::uint64_t before = entries_of(sample);
  std::vector<sample::Reject> lost;
  if (spec_.to == "list")
    sample::to_new_form(sample);
  else
    sample::to_old_form(sample, lost);
  for (const sample::Reject& loss : lost) {
    ++(loss.slug == "old_form_one_class" ? losses_.left_out : losses_.not_carried)[loss.slug];
    AVA_CHECK(reject(line, url, loss.slug, loss.detail, true));
  }
  const auto gone = std::count_if(lost.begin(), lost.end(),
                                  [](const sample::Reject& loss) { return loss.slug == "old_form_one_class"; });
  result_.annotations_out += before - static_cast<std::uint64_t>(gone);
  return list_->write(sample::to_line(sample));
}

Result<void> ExportRun::one(sample::Sample& sample, std::uint64_t line) {
  result_.annotations_in += entries_of(sample);
  if (to_list()) return one_line(std::move(sample), line);
  if (sample.invalid) return reject_item(sample, line, "marked_invalid", "the list marks this item as invalid");
  const sample::Label* label = sample.find(*key_);
  const bool one_class = key_->type == sample::LabelType::kClassification;
  const bool has_class = label != nullptr && std::any_of(label->data.begin(), label->data.end(), [](const auto& entry) {
                           return entry.is_truth() && !entry.cls.empty();
                         });
  if (label == nullptr || (one_class && !has_class))
    return reject_item(sample, line, "unlabelled", "the item does not have this label");
  ExportPicture picture;
  std::string bytes;
  AVA_TRY(const bool good, fetch(sample, line, picture, bytes));
  if (!good) return {};
  AVA_CHECK(take_objects(sample, line, picture));
  AVA_TRY(const std::uint64_t written, writer_->add(picture, losses_));
  result_.annotations_out += written;
  count_members(sample);
  return put(picture, writer_->place_of(picture), bytes, sample.url);
}

Result<void> ExportRun::write_all() {
  const fs::path& folder = folder_->path();
  AVA_TRY(auto rejects, pipeline::Rejects::create(folder / pipeline::kRejectsFile));
  rejects_ = std::move(rejects);
  AVA_TRY(auto names, format::OutFile::create(folder / "names.tsv"));
  names_ = std::move(names);
  if (to_list()) {
    AVA_TRY(auto list, format::OutFile::create(folder / kListFile));
    list_ = std::move(list);
    if (!spec_.labels_only) AVA_CHECK(file::make_dirs(folder / "pictures"));
  } else {
    AVA_TRY(writer_, make_export_writer(spec_.to, folder, classes_));
  }
  meter_.begin("export", 0, "items");
  const ExportSource::OnReject on_reject = [this](const sample::Reject& bad) -> Result<void> {
    if (bad.annotation) {
      ++result_.annotations_in;
      ++losses_.left_out[bad.slug];
    } else {
      ++result_.items_in;
      ++result_.items_listed;
      ++result_.reasons[bad.slug];
    }
    return rejects_->add(bad);
  };
  sample::Sample sample;
  std::uint64_t line = 0;
  for (;;) {
    AVA_TRY(const bool more, source_->next(sample, line, on_reject, stop_));
    if (!more) break;
    ++result_.items_in;
    AVA_CHECK(one(sample, line));
    meter_.add(1);
  }
  if (writer_) AVA_CHECK(writer_->finish());
  if (list_) AVA_CHECK(list_->close());
  AVA_CHECK(format::sync_loose_files(folder));
  AVA_CHECK(names_->close());
  return rejects_->close();
}

Result<ExportResult> ExportRun::run() {
  // What is no format is said before anything is read or made.
  const std::string_view known[] = {"coco", "voc", "yolo", "folder", "list", "old-list"};
  if (std::find(std::begin(known), std::end(known), spec_.to) == std::end(known))
    return make_export_writer(spec_.to, {}, {}).error();
  AVA_CHECK(survey());
  if (to_list() && spec_.labels_only && !source_->urls_lead_there())
    return Error(ErrorCode::kInvalidArgument, "export.no_urls", "the urls of a set do not lead to its pictures")
        .hint("export with the pictures, without --labels-only");
  AVA_TRY(folder_, pipeline::WorkFolder::open(spec_.target, spec_.sources));
  AVA_CHECK(write_all());
  std::erase_if(losses_.not_carried, [](const auto& entry) { return entry.second == 0; });
  result_.left_out = losses_.left_out;
  result_.not_carried = losses_.not_carried;
  AVA_CHECK(file::write_atomic(folder_->path() / kResultFile, schema::to_text(result_) + "\n"));
  meter_.finish("publish");
  AVA_CHECK(folder_->publish(kResultFile, stop_));
  return result_;
}

}  // namespace

Result<ExportResult> run_export(const ExportSpec& spec, const pipeline::OnProgress& on_progress,
                                const std::stop_token& stop) {
  return ExportRun(spec, on_progress, stop).run();
}

}  // namespace ava::convert
