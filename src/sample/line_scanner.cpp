#include "sample/line_scanner.hpp"

// Without its throwing conversions, a forgotten error check does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "sample/url_check.hpp"

namespace ava::sample {

namespace {

namespace sj = simdjson::ondemand;

constexpr int kMaxDepth = 64;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The text between the quotes of a plain string token. False: no string, or one with escapes.
bool plain_string(std::string_view token, std::string_view& out) {
  while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  out = token.substr(1, token.size() - 2);
  return std::memchr(out.data(), '\\', out.size()) == nullptr;
}

// A raw key ends at its closing quote.
template <std::size_t N>
bool is_key(const char* raw, const char (&name)[N]) {
  return std::memcmp(raw, name, N - 1) == 0;
}

bool has_escape(const char* raw) {
  while (*raw != '"' && *raw != '\\') ++raw;
  return *raw == '\\';
}

/// Walk a value that nobody looks at: it must be JSON all the same.
bool is_json(sj::value value, int depth) {
  if (depth > kMaxDepth) return false;
  sj::json_type type{};
  if (value.type().get(type)) return false;
  switch (type) {
    case sj::json_type::array: {
      sj::array items;
      if (value.get_array().get(items)) return false;
      for (auto&& item : items) {
        sj::value one;
        if (std::move(item).get(one) || !is_json(one, depth + 1)) return false;
      }
      return true;
    }
    case sj::json_type::object: {
      sj::object members;
      if (value.get_object().get(members)) return false;
      for (auto&& member : members) {
        sj::field field;
        if (std::move(member).get(field) || has_escape(field.key().raw()) || !is_json(field.value(), depth + 1))
          return false;
      }
      return true;
    }
    case sj::json_type::number:
      return !value.get_number().error();
    case sj::json_type::boolean:
      return !value.get_bool().error();
    case sj::json_type::string: {
      std::string_view ignored;
      return plain_string(value.raw_json_token(), ignored);
    }
    case sj::json_type::null: {
      bool null = false;
      return !value.is_null().get(null) && null;
    }
  }
  return false;
}

/// A vector that never moves: its views stay valid while the block is filled.
template <class T>
class Pool {
 public:
  void reset(std::size_t capacity) {
    items_.clear();
    if (items_.capacity() < capacity) items_.reserve(capacity);
  }
  T* add() { return items_.size() == items_.capacity() ? nullptr : &items_.emplace_back(); }
  std::size_t size() const { return items_.size(); }
  void cut(std::size_t size) { items_.resize(size); }
  std::span<T> from(std::size_t begin) { return std::span<T>(items_).subspan(begin); }

 private:
  std::vector<T> items_;
};

}  // namespace

class LineScanner::Impl {
 public:
  explicit Impl(LineScanner& owner) : owner_(owner) { parser_.threaded = false; }

  void reset(std::size_t block_bytes) {
    entries_.reset(block_bytes / 10 + 16);
    points_.reset(block_bytes / 5 + 16);
    labels_.reset(block_bytes / 30 + 16);
  }

  bool scan(std::string_view line, SampleView& view) {
    const std::size_t entries = entries_.size();
    const std::size_t points = points_.size();
    const std::size_t labels = labels_.size();
    version_numbers_ = several_classes_ = missing_types_ = 0;
    if (document(line, view)) {
      view.labels = labels_.from(labels);
      owner_.version_numbers += version_numbers_;
      owner_.several_classes += several_classes_;
      owner_.missing_types += missing_types_;
      if (view.url.size() > 256) ++owner_.long_urls;
      return true;
    }
    entries_.cut(entries);
    points_.cut(points);
    labels_.cut(labels);
    return false;
  }

 private:
  enum Seen : unsigned {
    kUrl = 1,
    kType = 2,
    kLabel = 4,
    kName = 8,
    kData = 16,
    kVersion = 32,
    kClass = 64,
    kScore = 128,
    kBox = 256,
    kTruth = 512,
    kInvalid = 1024
  };
  static bool first(unsigned& seen, Seen what) {
    const bool fresh = (seen & what) == 0;
    seen |= what;
    return fresh;
  }

