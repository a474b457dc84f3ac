#include "pipeline/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "sample/url_reader.hpp"

namespace ava::pipeline {

namespace {

using sample::LabelKey;
using sample::LabelType;

constexpr std::string_view kSourceMember = "\"source_url\"";
constexpr std::size_t kMostKeys = 50;  // remembered for messages

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Fills a Catalogue from the samples of one list.
class Cataloguer {
 public:
  /// `key` is the label to learn; `named`: a person asked for it.
  Cataloguer(const std::optional<LabelKey>& key, bool named, const CatalogueOptions& options, const OnReject& on_reject)
      : key_(key), named_(named), negatives_(options.negatives), parts_(options.parts), on_reject_(on_reject) {
    if (key_) catalogue_.use = {*key_, task_of(key_->type, options.multi_label)};
  }

  Result<void> add(const sample::SampleView& view) {
    if (!catalogue_.has_sources) catalogue_.has_sources = view.raw.find(kSourceMember) != std::string_view::npos;
    AVA_CHECK(meet_labels(view));
    if (view.invalid) return leave_out(view, "marked_invalid", "the list marks this item as invalid");
    const sample::LabelView* label = key_ ? view.find(*key_) : nullptr;
    if (label == nullptr) return leave_out(view, "unlabelled", "the item does not have this label");
    seen_ = true;
    found_.clear();
    collect(*label);
    if (found_.empty() && task() != format::Task::kDetection)
      return leave_out(view, "unlabelled", "no class for this label");
    if (found_.empty() && !negatives_)
      return leave_out(view, "no_object", "one of the formats cannot hold a picture without objects");
    for (const std::string_view cls : found_) {
      auto named = sample::check_class_name(cls);
      if (named.ok()) continue;
      ++catalogue_.rejected;
      return reject(view, named.error().slug(), named.error().message());
    }
    if (parts_ != nullptr && !take_part(view))
      return leave_out(view, "split_unknown",
                       "its part is none of train, val, test: " + parts_->part_of(view).value_or(""));
    catalogue_.items.push_back(
        {view.offset, static_cast<std::uint32_t>(view.raw.size()), static_cast<std::uint32_t>(view.line)});
    remember_classes();
    return {};
  }

  Result<void> add(const sample::Reject& bad) {
    if (bad.annotation && key_ && task() == format::Task::kDetection) {
      ++catalogue_.objects.in;
      ++catalogue_.objects.rejected;
      ++catalogue_.objects.reasons[bad.slug];
    }
    return on_reject_(bad);
  }

  Result<Catalogue> finish(const sample::ListCounts& counts) {
    catalogue_.lines = counts.lines;
    catalogue_.rejected += counts.rejected;
    if (catalogue_.lines > 0 && counts.items == 0) return std::move(catalogue_);
    if (named_ && !seen_)
      return Error(ErrorCode::kInvalidArgument, "label.not_found",
                   fmt::format("no item has the label '{}'", key_->str()))
          .at("/label")
          .hint(keys_.empty() ? "the list has no labels" : fmt::format("labels of this list: {}", known()));
    if (!key_ && counts.items > 0)
      return Error(ErrorCode::kInvalidArgument, "label.none", "no item of the list has a label")
          .hint(keys_.empty() ? "label the pictures first" : fmt::format("labels of this list: {}", known()));
    choose_rarest();
    return std::move(catalogue_);
  }

 private:
  format::Task task() const { return catalogue_.use.task; }

  /// Take note of the labels of an item; when none was asked for, a second one with data is one too many.
  Result<void> meet_labels(const sample::SampleView& view) {
    for (const sample::LabelView& label : view.labels) {
      if (last_type_ == label.type && last_name_ == label.name) continue;
      last_type_ = label.type;
      last_name_ = label.name;
      if (keys_.size() < kMostKeys) keys_.insert(LabelKey{label.type, last_name_}.str());
      if (named_ || !key_ || label.data.empty()) continue;
      if (key_->type == label.type && key_->name == label.name) continue;
      return Error(ErrorCode::kInvalidArgument, "label.ambiguous",
                   fmt::format("the list has several labels: {}", known()))
          .at("/label")
          .hint("say which one to use, e.g. --label " + key_->str());
    }
    return {};
  }

  /// Remember the part the item was given; false when a batch has no such part.
  bool take_part(const sample::SampleView& view) {
    const auto name = parts_->part_of(view);
    const std::uint8_t part = name ? part_named(*name) : kNoPart;
    if (name && part == kNoPart) return false;
    catalogue_.part_of.push_back(part);
    return true;
  }

  std::string known() const { return fmt::format("{}", fmt::join(keys_, ", ")); }

  /// The classes of the item's true entries, into found_; one class is enough for a classification.
  void collect(const sample::LabelView& label) {
    if (task() == format::Task::kClassification) {
      const std::string_view cls = sample::class_of(label);
      if (!cls.empty()) found_.push_back(cls);
      return;
    }
    for (const sample::EntryView& entry : label.data) {
      if (!entry.truth || (label.type == LabelType::kFace && entry.points.size() < 2)) continue;
      const std::string_view cls = class_of_object(entry, label.type);
      if (!cls.empty() && std::find(found_.begin(), found_.end(), cls) == found_.end()) found_.push_back(cls);
    }
  }

  void remember_classes() {
    if (task() == format::Task::kClassification) {
      catalogue_.class_of.push_back(number_of(found_.front()));
      return;
    }
    for (const std::string_view cls : found_) {
      const std::uint32_t number = number_of(cls);
      if (number == items_with_.size()) items_with_.push_back(0);
      ++items_with_[number];
      classes_of_items_.push_back(number);
    }
    ends_.push_back(classes_of_items_.size());
  }

