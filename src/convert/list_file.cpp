#include "convert/list_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "format/out_file.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/sources.hpp"
#include "sample/list_writer.hpp"

namespace ava::convert {

void describe(schema::Visitor& v, ConvertResult& x) {
  v.type("ConvertResult");
  v.field("shape", x.shape);
  v.field("lines", x.lines);
  v.field("items", x.items);
  v.field("rejected", x.rejected);
  v.field("written", x.written);
  v.field("merged", x.merged);
  v.field("reasons", x.reasons);
}

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMergePrefix = ".ava-tmp-merge-";

/// Finds where objects begin and end by their brackets alone; what is inside is for the parser.
class ObjectCutter {
 public:
  using Take = std::function<Result<void>(std::string_view object, std::uint64_t line)>;
  ObjectCutter(std::size_t most_bytes, const Take& take) : most_bytes_(most_bytes), take_(take) {}

  Result<void> feed(char c) {
    if (c == '\n') ++line_;
    if (depth_ == 0 && c != '{') return junk(c);
    if (depth_ == 0) begins_ = line_;
    object_ += c;
    if (object_.size() > most_bytes_)
      return Error(ErrorCode::kCorrupt, "json.too_large", fmt::format("the object of line {} is too large", begins_));
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      return {};
    }
    in_string_ = c == '"';
    if (c == '{') ++depth_;
    if (c != '}' || --depth_ > 0) return {};
    return hand_out();
  }

  /// An object that never ends, or words between objects, are handed out as they are: the parser says what is wrong.
  Result<void> end() { return object_.empty() ? Result<void>() : hand_out(); }

 private:
  Result<void> junk(char c) {
    constexpr std::string_view kBetween = " \t\r\n,[]\xEF\xBB\xBF";
    if (kBetween.find(c) == std::string_view::npos) {
      if (object_.empty()) begins_ = line_;
      object_ += c;
      return {};
    }
    return c == '\n' ? end() : Result<void>();
  }
  Result<void> hand_out() {
    const std::string object = std::exchange(object_, {});
    depth_ = 0;
    in_string_ = escaped_ = false;
    return take_(object, begins_);
  }

  std::size_t most_bytes_;
  const Take& take_;
  std::string object_;
  std::uint64_t line_ = 1;
  std::uint64_t begins_ = 1;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

struct FirstBytes {
  std::size_t operator()(const Digest& digest) const {
    std::size_t value = 0;
    std::memcpy(&value, digest.data(), sizeof value);
    return value;
  }
};

/// Lines by url, in the order of the file: where each lies, and which is the next of its url. Urls are held as digests:
/// 32 bytes each, however long they are, and two urls are never taken for one.
class UrlChains {
 public:
  struct Place {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t next = kNone;
    bool first = false;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void add(const std::string& url, std::uint64_t offset, std::size_t bytes) {
    const auto number = static_cast<std::uint32_t>(places_.size());
    const auto [last, added] = last_of_.try_emplace(sha256(url), number);
    places_.push_back({.offset = offset, .bytes = static_cast<std::uint32_t>(bytes), .first = added});
    if (!added) places_[std::exchange(last->second, number)].next = number;
  }
  const std::vector<Place>& places() const { return places_; }

 private:
  std::vector<Place> places_;
  std::unordered_map<Digest, std::uint32_t, FirstBytes> last_of_;
};

/// The entries of `more` behind those of the same label; what is there twice, once.
void join(sample::Sample& into, sample::Sample more) {
  for (sample::Label& label : more.labels) {
    const auto same = std::find_if(into.labels.begin(), into.labels.end(), [&](const sample::Label& known) {
      return known.type == label.type && known.name == label.name;
    });
    if (same == into.labels.end()) {
      into.labels.push_back(std::move(label));
      into.has_label = true;
      continue;
    }
    for (sample::Entry& entry : label.data)
      if (std::find(same->data.begin(), same->data.end(), entry) == same->data.end())
        same->data.push_back(std::move(entry));
  }
}

class ConvertRun {
 public:
  ConvertRun(const ConvertSpec& spec, const OnReject& on_reject, const pipeline::OnProgress& on_progress,
             const std::stop_token& stop)
      : spec_(spec), on_reject_(on_reject), meter_(on_progress), stop_(stop) {
    options_.allow_relative = true;
    options_.allow_local_paths = true;
  }

  Result<ConvertResult> run() {
    AVA_CHECK(check());
    const fs::path temp = beside(".ava-tmp-");
    auto done = write(temp);
    if (done.ok()) done = spec_.merge.empty() ? file::move(temp, spec_.to) : merge(temp);
    if (done.ok()) return result_;
    (void)file::remove_tree(temp).ok();
    (void)file::remove_tree(beside(kMergePrefix)).ok();
    return std::move(done).error();
  }

 private:
  fs::path beside(std::string_view prefix) const {
    const fs::path to(spec_.to);
    return to.parent_path() / (std::string(prefix) + to.filename().string());
  }

  Result<void> check() const {
    std::error_code ignored;
    if (fs::equivalent(spec_.from, spec_.to, ignored))
      return Error(ErrorCode::kInvalidArgument, "convert.same_file", "a list is never written over")
          .hint("give another file with -o");
    if (!spec_.merge.empty() && spec_.merge != "url")
      return Error(ErrorCode::kInvalidArgument, "option.bad", fmt::format("'{}': --merge takes url", spec_.merge));
    if (!spec_.form.empty() && spec_.form != "new" && spec_.form != "old")
      return Error(ErrorCode::kInvalidArgument, "option.bad", fmt::format("'{}': --form takes new or old", spec_.form));
    return {};
  }