  bool document(std::string_view line, SampleView& view) {
    sj::document doc;
    sj::object object;
    if (parser_.iterate(line.data(), line.size(), line.size() + 64).get(doc) || doc.get_object().get(object))
      return false;
    unsigned seen = 0;
    for (auto&& member : object) {
      sj::field field;
      if (std::move(member).get(field) || !top(field, seen, view)) return false;
    }
    if (!doc.current_location().error() || (seen & kUrl) == 0 || kind_of_url(view.url) != UrlKind::kRemote)
      return false;
    if ((seen & kType) == 0) {
      view.type = "image";
      ++missing_types_;
    }
    return view.type == "image";
  }

  bool top(sj::field& field, unsigned& seen, SampleView& view) {
    const char* key = field.key().raw();
    sj::value value = field.value();
    if (is_key(key, "url\"")) return first(seen, kUrl) && plain_string(value.raw_json_token(), view.url);
    if (is_key(key, "type\"")) return first(seen, kType) && plain_string(value.raw_json_token(), view.type);
    if (is_key(key, "label\"")) return first(seen, kLabel) && label(value, view);
    if (is_key(key, "invalid\"")) return first(seen, kInvalid) && !value.get_bool().get(view.invalid);
    if (is_key(key, "class\"") || is_key(key, "detect\"") || is_key(key, "facecluster\"")) return false;
    return !has_escape(key) && is_json(value, 0);
  }

  bool label(sj::value value, SampleView& view) {
    sj::json_type type{};
    if (value.type().get(type)) return false;
    const std::size_t begin = labels_.size();
    if (type == sj::json_type::object) {
      sj::object object;
      view.old_form = true;
      return !value.get_object().get(object) && old_label(object) && all_different(begin);
    }
    sj::array list;
    if (type != sj::json_type::array || value.get_array().get(list)) return false;
    for (auto&& item : list) {
      sj::object object;
      if (item.get_object().get(object) || !new_label(object)) return false;
    }
    return all_different(begin);
  }

