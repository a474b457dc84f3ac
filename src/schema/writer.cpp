// Struct -> JSON, and struct -> JSON Schema.
#include "base/clock.hpp"
#include "schema/json.hpp"

namespace ava::schema {

namespace {

class Writer final : public Visitor {
 public:
  nlohmann::ordered_json take() { return std::move(root_); }

 protected:
  bool enter(std::string_view name, const Hints&, bool) override {
    here_.push_back(&(*here_.back())[std::string(name)]);
    keys_.emplace_back(name);
    return true;
  }
  void leave() override {
    here_.pop_back();
    // An empty optional is left out rather than written as null.
    if (absent_) here_.back()->erase(keys_.back());
    absent_ = false;
    keys_.pop_back();
  }
  void begin_object() override { *here_.back() = nlohmann::ordered_json::object(); }
  void end_object() override {}
  std::size_t begin_array(std::size_t count, const Hints&) override {
    *here_.back() = nlohmann::ordered_json::array();
    return count;
  }
  void end_array() override {}
  void begin_item(std::size_t) override {
    here_.back()->push_back(nullptr);
    here_.push_back(&here_.back()->back());
  }
  void end_item() override { here_.pop_back(); }
  std::vector<std::string> map_keys(const std::vector<std::string>& have) override { return have; }
  bool optional_here(bool present) override {
    absent_ = !present;
    return present;
  }
  void choice(std::string& name, const std::vector<std::string_view>&) override { *here_.back() = name; }
  void text_like(std::string& text, const Hints&) override { *here_.back() = text; }
  void integer(std::int64_t& value, double, double, const Hints&) override { *here_.back() = value; }
  void real(double& value, const Hints&) override { *here_.back() = value; }
  void scalar(bool& value, const Hints&) override { *here_.back() = value; }
  void scalar(std::string& value, const Hints&) override { *here_.back() = value; }
  void scalar(AnyJson& value, const Hints&) override {
    auto parsed = nlohmann::ordered_json::parse(value.text, nullptr, false);
    *here_.back() = parsed.is_discarded() ? nlohmann::ordered_json::object() : std::move(parsed);
  }
  void scalar(Time& value, const Hints&) override { *here_.back() = format_time(value.ms); }

 private:
  nlohmann::ordered_json root_;
  std::vector<nlohmann::ordered_json*> here_{&root_};
  std::vector<std::string> keys_;
  bool absent_ = false;
};

}  // namespace

nlohmann::json detail::write(void* value, Walk walk) {
  Writer writer;
  walk(writer, value);
  return nlohmann::json(writer.take());
}

std::string detail::write_text(void* value, Walk walk) {
  Writer writer;
  walk(writer, value);
  return writer.take().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace ava::schema