  Result<void> write(const fs::path& temp) {
    AVA_CHECK(file::remove_tree(temp));
    AVA_TRY(auto out, format::OutFile::create(temp));
    out_ = &out;
    meter_.begin("read list", 0, "items");
    auto read = read_lines();
    if (!read.ok() && (read.error().slug() == "list.json_array" || read.error().slug() == "list.object_over_lines"))
      read = read_document();
    AVA_CHECK(read);
    result_.lines = result_.items + result_.rejected;
    return out.close();
  }

  Result<void> read_lines() {
    result_.shape = "lines";
    AVA_TRY(auto source, sample::source_of_file(spec_.from));
    sample::ListReader reader(std::move(source), options_);
    sample::Batch batch;
    for (;;) {
      AVA_TRY(const bool more, reader.next(batch, stop_));
      if (!more) return {};
      for (const sample::SampleView& view : batch.samples()) AVA_CHECK(take(view.raw, view.line));
      for (const sample::Reject& bad : batch.rejects()) AVA_CHECK(reject(bad));
    }
  }

  Result<void> read_document() {
    result_.shape = "document";
    AVA_TRY(auto source, sample::source_of_file(spec_.from));
    const auto each = [this](std::string_view object, std::uint64_t line) -> Result<void> {
      if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "list.cancelled", "stopped while reading");
      return take(object, line);
    };
    return each_object(source, options_.max_line_bytes, each);
  }

  Result<void> take(std::string_view text, std::uint64_t line) {
    std::vector<sample::Reject> boxes;
    auto parsed = sample::parse_sample(text, options_, nullptr, result_.shape == "document" ? &boxes : nullptr);
    if (!parsed.ok()) {
      sample::Reject bad;
      bad.slug = parsed.error().slug();
      bad.detail = parsed.error().message();
      bad.hint = parsed.error().hint();
      bad.line = line;
      return reject(bad);
    }
    for (sample::Reject& box : boxes) {
      box.line = line;
      AVA_CHECK(reject(box));
    }
    std::vector<sample::Reject> lost;
    if (spec_.form == "new") sample::to_new_form(*parsed);
    if (spec_.form == "old") sample::to_old_form(*parsed, lost);
    for (sample::Reject& loss : lost) {
      loss.line = line;
      loss.annotation = true;
      AVA_CHECK(reject(loss));
    }
    ++result_.items;
    ++result_.written;
    meter_.add(1);
    const std::string written = sample::to_line(*parsed);
    if (!spec_.merge.empty()) chains_.add(parsed->url, out_->offset(), written.size());
    return out_->write(written);
  }

  Result<void> reject(const sample::Reject& bad) {
    ++result_.reasons[bad.slug];
    if (!bad.annotation) ++result_.rejected;
    return on_reject_(bad);
  }

  /// A second file from the lines of the first, each with the later ones of its url.
  Result<void> merge(const fs::path& lines) {
    const fs::path temp = beside(kMergePrefix);
    AVA_CHECK(file::remove_tree(temp));
    AVA_TRY(auto out, format::OutFile::create(temp));
    AVA_TRY(const auto list, pipeline::ListFile::open(lines.string(), {}, {}, stop_));
    result_.written = 0;
    const auto& places = chains_.places();
    for (const UrlChains::Place& place : places) {
      if (!place.first) continue;
      AVA_TRY(const std::string line, list.read_at(place.offset, place.bytes));
      ++result_.written;
      if (place.next == UrlChains::kNone) {
        AVA_CHECK(out.write(line));
        continue;
      }
      AVA_TRY(sample::Sample whole, sample::parse_sample(std::string_view(line).substr(0, line.size() - 1), options_));
      for (std::uint32_t next = place.next; next != UrlChains::kNone; next = places[next].next) {
        AVA_TRY(const std::string more, list.read_at(places[next].offset, places[next].bytes));
        AVA_TRY(auto parsed, sample::parse_sample(std::string_view(more).substr(0, more.size() - 1), options_));
        join(whole, std::move(parsed));
        ++result_.merged;
      }
      AVA_CHECK(out.write(sample::to_line(whole)));
    }
    AVA_CHECK(out.close());
    AVA_CHECK(file::move(temp, spec_.to));
    return file::remove_tree(lines);
  }

  const ConvertSpec& spec_;
  const OnReject& on_reject_;
  pipeline::ProgressMeter meter_;
  const std::stop_token& stop_;
  sample::ListOptions options_;
  format::OutFile* out_ = nullptr;
  UrlChains chains_;
  ConvertResult result_;
};

}  // namespace

Result<void> each_object(const sample::ByteSource& source, std::size_t most_bytes,
                         const std::function<Result<void>(std::string_view object, std::uint64_t line)>& take) {
  ObjectCutter cutter(most_bytes, take);
  std::string block(std::size_t{1} << 18, '\0');
  for (;;) {
    AVA_TRY(const std::size_t got, source(block.data(), block.size()));
    if (got == 0) return cutter.end();
    for (std::size_t i = 0; i < got; ++i) AVA_CHECK(cutter.feed(block[i]));
  }
}

Result<ConvertResult> convert_list(const ConvertSpec& spec, const OnReject& on_reject,
                                   const pipeline::OnProgress& on_progress, const std::stop_token& stop) {
  return ConvertRun(spec, on_reject, on_progress, stop).run();
}

}  // namespace ava::convert
