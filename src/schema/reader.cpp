// JSON -> struct: keeps the first failure with the JSON pointer where it happened, and refuses unknown fields.
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "schema/json.hpp"

namespace ava::schema {

namespace {

std::string escape(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

class Reader final : public Visitor {
 public:
  explicit Reader(const nlohmann::json& json) : here_{{&json, "", {}}} {}
  bool reading() const override { return true; }
  const std::optional<Error>& failure() const { return failure_; }

  void fail(Error error) override {
    if (!failure_) failure_ = std::move(error).at(pointer());
  }

 protected:
  bool enter(std::string_view name, const Hints&, bool required) override {
    if (failure_) return false;
    Place& place = here_.back();
    const std::string key(name);
    place.known.insert(key);
    const auto found = place.json->find(key);
    if (found == place.json->end()) {
      if (required) problem("field.missing", fmt::format("the field '{}' is missing", key), key);
      return false;
    }
    here_.push_back({&*found, here_.back().pointer + "/" + escape(name), {}});
    return true;
  }
  void leave() override { here_.pop_back(); }

  void begin_object() override {
    if (failure_) return push_blank();
    if (!json().is_object()) {
      wrong_type("an object");
      return push_blank();
    }
    here_.push_back({here_.back().json, here_.back().pointer, {}});
  }
  void end_object() override {
    if (!failure_ && json().is_object()) {
      for (const auto& [key, ignored] : json().items()) {
        if (here_.back().known.contains(key)) continue;
        problem("field.unknown", fmt::format("there is no field '{}'{}", key, nearest(key)), key);
        break;
      }
    }
    here_.pop_back();
  }

  std::size_t begin_array(std::size_t, const Hints& hints) override {
    if (failure_) return 0;
    if (!json().is_array()) {
      wrong_type("an array");
      return 0;
    }
    const std::size_t count = json().size();
    check_count(count, hints, "items");
    return failure_ ? 0 : count;
  }
  void end_array() override {}
  void begin_item(std::size_t index) override {
    const nlohmann::json* item = failure_ ? here_.back().json : &json()[index];
    here_.push_back({item, here_.back().pointer + "/" + std::to_string(index), {}});
  }
  void end_item() override { here_.pop_back(); }

  std::vector<std::string> map_keys(const std::vector<std::string>&) override {
    std::vector<std::string> keys;
    if (failure_ || !json().is_object()) return keys;
    for (const auto& [key, ignored] : json().items()) keys.push_back(key);
    return keys;
  }
  bool optional_here(bool) override { return !failure_ && !json().is_null(); }

  void choice(std::string& name, const std::vector<std::string_view>& allowed) override {
    if (failure_) return;
    if (!json().is_string()) return wrong_type("a string");
    name = json().get_ref<const std::string&>();
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      problem("field.choice", fmt::format("'{}' is none of {}", name, fmt::join(allowed, ", ")));
  }
  void text_like(std::string& text, const Hints& hints) override { scalar(text, hints); }

  void integer(std::int64_t& value, double least, double most, const Hints& hints) override {
    if (failure_) return;
    if (!json().is_number()) return wrong_type("a whole number");
    const double wide = json().get<double>();
    if (!json().is_number_integer() && wide != std::floor(wide)) return wrong_type("a whole number");
    if (!in_range(wide, std::max(least, hints.min.value_or(least)), std::min(most, hints.max.value_or(most)))) return;
    value = json().is_number_integer() ? json().get<std::int64_t>() : static_cast<std::int64_t>(wide);
  }
  void real(double& value, const Hints& hints) override {
    if (failure_) return;
    if (!json().is_number()) return wrong_type("a number");
    const double wide = json().get<double>();
    if (in_range(wide, hints.min.value_or(-1e308), hints.max.value_or(1e308))) value = wide;
  }
  void scalar(bool& value, const Hints&) override {
    if (failure_) return;
    if (!json().is_boolean()) return wrong_type("true or false");
    value = json().get<bool>();
  }
  void scalar(std::string& value, const Hints& hints) override {
    if (failure_) return;
    if (!json().is_string()) return wrong_type("a string");
    value = json().get_ref<const std::string&>();
    if (value.find('\0') != std::string::npos) return problem("field.range", "a NUL character is not allowed");
    check_count(characters(value), hints, "characters");
  }
  void scalar(AnyJson& value, const Hints&) override {
    if (!failure_) value.text = json().dump();
  }
  void scalar(Time& value, const Hints&) override {
    std::string text;
    scalar(text, {});
    if (failure_) return;
    auto time = parse_time(text);
    if (time.ok())
      value.ms = *time;
    else
      fail(std::move(time.error()));
  }

 private:
  struct Place {
    const nlohmann::json* json;
    std::string pointer;
    std::set<std::string> known;
  };

  const nlohmann::json& json() const { return *here_.back().json; }
  const std::string& pointer() const { return here_.back().pointer; }
  void push_blank() { here_.push_back({here_.back().json, here_.back().pointer, {}}); }

  void problem(std::string_view slug, std::string_view message, std::string_view key = {}) {
    if (failure_) return;
    const std::string at = key.empty() ? pointer() : pointer() + "/" + escape(key);
    failure_ = Error(ErrorCode::kInvalidArgument, slug, fmt::format("{}: {}", at.empty() ? "/" : at, message)).at(at);
  }
  void wrong_type(std::string_view wanted) { problem("field.type", fmt::format("must be {}", wanted)); }

  bool in_range(double value, double least, double most) {
    if (value >= least && value <= most) return true;
    problem("field.range", fmt::format("{} is not between {} and {}", value, least, most));
    return false;
  }
  void check_count(std::size_t count, const Hints& hints, std::string_view unit) {
    const auto n = static_cast<double>(count);
    if (hints.min && n < *hints.min)
      problem("field.range", fmt::format("needs at least {} {}, has {}", *hints.min, unit, count));
    if (hints.max && n > *hints.max)
      problem("field.range", fmt::format("may have at most {} {}, has {}", *hints.max, unit, count));
  }
  /// A known field that shares the first two characters is the likely meaning.
  std::string nearest(const std::string& key) const {
    for (const std::string& known : here_.back().known)
      if (known.substr(0, 2) == key.substr(0, 2)) return fmt::format("; did you mean '{}'?", known);
    return {};
  }

  std::vector<Place> here_;
  std::optional<Error> failure_;
};

}  // namespace

Result<void> detail::read(const nlohmann::json& json, void* value, Walk walk) {
  Reader reader(json);
  walk(reader, value);
  if (reader.failure()) return *reader.failure();
  return {};
}

Result<void> detail::read_text(std::string_view text, void* value, Walk walk) {
  std::size_t bad = 0;
  if (!file::is_utf8(text, &bad))
    return Error(ErrorCode::kInvalidArgument, "json.bad", fmt::format("not UTF-8 at byte {}", bad));
  AVA_TRY(const nlohmann::json json, parse(text));
  return read(json, value, walk);
}

}  // namespace ava::schema