  /// The class fewest pictures have stands for an item, so that the parts share the rare ones fairly.
  void choose_rarest() {
    std::size_t at = 0;
    for (const std::size_t end : ends_) {
      auto rarest = static_cast<std::uint32_t>(catalogue_.classes.size());
      for (; at < end; ++at) {
        const std::uint32_t cls = classes_of_items_[at];
        if (rarest == catalogue_.classes.size() || items_with_[cls] < items_with_[rarest]) rarest = cls;
      }
      catalogue_.class_of.push_back(rarest);
    }
  }

  std::uint32_t number_of(std::string_view cls) {
    const auto found = numbers_.find(cls);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(catalogue_.classes.size());
    catalogue_.classes.emplace_back(cls);
    numbers_.emplace(std::string(cls), number);
    return number;
  }

  Result<void> leave_out(const sample::SampleView& view, std::string_view slug, std::string_view detail) {
    ++catalogue_.left_out;
    return reject(view, slug, detail);
  }

  Result<void> reject(const sample::SampleView& view, std::string_view slug, std::string_view detail) {
    sample::Reject entry;
    entry.line = view.line;
    entry.url = view.url;
    entry.slug = slug;
    entry.detail = detail;
    return on_reject_(entry);
  }

  std::optional<LabelKey> key_;
  bool named_;
  bool negatives_;
  const GivenParts* parts_;
  const OnReject& on_reject_;
  bool seen_ = false;
  LabelType last_type_ = LabelType::kFace;
  std::string last_name_;
  std::set<std::string> keys_;
  std::vector<std::string_view> found_;
  std::unordered_map<std::string, std::uint32_t, ViewHash, std::equal_to<>> numbers_;
  std::vector<std::uint32_t> classes_of_items_;  // item after item; ends_ says where each one's end
  std::vector<std::size_t> ends_;
  std::vector<std::uint64_t> items_with_;  // pictures that have a class
  Catalogue catalogue_;
};

/// Reads the file front to back and hashes what passes.
class HashingSource {
 public:
  HashingSource(sample::ByteSource source, const OnBytes& on_bytes)
      : source_(std::move(source)), on_bytes_(on_bytes), hash_(std::make_shared<Sha256>()) {}
  sample::ByteSource reader() {
    return [this](char* buffer, std::size_t size) -> Result<std::size_t> {
      AVA_TRY(const std::size_t got, source_(buffer, size));
      hash_->update(std::string_view(buffer, got));
      total_ += got;
      if (on_bytes_) on_bytes_(total_);
      return got;
    };
  }
  Digest digest() { return hash_->finish(); }

 private:
  sample::ByteSource source_;
  const OnBytes& on_bytes_;
  std::shared_ptr<Sha256> hash_;
  std::uint64_t total_ = 0;
};

/// The first label of the list that says anything.
Result<std::optional<LabelKey>> first_label(const ListFile& list, const sample::ListOptions& options,
                                            const std::stop_token& stop) {
  AVA_TRY(auto source, sample::source_of_file(list.path().string()));
  sample::ListReader reader(std::move(source), options);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop));
    if (!more) return std::optional<LabelKey>{};
    for (const sample::SampleView& view : batch.samples())
      for (const sample::LabelView& label : view.labels)
        if (!label.data.empty()) return std::optional<LabelKey>(LabelKey{label.type, std::string(label.name)});
  }
}

}  // namespace

Result<Catalogue> read_catalogue(const ListFile& list, const sample::ListOptions& list_options,
                                 const CatalogueOptions& options, const OnReject& on_reject, const OnBytes& on_bytes,
                                 const std::stop_token& stop) {
  std::optional<LabelKey> key;
  if (options.label.empty()) {
    AVA_TRY(key, first_label(list, list_options, stop));
  } else {
    AVA_TRY(key, LabelKey::parse(options.label));
  }
  AVA_TRY(auto source, sample::source_of_file(list.path().string()));
  HashingSource hashing(std::move(source), on_bytes);
  Cataloguer cataloguer(key, !options.label.empty(), options, on_reject);
  sample::ListReader reader(hashing.reader(), list_options);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop));
    if (!more) break;
    for (const sample::SampleView& view : batch.samples()) AVA_CHECK(cataloguer.add(view));
    for (const sample::Reject& bad : batch.rejects()) AVA_CHECK(cataloguer.add(bad));
  }
  AVA_TRY(Catalogue catalogue, cataloguer.finish(reader.counts()));
  catalogue.list_sha256 = hashing.digest();
  return catalogue;
}

Result<Pace> pace_of(const std::vector<std::uint32_t>& order, const Catalogue& catalogue, const ListFile& list,
                     const storage::Resolver& resolver, const sample::ListOptions& options, unsigned threads) {
  constexpr std::uint64_t kSmall = 16u << 10;
  constexpr std::size_t kLooks = 16;
  Pace pace{.threads = threads};
  std::uint64_t bytes = 0;
  std::uint64_t found = 0;
  sample::UrlReader urls(options);
  const std::size_t step = order.size() / kLooks + 1;
  for (std::size_t i = 0; i < order.size(); i += step) {
    const CatalogueItem& item = catalogue.items[order[i]];
    AVA_TRY(const std::string line, list.read_at(item.offset, item.bytes));
    AVA_TRY(const std::string url, urls.url_of(line));
    if (resolver.is_remote(url)) return Pace{.threads = std::max(pace.threads, 16u)};
    if (const auto size = resolver.local_size(url)) {
      bytes += *size;
      ++found;
    }
  }
  if (bytes < found * kSmall) pace.at_once = 64;
  return pace;
}

}  // namespace ava::pipeline
