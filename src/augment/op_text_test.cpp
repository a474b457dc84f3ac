#include "augment/op_text.hpp"

#include <nlohmann/json.hpp>

#include "augment/all.hpp"
#include "augment/scene.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using nlohmann::json;

TEST(OpText, ReadsTheOriginalsLists) {
  ASSERT_OK_AND(const auto specs, parse_ops("flip;flop;rotate/[10,20];"));
  ASSERT_EQ(specs.size(), 3U);
  EXPECT_EQ(specs[2].settings[0].low, 10);
  EXPECT_EQ(specs[2].settings[0].high, 20);
  ASSERT_OK_AND(const auto none, parse_ops(" "));
  EXPECT_TRUE(none.empty());
}

TEST(OpText, StepsAreWrittenAndReadAgain) {
  ASSERT_OK_AND(const auto steps, parse_steps("augment(rotate/13.72;flop;rotate/-5,expand,mirror)"));
  EXPECT_EQ(ops_text(steps), "augment(rotate/13.72;flop;rotate/-5,expand,mirror)");
  ASSERT_OK_AND(const auto old, parse_steps("augment(rotate(13.72),flop())"));
  EXPECT_EQ(ops_text(old), "augment(rotate/13.72;flop)");
  ASSERT_OK_AND(const auto none, parse_steps("augment()"));
  EXPECT_EQ(ops_text(none), "augment()");
}

TEST(OpText, SaysWhatIsWrong) {
  EXPECT_ERROR(parse_ops("rotat/5"), "op.unknown");
  EXPECT_EQ(parse_ops("rotat/5").error().details().at("nearest"), "rotate");
  EXPECT_ERROR(parse_ops("rotate/400"), "op.bad_argument");
  EXPECT_ERROR(parse_ops("rotate/nan"), "op.bad_argument");
  EXPECT_ERROR(parse_ops("rotate/5,keep,black,7"), "op.too_many_arguments");
  EXPECT_ERROR(parse_ops("rotate/[5"), "op.bad_text");
  EXPECT_ERROR(parse_ops("one-of"), "op.bad_text");
  EXPECT_ERROR(parse_steps("augment(rotate)"), "op.bad_argument");
  EXPECT_ERROR(parse_steps("augment(rotate/[1,2])"), "op.range_in_step");
  EXPECT_ERROR(parse_steps("download()"), "op.bad_text");
}

TEST(OpJson, RoundTripLeavesOutWhatIsDefault) {
  const json document = json::parse(
      R"({"op":"one-of","ops":[{"angle":[5,10],"op":"rotate","probability":0.5},{"op":"flip"}],"probability":0.25})");
  ASSERT_OK_AND(const OpSpec spec, op_from_json(document));
  EXPECT_EQ(op_to_json(spec), document);
  ASSERT_OK_AND(const OpSpec plain, op_from_json(json::parse(R"({"op":"rotate","angle":[-15,15],"fit":"keep"})")));
  EXPECT_EQ(op_to_json(plain).dump(), R"({"op":"rotate"})");
}

TEST(OpJson, PointsAtWhatIsWrong) {
  const auto error = [](const char* text) { return op_from_json(json::parse(text), "/nodes/1/operations/0").error(); };
  EXPECT_EQ(error(R"({"op":"rotate","angel":5})").slug(), "op.unknown_argument");
  EXPECT_EQ(error(R"({"op":"rotate","angel":5})").details().at("nearest"), "angle");
  EXPECT_EQ(error(R"({"op":"rotate","angle":"x"})").pointer(), "/nodes/1/operations/0/angle");
  EXPECT_EQ(error(R"({"op":"one-of"})").slug(), "op.no_members");
  EXPECT_EQ(error(R"({"op":"one-of","ops":[{"op":"flp"}]})").pointer(), "/nodes/1/operations/0/ops/0/op");
  EXPECT_EQ(error(R"({"op":"rotate","probability":2})").slug(), "op.bad_argument");
}

TEST(OpJson, SetsInSetsEndSomewhere) {
  json nested = {{"op", "flip"}};
  for (int i = 0; i < 8; ++i) nested = {{"op", "sequence"}, {"ops", json::array({nested})}};
  EXPECT_OK(op_from_json(nested));
  for (int i = 0; i < 2; ++i) nested = {{"op", "sequence"}, {"ops", json::array({nested})}};
  EXPECT_ERROR(op_from_json(nested), "op.too_deep");
}

TEST(Draw, IsAFunctionOfTheKeyAndStaysInTheRange) {
  ASSERT_OK_AND(const auto specs, parse_ops("rotate/[10,20],[keep,crop]"));
  int crops = 0;
  for (std::uint64_t key = 0; key < 200; ++key) {
    Draws draws(key);
    Draws again(key);
    const Step step = draw_values(specs[0], draws);
    EXPECT_EQ(step.str(), draw_values(specs[0], again).str());
    EXPECT_GE(step.number(0), 10);
    EXPECT_LE(step.number(0), 20);
    EXPECT_EQ(rounded(step.number(0)), step.number(0));
    crops += step.text(1) == "crop" ? 1 : 0;
  }
  EXPECT_GT(crops, 60);
  EXPECT_LT(crops, 140);
}

TEST(Sets, ChooseAmongTheirMembers) {
  const auto count = [](const char* text) {
    const OpSpec spec = op_from_json(json::parse(text)).value();
    std::map<std::string, int> seen;
    for (std::uint64_t key = 0; key < 200; ++key) {
      Draws draws(key);
      Scene scene({}, image::Pixels{4, 4, 3, std::vector<std::uint8_t>(48)});
      std::vector<Step> steps;
      EXPECT_OK(spec.op->perform(spec, scene, draws, steps));
      ++seen[ops_text(steps)];
    }
    return seen;
  };
  auto one = count(R"({"op":"one-of","ops":[{"op":"flip"},{"op":"flop","probability":0.25}]})");
  EXPECT_EQ(one.size(), 2U);
  EXPECT_NEAR(one["augment(flip)"], 160, 20);
  auto some = count(R"({"op":"some-of","count":2,"ops":[{"op":"flip"},{"op":"flop"},{"op":"rotate","angle":90}]})");
  EXPECT_EQ(some.size(), 6U);
  auto all = count(R"({"op":"sequence","ops":[{"op":"flip"},{"op":"flop"}]})");
  EXPECT_EQ(all["augment(flip;flop)"], 200);
}

}  // namespace
}  // namespace ava::augment
