// Old form to new and back. Source: formats.md 2.10.
#include <fmt/format.h>

#include <algorithm>

#include "sample/list_writer.hpp"

namespace ava::sample {

namespace {

int rank_of(LabelType type) { return static_cast<int>(type); }

void note(std::vector<Reject>& lost, const Sample& sample, std::string_view slug, std::string detail) {
  Reject reject;
  reject.url = sample.url;
  reject.slug = slug;
  reject.detail = std::move(detail);
  reject.annotation = true;
  lost.push_back(std::move(reject));
}

void reduce_classes(Sample& sample, Label& label, std::vector<Reject>& lost) {
  auto kept = std::find_if(label.data.begin(), label.data.end(), [](const Entry& e) { return e.is_truth(); });
  if (kept == label.data.end()) kept = label.data.begin();
  for (auto it = label.data.begin(); it != label.data.end(); ++it) {
    if (it != kept)
      note(lost, sample, "old_form_one_class", fmt::format("class '{}' of '{}' has no place", it->cls, label.name));
    else if (it->score)
      note(lost, sample, "old_form_no_score", fmt::format("score of class '{}' has no place", it->cls));
  }
  if (label.data.empty()) return;
  Entry one;
  one.cls = kept->cls;
  label.data = {one};
}

void reduce_face(Sample& sample, Label& label, std::vector<Reject>& lost) {
  if (label.data.empty()) return;
  for (const Entry& entry : label.data)
    if (!entry.points.empty() || entry.score || !entry.landmarks.empty() || (entry.cluster && entry.cluster->score))
      note(lost, sample, "old_form_no_landmarks", "box, landmarks and scores of a face have no place");
  for (std::size_t i = 1; i < label.data.size(); ++i)
    if (label.data[i].cluster)
      note(lost, sample, "old_form_one_class", fmt::format("cluster '{}' has no place", label.data[i].cluster->id));
  Entry one;
  one.cluster = label.data.front().cluster;
  if (one.cluster) one.cluster->score.reset();
  label.data = {one};
}

}  // namespace

void to_new_form(Sample& sample) {
  if (!sample.old_form) return;
  sample.old_form = false;
  std::stable_sort(sample.labels.begin(), sample.labels.end(),
                   [](const Label& a, const Label& b) { return rank_of(a.type) < rank_of(b.type); });
  // What an old label object held besides is no element of an array: it moves up, where unknown members live.
  if (sample.label_extra.empty()) return;
  if (!sample.extra.empty()) sample.extra.push_back(',');
  sample.extra += sample.label_extra;
  sample.label_extra.clear();
}

void to_old_form(Sample& sample, std::vector<Reject>& lost) {
  if (sample.old_form) return;
  sample.old_form = true;
  for (Label& label : sample.labels) {
    if (label.type == LabelType::kClassification) reduce_classes(sample, label, lost);
    if (label.type == LabelType::kFace) reduce_face(sample, label, lost);
  }
  if (sample.label_extra.empty()) return;
  note(lost, sample, "old_form_unknown_label", sample.label_extra);
  sample.label_extra.clear();
}

}  // namespace ava::sample
