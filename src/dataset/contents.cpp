#include "dataset/contents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "schema/json.hpp"

namespace ava::dataset {

namespace {

constexpr std::int64_t kBudget = 8 << 20;
constexpr std::size_t kBlock = 256 << 10;
constexpr std::int64_t kLongestLine = 16 << 20;

/// A cursor is "<byte offset>:<number of the line>".
struct Place {
  std::int64_t offset = 0;
  std::int64_t index = 0;
};

Result<Place> place_of(const std::string& cursor) {
  Place place;
  if (cursor.empty()) return place;
  const auto number = [](const char* from, const char* to, std::int64_t& into) {
    const auto read = std::from_chars(from, to, into);
    return read.ec == std::errc() && read.ptr == to && into >= 0;
  };
  const std::size_t colon = cursor.find(':');
  const char* begin = cursor.data();
  const bool good = colon != std::string::npos && number(begin, begin + colon, place.offset) &&
                    number(begin + colon + 1, begin + cursor.size(), place.index);
  if (!good) return Error(ErrorCode::kInvalidArgument, "dataset.bad_cursor", "the cursor is not one of this list");
  return place;
}

std::string cursor_of(const Place& place) { return fmt::format("{}:{}", place.offset, place.index); }

/// Labels of a line in canonical form (new or old), as far as a caption needs them.
std::vector<SampleLabel> labels_of(const nlohmann::json& line) {
  std::vector<SampleLabel> labels;
  const auto found = line.find("label");
  if (found == line.end()) return labels;
  const auto text = [](const nlohmann::json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
  };
  if (found->is_array()) {
    for (const auto& entry : *found) {
      const std::string key = text(entry, "type") + "." + text(entry, "name");
      if (!entry.contains("data") || !entry["data"].is_array()) continue;
      for (const auto& data : entry["data"])
        if (const std::string cls = text(data, "class"); !cls.empty()) labels.push_back({key, cls});
    }
  } else if (found->is_object() && found->contains("class") && (*found)["class"].is_object()) {
    for (const auto& [name, cls] : (*found)["class"].items())
      if (cls.is_string()) labels.push_back({"classification." + name, cls.get<std::string>()});
  }
  return labels;
}

Result<SampleItem> sample_of(const std::string& text, std::int64_t index, std::int64_t offset) {
  AVA_TRY(const auto json, schema::parse(text));
  const auto url = json.find("url");
  if (url == json.end() || !url->is_string())
    return Error(ErrorCode::kCorrupt, "dataset.bad_list", "this line of the dataset's list is no sample");
  return SampleItem{index, offset, url->get<std::string>(), labels_of(json), {}};
}

}  // namespace

void describe(schema::Visitor& v, SampleLabel& x) {
  v.type("SampleLabel");
  v.field("key", x.key);
  v.field("class", x.cls);
}

void describe(schema::Visitor& v, SampleItem& x) {
  v.type("Sample");
  v.field("index", x.index);
  v.field("url", x.url);
  v.field("labels", x.labels);
  v.field("picture_url", x.picture_url);
}

void describe(schema::Visitor& v, RejectItem& x) {
  v.type("Reject");
  v.field("line", x.line, {.required = false});
  v.field("column", x.column);
  v.field("url", x.url, {.required = false});
  v.field("slug", x.slug);
  v.field("detail", x.detail, {.required = false});
  v.field("hint", x.hint);
  v.field("annotation", x.annotation);
}

Result<std::int64_t> Contents::lines(const std::string& name, std::int64_t offset, std::int64_t budget,
                                     const std::function<bool(const Line&)>& take) const {
  AVA_TRY(const auto reader, storage_->open(prefix_ + "/" + name));
  std::string pending;
  std::string block(kBlock, '\0');
  std::int64_t at = offset;  // where `pending` starts
  std::int64_t read_from = offset;
  while (true) {
    AVA_TRY(const std::size_t got, reader->read_at(static_cast<std::uint64_t>(read_from), block.data(), block.size()));
    read_from += static_cast<std::int64_t>(got);
    pending.append(block.data(), got);
    std::size_t begin = 0;
    for (std::size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
      if (!take({at + static_cast<std::int64_t>(begin), pending.substr(begin, end - begin)}))
        return at + static_cast<std::int64_t>(begin);
      begin = end + 1;
    }
    at += static_cast<std::int64_t>(begin);
    pending.erase(0, begin);
    if (got == 0 || static_cast<std::int64_t>(pending.size()) > kLongestLine) return std::int64_t{-1};
    if (at - offset >= budget) return at;
  }
}

Result<pipeline::StatsReport> Contents::stats() const {
  AVA_TRY(const std::string text, storage_->read(prefix_ + "/stats.json", 64u << 20));
  return schema::from_text<pipeline::StatsReport>(text);
}

Result<db::Page<SampleItem>> Contents::samples(const db::PageRequest& request, const std::string& cls) const {
  AVA_TRY(Place place, place_of(request.cursor));
  db::Page<SampleItem> page;
  Result<void> failed;
  const auto take = [&](const Line& line) {
    if (static_cast<int>(page.items.size()) >= request.bounded()) return false;
    auto sample = sample_of(line.text, place.index, line.offset);
    if (!sample.ok()) {
      failed = std::move(sample).error();
      return false;
    }
    const auto carries = [&](const SampleLabel& label) { return label.cls == cls; };
    if (cls.empty() || std::any_of(sample->labels.begin(), sample->labels.end(), carries))
      page.items.push_back(*std::move(sample));
    ++place.index;
    return true;
  };
  AVA_TRY(place.offset, lines(list_, place.offset, kBudget, take));
  AVA_CHECK(std::move(failed));
  if (place.offset >= 0) page.next_cursor = cursor_of(place);
  return page;
}

Result<SampleItem> Contents::sample_at(std::int64_t offset) const {
  std::optional<Result<SampleItem>> found;
  const auto take = [&](const Line& line) {
    if (!found) found = sample_of(line.text, 0, line.offset);
    return false;
  };
  AVA_CHECK(lines(list_, offset, kBudget, take));
  if (!found) return Error(ErrorCode::kNotFound, "dataset.no_sample", "there is no sample at this place");
  return std::move(*found);
}

Result<db::Page<RejectItem>> Contents::rejects(const db::PageRequest& request) const {
  AVA_TRY(Place place, place_of(request.cursor));
  db::Page<RejectItem> page;
  Result<void> failed;
  const auto take = [&](const Line& line) {
    if (static_cast<int>(page.items.size()) >= request.bounded()) return false;
    auto reject = schema::from_text<RejectItem>(line.text);
    if (!reject.ok()) {
      failed = std::move(reject).error();
      return false;
    }
    page.items.push_back(*std::move(reject));
    return true;
  };
  AVA_TRY(place.offset, lines("rejects.jsonl", place.offset, kBudget, take));
  AVA_CHECK(std::move(failed));
  if (place.offset >= 0) page.next_cursor = cursor_of(place);
  return page;
}

}  // namespace ava::dataset
