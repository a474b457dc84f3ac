#include "sample/line_scanner.hpp"

#include <cstring>
#include <vector>

#include "sample/line_shape.hpp"
#include "sample/tokens.hpp"
#include "sample/view_pools.hpp"

namespace ava::sample {

class LineScanner::Impl {
 public:
  explicit Impl(LineScanner& owner) : owner_(owner) {}

  void reset(std::string_view block, UrlRules urls) {
    block_ = block;
    pools_.urls = urls;
    next_escape_ = nullptr;
    pools_.reset(block.size());
  }

  bool index(std::string_view lines) {
    if (!tokens_.find(lines, block_.data() + block_.size())) return false;
    cursor_.begin(tokens_);
    return true;
  }

  bool scan(std::string_view line, SampleView& view) {
    const ViewPools::Mark mark = pools_.mark();
    version_numbers_ = several_classes_ = missing_types_ = 0;
    cursor_.enter(line.data(), has_escapes(line), arena_);
    const TokenCursor start = cursor_;
    if (document(view) && cursor_.place() >= line.data() + line.size() && ends_inside(line)) {
      view.labels = labels_.from(mark.labels);
      owner_.version_numbers += version_numbers_;
      owner_.several_classes += several_classes_;
      owner_.missing_types += missing_types_;
      if (view.url.size() > 256) ++owner_.long_urls;
      return true;
    }
    pools_.cut(mark);
    cursor_ = start;  // a broken line may have led the walk into the next one
    return false;
  }

  const char* repeat(const char* at, std::size_t max_bytes, SampleView& view) {
    if (shapes_.empty()) return nullptr;
    // Lists that mix shapes often do it in a fixed order.
    const std::size_t guess = shapes_[last_shape_]->next;
    if (const char* stop = repeat(guess, at, max_bytes, view)) return stop;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (i == guess) continue;
      if (const char* stop = repeat(i, at, max_bytes, view)) return stop;
    }
    return nullptr;
  }

  /// A list whose lines hardly repeat must not spend its time on learning.
  void learn(std::string_view whole, const SampleView& view) {
    if (shapes_.size() >= kMaxShapes || tries_ >= kMaxTries) return;
    SampleView known;
    const ViewPools::Mark mark = pools_.mark();
    const char* const end = whole.data() + whole.size();
    for (const auto& shape : shapes_) {
      const bool same = shape->match(whole.data(), end, known, pools_) != nullptr;
      pools_.cut(mark);
      if (same) return;
    }
    ++tries_;
    auto shape = LineShape::learn(whole, view, pools_);
    if (shape == nullptr) return;
    shape->version_numbers = version_numbers_;
    shape->missing_types = missing_types_;
    shape->next = shapes_.size();
    shapes_.push_back(std::move(shape));
  }

  void forget() { pools_.cut({}); }

 private:
  static constexpr std::size_t kMaxShapes = 16;
  static constexpr int kMaxTries = 64;

  const char* repeat(std::size_t index, const char* at, std::size_t max_bytes, SampleView& view) {
    LineShape& shape = *shapes_[index];
    const char* const stop = shape.match(at, block_.data() + block_.size(), view, pools_);
    if (stop == nullptr || static_cast<std::size_t>(stop - at) > max_bytes) return nullptr;
    shapes_[last_shape_]->next = index;
    last_shape_ = index;
    owner_.version_numbers += shape.version_numbers;
    owner_.missing_types += shape.missing_types;
    if (view.url.size() > 256) ++owner_.long_urls;
    return stop;
  }

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

  /// Most files hold no backslash at all: one search through the block tells.
  bool has_escapes(std::string_view line) {
    const char* const end = block_.data() + block_.size();
    if (next_escape_ == nullptr || next_escape_ < line.data()) {
      const void* found = std::memchr(line.data(), '\\', static_cast<std::size_t>(end - line.data()));
      next_escape_ = found == nullptr ? end : static_cast<const char*>(found);
    }
    return next_escape_ < line.data() + line.size();
  }

  /// The object's last brace belongs to this line: otherwise it began here and went on in the next ones.
  bool ends_inside(std::string_view line) const { return cursor_.last_place() < line.data() + line.size(); }

  bool document(SampleView& view) {
    unsigned seen = 0;
    if (!cursor_.object([&](const char* key) { return top(key, seen, view); })) return false;
    if ((seen & kUrl) == 0 || !pools_.urls.take(view.url)) return false;
    if ((seen & kType) == 0) {
      view.type = "image";
      ++missing_types_;
    }
    return is_text(view.type, "image");
  }

  bool top(const char* key, unsigned& seen, SampleView& view) {
    if (is_key(key, "url\"")) return first(seen, kUrl) && cursor_.string(view.url);
    if (is_key(key, "type\"")) return first(seen, kType) && cursor_.string(view.type);
    if (is_key(key, "label\"")) return first(seen, kLabel) && label(view);
    if (is_key(key, "invalid\"")) return first(seen, kInvalid) && cursor_.boolean(view.invalid);
    if (is_key(key, "class\"") || is_key(key, "detect\"") || is_key(key, "facecluster\"")) return false;
    return cursor_.skip();
  }

