#include "convert/export_source.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "pipeline/gallery.hpp"
#include "pipeline/labels_of.hpp"
#include "pipeline/sources.hpp"

namespace ava::convert {

using pipeline::Gallery;
using pipeline::GalleryKind;
using pipeline::Mark;

namespace {

constexpr std::uint64_t kMostPictureBytes = 512u << 20;

class ListSource final : public ExportSource {
 public:
  ListSource(sample::ByteSource source, sample::ListOptions options, std::shared_ptr<const storage::Resolver> resolver)
      : options_(options), reader_(std::move(source), std::move(options)), resolver_(std::move(resolver)) {}

  Result<bool> next(sample::Sample& sample, std::uint64_t& line, const OnReject& on_reject,
                    const std::stop_token& stop) override {
    while (at_ >= batch_.samples().size()) {
      AVA_TRY(const bool more, reader_.next(batch_, stop));
      if (!more) return false;
      at_ = 0;
      for (const sample::Reject& bad : batch_.rejects()) AVA_CHECK(on_reject(bad));
    }
    const sample::SampleView& view = batch_.samples()[at_++];
    AVA_TRY(sample, sample::parse_sample(view.raw, options_));
    line = view.line;
    url_ = sample.url;
    return true;
  }
  Result<std::string> picture() override { return resolver_->fetch(url_, kMostPictureBytes); }
  bool urls_lead_there() const override { return true; }

 private:
  sample::ListOptions options_;
  sample::ListReader reader_;
  std::shared_ptr<const storage::Resolver> resolver_;
  sample::Batch batch_;
  std::size_t at_ = 0;
  std::string url_;
};

/// What a set knows of a sample, as the line of a list.
class SetSource final : public ExportSource {
 public:
  SetSource(std::unique_ptr<Gallery> gallery, std::string label)
      : gallery_(std::move(gallery)), label_(std::move(label)) {}

  Result<bool> next(sample::Sample& sample, std::uint64_t& line, const OnReject&,
                    const std::stop_token& stop) override {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    AVA_TRY(const bool more, gallery_->next(sight_));
    if (!more) return false;
    sample = {};
    sample.url = sight_.url.empty() ? fmt::format("{:06}", sight_.index) : sight_.url;
    line = sight_.index + 1;
    for (const Mark& mark : sight_.marks) AVA_CHECK(add(mark, sample));
    return true;
  }
  Result<std::string> picture() override { return gallery_->picture(sight_); }
  bool urls_lead_there() const override { return false; }

 private:
  Result<void> add(const Mark& mark, sample::Sample& sample) const {
    sample::LabelKey key{mark.box ? sample::LabelType::kDetection : sample::LabelType::kClassification, label_};
    if (!mark.label.empty()) {
      AVA_TRY(key, sample::LabelKey::parse(mark.label));
    }
    sample::Entry entry;
    entry.cls = key.type == sample::LabelType::kFace ? std::string() : mark.cls;
    entry.landmarks = mark.landmarks;
    entry.score = mark.score;
    if (!mark.outline.empty())
      entry.points = mark.outline;
    else if (mark.box)
      entry.points = sample::corners_of({(*mark.box)[0], (*mark.box)[1], (*mark.box)[2], (*mark.box)[3]});
    if (sample.labels.empty() || sample.labels.back().type != key.type || sample.labels.back().name != key.name)
      sample.labels.push_back({.type = key.type, .name = key.name});
    sample.labels.back().data.push_back(std::move(entry));
    return {};
  }

  std::unique_ptr<Gallery> gallery_;
  std::string label_;
  pipeline::Sight sight_;
};

}  // namespace

Result<std::unique_ptr<ExportSource>> ExportSource::open(const std::string& path, const pipeline::Sources& sources,
                                                         const std::string& label) {
  AVA_TRY(auto gallery, Gallery::open(path, sources));
  if (gallery->kind() != GalleryKind::kList)
    return std::unique_ptr<ExportSource>(std::make_unique<SetSource>(std::move(gallery), label));
  AVA_TRY(auto resolver, pipeline::make_resolver(sources));
  AVA_TRY(auto source, sample::source_of_file(path));
  return std::unique_ptr<ExportSource>(
      std::make_unique<ListSource>(std::move(source), pipeline::list_options(sources, "", 1), std::move(resolver)));
}

}  // namespace ava::convert
