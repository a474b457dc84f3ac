#include "pipeline/catalogue.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <unordered_map>

namespace ava::pipeline {

namespace {

using sample::LabelKey;
using sample::LabelType;

constexpr std::size_t kMostKeys = 50;  // remembered for messages

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Fills a Catalogue from the samples of one list.
class Cataloguer {
 public:
  Cataloguer(std::optional<LabelKey> wanted, const OnReject& on_reject)
      : wanted_(std::move(wanted)), on_reject_(on_reject) {}

  Result<void> add(const sample::SampleView& view) {
    AVA_CHECK(meet_labels(view));
    if (view.invalid) return leave_out(view, "marked_invalid", "the list marks this item as invalid");
    const std::string_view cls = key_ ? sample::class_of(view, *key_) : std::string_view{};
    if (cls.empty()) return leave_out(view, "unlabelled", "no class for this label");
    if (auto named = sample::check_class_name(cls); !named.ok()) {
      ++catalogue_.rejected;
      return reject(view, named.error().slug(), named.error().message());
    }
    catalogue_.items.push_back(
        {view.offset, static_cast<std::uint32_t>(view.raw.size()), static_cast<std::uint32_t>(view.line)});
    catalogue_.class_of.push_back(number_of(cls));
    return {};
  }

  Result<void> add(const sample::Reject& bad) { return on_reject_(bad); }

  Result<Catalogue> finish(const sample::ListCounts& counts) {
    catalogue_.lines = counts.lines;
    catalogue_.rejected += counts.rejected;
    if (catalogue_.lines > 0 && counts.items == 0) return std::move(catalogue_);
    if (wanted_ && !seen_wanted_)
      return Error(ErrorCode::kInvalidArgument, "label.not_found",
                   fmt::format("no item has the label '{}'", wanted_->str()))
          .at("/label")
          .hint(keys_.empty() ? "the list has no labels" : fmt::format("labels of this list: {}", known()));
    if (!key_ && counts.items > 0)
      return Error(ErrorCode::kInvalidArgument, "label.none", "no item of the list has a classification label")
          .hint(keys_.empty() ? "label the pictures first" : fmt::format("labels of this list: {}", known()));
    if (key_) catalogue_.label = key_->str();
    return std::move(catalogue_);
  }

 private:
  /// Take note of the labels of an item; without a wanted one, the first classification label with data is it.
  Result<void> meet_labels(const sample::SampleView& view) {
    for (const sample::LabelView& label : view.labels) {
      if (wanted_ && !seen_wanted_ && label.type == wanted_->type && label.name == wanted_->name) {
        seen_wanted_ = true;
        key_ = wanted_;
      }
      if (last_type_ == label.type && last_name_ == label.name) continue;
      last_type_ = label.type;
      last_name_ = label.name;
      if (keys_.size() < kMostKeys) keys_.insert(LabelKey{label.type, last_name_}.str());
      if (wanted_ || label.type != LabelType::kClassification || label.data.empty()) continue;
      if (!key_) key_ = LabelKey{label.type, last_name_};
      if (key_->name == label.name) continue;
      return Error(ErrorCode::kInvalidArgument, "label.ambiguous",
                   fmt::format("the list has several labels: {}", known()))
          .at("/label")
          .hint("say which one to use, e.g. --label " + key_->str());
    }
    return {};
  }

  std::string known() const { return fmt::format("{}", fmt::join(keys_, ", ")); }

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

  std::optional<LabelKey> wanted_;
  std::optional<LabelKey> key_;
  const OnReject& on_reject_;
  bool seen_wanted_ = false;
  LabelType last_type_ = LabelType::kFace;
  std::string last_name_;
  std::set<std::string> keys_;
  std::unordered_map<std::string, std::uint32_t, ViewHash, std::equal_to<>> numbers_;
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

Result<std::optional<LabelKey>> wanted_label(const std::string& label) {
  if (label.empty()) return std::optional<LabelKey>{};
  AVA_TRY(LabelKey key, LabelKey::parse(label));
  if (key.type != LabelType::kClassification)
    return Error(ErrorCode::kInvalidArgument, "label.not_classification",
                 fmt::format("'{}' is no classification label; sets of boxes or faces cannot be written yet", label))
        .at("/label");
  return std::optional<LabelKey>(std::move(key));
}

}  // namespace

Result<Catalogue> read_catalogue(const ListFile& list, const sample::ListOptions& options, const std::string& label,
                                 const OnReject& on_reject, const OnBytes& on_bytes, const std::stop_token& stop) {
  AVA_TRY(auto wanted, wanted_label(label));
  AVA_TRY(auto source, sample::source_of_file(list.path().string()));
  HashingSource hashing(std::move(source), on_bytes);
  Cataloguer cataloguer(std::move(wanted), on_reject);
  sample::ListReader reader(hashing.reader(), options);
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

}  // namespace ava::pipeline