  bool all_different(std::size_t begin) {
    const auto list = labels_.from(begin);
    if (list.size() > 8) return false;
    for (std::size_t i = 1; i < list.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (list[i].type == list[k].type && list[i].name == list[k].name) return false;
    return true;
  }

  bool add_label(LabelType type, std::string_view name, std::size_t first_entry) {
    LabelView* label = labels_.add();
    if (label == nullptr) return false;
    *label = {type, name, entries_.from(first_entry)};
    if (type == LabelType::kClassification && label->data.size() > 1) {
      bool several = false;
      class_of(*label, &several);
      if (several) ++several_classes_;
    }
    return true;
  }

  bool new_label(sj::object& object) {
    unsigned seen = 0;
    std::string_view name;
    std::string_view type;
    const std::size_t first_entry = entries_.size();
    for (auto&& member : object) {
      sj::field field;
      if (std::move(member).get(field)) return false;
      const char* key = field.key().raw();
      sj::value value = field.value();
      bool good = false;
      if (is_key(key, "name\""))
        good = first(seen, kName) && plain_string(value.raw_json_token(), name);
      else if (is_key(key, "type\""))
        good = first(seen, kType) && plain_string(value.raw_json_token(), type);
      else if (is_key(key, "data\""))
        good = first(seen, kData) && data(value);
      else if (is_key(key, "version\""))
        good = first(seen, kVersion) && version(value);
      else
        good = !has_escape(key) && is_json(value, 0);
      if (!good) return false;
    }
    if ((seen & (kName | kType | kData)) != (kName | kType | kData)) return false;
    if (type == "classification")
      return no_boxes(first_entry) && add_label(LabelType::kClassification, name, first_entry);
    return type == "detection" && good_boxes(first_entry) && add_label(LabelType::kDetection, name, first_entry);
  }

  bool version(sj::value value) {
    std::string_view text;
    if (plain_string(value.raw_json_token(), text)) return true;
    ++version_numbers_;
    return !value.get_number().error();
  }

  bool data(sj::value value) {
    sj::array list;
    if (value.get_array().get(list)) return false;
    for (auto&& item : list) {
      sj::object object;
      if (item.get_object().get(object) || !entry(object)) return false;
    }
    return true;
  }

  bool entry(sj::object& object) {
    unsigned seen = 0;
    EntryView made;
    bool truth = false;
    const std::size_t first_point = points_.size();
    for (auto&& member : object) {
      sj::field field;
      if (std::move(member).get(field)) return false;
      const char* key = field.key().raw();
      sj::value value = field.value();
      bool good = false;
      if (is_key(key, "class\""))
        good = first(seen, kClass) && plain_string(value.raw_json_token(), made.cls);
      else if (is_key(key, "score\""))
        good = first(seen, kScore) && !value.get_double().get(made.score);
      else if (is_key(key, "bbox\"") || is_key(key, "pts\""))
        good = first(seen, kBox) && box(value);
      else if (is_key(key, "ground_truth\""))
        good = first(seen, kTruth) && !value.get_bool().get(truth);
      else
        good = !has_escape(key) && is_json(value, 0);
      if (!good) return false;
    }
    if ((seen & kClass) == 0) return false;
    made.has_score = (seen & kScore) != 0;
    made.truth = truth || made.score == 0;
    made.points = points_.from(first_point);
    EntryView* place = entries_.add();
    if (place == nullptr) return false;
    *place = made;
    return true;
  }

  bool box(sj::value value) {
    sj::array list;
    if (value.get_array().get(list)) return false;
    for (auto&& item : list) {
      sj::array pair;
      Point* p = points_.add();
      if (p == nullptr || item.get_array().get(pair)) return false;
      int count = 0;
      for (auto&& number : pair) {
        if (count > 1 || number.get_double().get(count == 0 ? p->x : p->y)) return false;
        ++count;
      }
      if (count != 2) return false;
    }
    return true;
  }

  bool no_boxes(std::size_t first_entry) {
    for (const EntryView& entry : entries_.from(first_entry))
      if (!entry.points.empty()) return false;
    return true;
  }
  bool good_boxes(std::size_t first_entry) {
    for (const EntryView& entry : entries_.from(first_entry)) {
      if (entry.points.size() < 2) return false;
      const Box hull = hull_of(entry.points);
      if (!(hull.x1 > hull.x0) || !(hull.y1 > hull.y0)) return false;
    }
    return true;
  }

  bool old_label(sj::object& object) {
    unsigned seen = 0;
    for (auto&& member : object) {
      sj::field field;
      sj::object names;
      if (std::move(member).get(field)) return false;
      const char* key = field.key().raw();
      sj::value value = field.value();
      const bool classes = is_key(key, "class\"");
      if (!classes && !is_key(key, "detect\"")) return false;
      if (!first(seen, classes ? kClass : kBox) || value.get_object().get(names)) return false;
      for (auto&& one : names) {
        sj::field label;
        if (std::move(one).get(label) || has_escape(label.key().raw())) return false;
        if (!(classes ? old_class(label) : old_boxes(label))) return false;
      }
    }
    return true;
  }

  static std::string_view key_text(const char* raw) {
    return {raw, static_cast<std::size_t>(std::strchr(raw, '"') - raw)};
  }

  bool old_class(sj::field& field) {
    const std::string_view name = key_text(field.key().raw());
    const std::size_t first_entry = entries_.size();
    std::string_view cls;
    if (!plain_string(field.value().raw_json_token(), cls)) return false;
    if (!cls.empty()) {
      EntryView* place = entries_.add();
      if (place == nullptr) return false;
      place->cls = cls;
    }
    return add_label(LabelType::kClassification, name, first_entry);
  }

  bool old_boxes(sj::field& field) {
    const std::string_view name = key_text(field.key().raw());
    const std::size_t first_entry = entries_.size();
    sj::object object;
    if (field.value().get_object().get(object)) return false;
    unsigned seen = 0;
    for (auto&& member : object) {
      sj::field one;
      if (std::move(member).get(one) || !is_key(one.key().raw(), "bbox\"") || !first(seen, kBox) || !data(one.value()))
        return false;
    }
    return good_boxes(first_entry) && add_label(LabelType::kDetection, name, first_entry);
  }
  LineScanner& owner_;
  sj::parser parser_;
  Pool<EntryView> entries_;
  Pool<Point> points_;
  Pool<LabelView> labels_;
  std::uint64_t version_numbers_ = 0;
  std::uint64_t several_classes_ = 0;
  std::uint64_t missing_types_ = 0;
};

LineScanner::LineScanner() : impl_(std::make_unique<Impl>(*this)) {}
LineScanner::~LineScanner() = default;

void LineScanner::reset(std::size_t block_bytes) {
  version_numbers = several_classes = missing_types = long_urls = 0;
  impl_->reset(block_bytes);
}

bool LineScanner::scan(std::string_view line, SampleView& view) { return impl_->scan(line, view); }

}  // namespace ava::sample