  bool label(SampleView& view) {
    const std::size_t begin = labels_.size();
    if (cursor_.peek() == '{') {
      view.old_form = true;
      return old_label() && all_different(begin);
    }
    return cursor_.array([&] { return new_label(); }) && all_different(begin);
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

  bool new_label() {
    unsigned seen = 0;
    std::string_view name;
    std::string_view type;
    const std::size_t first_entry = entries_.size();
    const auto member = [&](const char* key) {
      if (is_key(key, "name\"")) return first(seen, kName) && cursor_.string(name);
      if (is_key(key, "type\"")) return first(seen, kType) && cursor_.string(type);
      if (is_key(key, "data\"")) return first(seen, kData) && data();
      if (is_key(key, "version\"")) return first(seen, kVersion) && version();
      return cursor_.skip();
    };
    if (!cursor_.object(member)) return false;
    if ((seen & (kName | kType | kData)) != (kName | kType | kData)) return false;
    if (is_text(type, "classification"))
      return no_boxes(first_entry) && add_label(LabelType::kClassification, name, first_entry);
    return is_text(type, "detection") && good_boxes(first_entry) && add_label(LabelType::kDetection, name, first_entry);
  }

  bool version() {
    std::string_view text;
    if (cursor_.peek() == '"') return cursor_.string(text);
    double number = 0;
    ++version_numbers_;
    return cursor_.number(number);
  }

  bool data() {
    return cursor_.array([&] { return entry(); });
  }

  bool entry() {
    unsigned seen = 0;
    bool truth = false;
    const std::size_t first_point = points_.size();
    EntryView* made = entries_.add();
    if (made == nullptr) return false;
    const auto member = [&](const char* key) {
      if (is_key(key, "class\"")) return first(seen, kClass) && cursor_.string(made->cls);
      if (is_key(key, "score\"")) return first(seen, kScore) && cursor_.number(made->score);
      if (is_key(key, "bbox\"") || is_key(key, "pts\"")) return first(seen, kBox) && box();
      if (is_key(key, "ground_truth\"")) return first(seen, kTruth) && cursor_.boolean(truth);
      return cursor_.skip();
    };
    if (!cursor_.object(member) || (seen & kClass) == 0) return false;
    made->has_score = (seen & kScore) != 0;
    made->truth = truth || made->score == 0;
    made->points = points_.from(first_point);
    return true;
  }

  bool box() {
    return cursor_.array([&] {
      Point* p = points_.add();
      if (p == nullptr) return false;
      int count = 0;
      const auto coordinate = [&] { return count < 2 && cursor_.number(count++ == 0 ? p->x : p->y); };
      return cursor_.array(coordinate) && count == 2;
    });
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

  bool old_label() {
    unsigned seen = 0;
    return cursor_.object([&](const char* key) {
      if (is_key(key, "class\""))
        return first(seen, kClass) && cursor_.object([&](const char* name) { return old_class(text_of(name)); });
      if (is_key(key, "detect\""))
        return first(seen, kBox) && cursor_.object([&](const char* name) { return old_boxes(text_of(name)); });
      return false;
    });
  }

  static std::string_view text_of(const char* raw) {
    return {raw, static_cast<std::size_t>(std::strchr(raw, '"') - raw)};
  }

  bool old_class(std::string_view name) {
    const std::size_t first_entry = entries_.size();
    std::string_view cls;
    if (!cursor_.string(cls)) return false;
    if (!cls.empty()) {
      EntryView* place = entries_.add();
      if (place == nullptr) return false;
      place->cls = cls;
    }
    return add_label(LabelType::kClassification, name, first_entry);
  }

  bool old_boxes(std::string_view name) {
    const std::size_t first_entry = entries_.size();
    unsigned seen = 0;
    const auto member = [&](const char* key) { return is_key(key, "bbox\"") && first(seen, kBox) && data(); };
    return cursor_.object(member) && good_boxes(first_entry) && add_label(LabelType::kDetection, name, first_entry);
  }

  LineScanner& owner_;
  std::string_view block_;
  const char* next_escape_ = nullptr;
  TokenIndex tokens_;
  TokenCursor cursor_;
  ViewPools pools_;
  Pool<EntryView>& entries_ = pools_.entries;
  Pool<Point>& points_ = pools_.points;
  Pool<LabelView>& labels_ = pools_.labels;
  TextArena& arena_ = pools_.arena;
  std::vector<std::unique_ptr<LineShape>> shapes_;
  std::size_t last_shape_ = 0;
  int tries_ = 0;  ///< to learn
  std::uint64_t version_numbers_ = 0;
  std::uint64_t several_classes_ = 0;
  std::uint64_t missing_types_ = 0;
};

LineScanner::LineScanner() : impl_(std::make_unique<Impl>(*this)) {}
LineScanner::~LineScanner() = default;

void LineScanner::reset(std::string_view block, UrlRules urls) {
  version_numbers = several_classes = missing_types = long_urls = 0;
  impl_->reset(block, urls);
}

bool LineScanner::index(std::string_view lines) { return impl_->index(lines); }

bool LineScanner::scan(std::string_view line, SampleView& view) { return impl_->scan(line, view); }

const char* LineScanner::repeat(const char* at, std::size_t max_bytes, SampleView& view) {
  return impl_->repeat(at, max_bytes, view);
}

void LineScanner::learn(std::string_view whole, const SampleView& view) { impl_->learn(whole, view); }

void LineScanner::forget() { impl_->forget(); }

}  // namespace ava::sample
