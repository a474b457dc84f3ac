// Struct -> JSON Schema 2020-12: named structs become components once and are referred to by $ref.
#include "schema/json.hpp"

namespace ava::schema {

namespace {

class Printer final : public Visitor {
 public:
  explicit Printer(nlohmann::json* components) : components_(components) {}
  nlohmann::json take() { return std::move(root_); }

  void type(std::string_view name) override {
    if (components_ != nullptr) objects_.back().name = name;
  }

 protected:
  bool enter(std::string_view name, const Hints& hints, bool required) override {
    Object& object = objects_.back();
    if (required) object.required.emplace_back(name);
    here_.push_back(&object.properties[std::string(name)]);
    hints_.push_back(hints);
    return true;
  }
  void leave() override {
    const Hints& hints = hints_.back();
    if (!hints.doc.empty()) (*here_.back())["description"] = hints.doc;
    if (!hints.example.empty()) (*here_.back())["examples"] = {hints.example};
    hints_.pop_back();
    here_.pop_back();
  }
  void begin_object() override { objects_.emplace_back(); }
  void end_object() override {
    Object object = std::move(objects_.back());
    objects_.pop_back();
    nlohmann::json body = {{"type", "object"}};
    if (object.map) {
      body["additionalProperties"] = object.properties.at("*");
    } else {
      body["properties"] = object.properties;
      body["additionalProperties"] = false;
      if (!object.required.empty()) body["required"] = object.required;
    }
    if (object.name.empty()) {
      *here_.back() = std::move(body);
      return;
    }
    (*components_)[object.name] = std::move(body);
    *here_.back() = {{"$ref", "#/components/schemas/" + object.name}};
  }
  std::size_t begin_array(std::size_t, const Hints& hints) override {
    *here_.back() = {{"type", "array"}};
    if (hints.min) (*here_.back())["minItems"] = static_cast<std::int64_t>(*hints.min);
    if (hints.max) (*here_.back())["maxItems"] = static_cast<std::int64_t>(*hints.max);
    return 1;
  }
  void end_array() override {}
  void begin_item(std::size_t) override { here_.push_back(&(*here_.back())["items"]); }
  void end_item() override { here_.pop_back(); }
  std::vector<std::string> map_keys(const std::vector<std::string>&) override {
    objects_.back().map = true;
    return {"*"};
  }
  bool optional_here(bool) override { return true; }
  void choice(std::string&, const std::vector<std::string_view>& allowed) override {
    *here_.back() = {{"type", "string"}, {"enum", allowed}};
  }
  void text_like(std::string& text, const Hints& hints) override { scalar(text, hints); }
  void integer(std::int64_t&, double, double, const Hints& hints) override { number("integer", hints); }
  void real(double&, const Hints& hints) override { number("number", hints); }
  void scalar(bool&, const Hints&) override { *here_.back() = {{"type", "boolean"}}; }
  void scalar(std::string&, const Hints& hints) override {
    *here_.back() = {{"type", "string"}};
    if (hints.min) (*here_.back())["minLength"] = static_cast<std::int64_t>(*hints.min);
    if (hints.max) (*here_.back())["maxLength"] = static_cast<std::int64_t>(*hints.max);
    if (!hints.format.empty()) (*here_.back())["format"] = hints.format;
  }
  void scalar(AnyJson&, const Hints&) override { *here_.back() = {{"type", "object"}, {"additionalProperties", true}}; }
  void scalar(Time&, const Hints&) override { *here_.back() = {{"type", "string"}, {"format", "date-time"}}; }

 private:
  struct Object {
    std::string name;
    nlohmann::json properties = nlohmann::json::object();
    std::vector<std::string> required;
    bool map = false;
  };

  void number(const char* type, const Hints& hints) {
    *here_.back() = {{"type", type}};
    if (hints.min) (*here_.back())["minimum"] = *hints.min;
    if (hints.max) (*here_.back())["maximum"] = *hints.max;
  }

  nlohmann::json* components_;
  nlohmann::json root_;
  std::vector<nlohmann::json*> here_{&root_};
  std::vector<Object> objects_;
  std::vector<Hints> hints_;
};

}  // namespace

nlohmann::json detail::json_schema(void* value, Walk walk, nlohmann::json* components) {
  Printer printer(components);
  walk(printer, value);
  return printer.take();
}

}  // namespace ava::schema
