#include "base/testing.hpp"
#include "schema/json.hpp"

namespace ava::schema {
namespace {

enum class Colour { kRed, kGreen };
std::span<const EnumName<Colour>> enum_names(Colour) {
  static constexpr EnumName<Colour> kNames[] = {{Colour::kRed, "red"}, {Colour::kGreen, "green"}};
  return kNames;
}

struct Part {
  int count = 0;
};
void describe(Visitor& v, Part& x) {
  v.type("Part");
  v.field("count", x.count, {.min = 0, .max = 100});
}

struct Thing {
  std::string name;
  std::optional<std::string> note;
  Colour colour = Colour::kRed;
  std::vector<Part> parts;
  std::map<std::string, double> splits;
  AnyJson params;
  std::optional<Time> made;
  double ratio = 0.5;
};
void describe(Visitor& v, Thing& x) {
  v.type("Thing");
  v.field("name", x.name, {.doc = "Its name", .min = 2, .max = 4});
  v.field("note", x.note);
  v.field("colour", x.colour, {.required = false});
  v.field("parts", x.parts, {.required = false});
  v.field("splits", x.splits, {.required = false});
  v.field("params", x.params, {.required = false});
  v.field("made", x.made);
  v.field("ratio", x.ratio, {.required = false});
}

TEST(Schema, ReadsWhatItWrites) {
  const std::string text =
      R"({"name":"猫咪","note":"n","colour":"green","parts":[{"count":1},{"count":2}],"splits":{"train":70.5},)"
      R"("params":{"a":[1]},"made":"2018-06-27T11:56:19.000Z","ratio":0.25})";
  ASSERT_OK_AND(const Thing thing, from_text<Thing>(text));
  EXPECT_EQ(thing.parts.size(), 2u);
  EXPECT_EQ(thing.splits.at("train"), 70.5);
  EXPECT_EQ(to_text(thing), text);
}

TEST(Schema, LeavesOutWhatIsNotThereAndKeepsDefaults) {
  ASSERT_OK_AND(const Thing thing, from_text<Thing>(R"({"name":"ab"})"));
  EXPECT_EQ(thing.ratio, 0.5);
  EXPECT_FALSE(to_json(thing).contains("note"));
  EXPECT_FALSE(to_json(thing).contains("made"));
}

TEST(Schema, PointsAtTheFieldThatIsWrong) {
  const auto pointer_and_slug = [](const char* text) {
    const auto result = from_text<Thing>(text);
    return result.ok() ? "ok" : result.error().pointer() + " " + result.error().slug();
  };
  EXPECT_EQ(pointer_and_slug(R"({})"), "/name field.missing");
  EXPECT_EQ(pointer_and_slug(R"({"name":"a"})"), "/name field.range");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","nam":1})"), "/nam field.unknown");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","colour":"blue"})"), "/colour field.choice");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","parts":[{"count":1},{"count":101}]})"), "/parts/1/count field.range");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","parts":[{"count":1.5}]})"), "/parts/0/count field.type");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","parts":3})"), "/parts field.type");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","parts":[4]})"), "/parts/0 field.type");
  EXPECT_EQ(pointer_and_slug(R"({"name":"ab","made":"x"})"), "/made time.bad");
  EXPECT_EQ(pointer_and_slug(R"([])"), " field.type");
}

TEST(Schema, NamesLineAndColumnOfBadJson) {
  const auto result = from_text<Thing>("{\n  \"name\": \"猫\" \"x\"\n}");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().slug(), "json.bad");
  EXPECT_EQ(result.error().details().at("line"), "2");
}

TEST(Schema, PrintsJsonSchemaWithNamedParts) {
  nlohmann::json components;
  const auto top = schema_of<Thing>(&components);
  EXPECT_EQ(top["$ref"], "#/components/schemas/Thing");
  EXPECT_EQ(components["Thing"]["required"], nlohmann::json({"name"}));
  EXPECT_EQ(components["Thing"]["properties"]["name"]["maxLength"], 4);
  EXPECT_EQ(components["Thing"]["properties"]["parts"]["items"]["$ref"], "#/components/schemas/Part");
  EXPECT_EQ(components["Thing"]["properties"]["splits"]["additionalProperties"]["type"], "number");
}

// A stranger's body must not end the server's stack.
TEST(Json, IsReadTo128Deep) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_OK(parse(nested(128)));
  EXPECT_ERROR(parse(nested(129)), "json.bad");
  EXPECT_ERROR(parse(std::string(1 << 20, '{')), "json.bad");
  EXPECT_OK(parse("[\"" + std::string(500, '[') + "\\\"[\"]"));  // brackets in texts are text
}

}  // namespace
}  // namespace ava::schema
