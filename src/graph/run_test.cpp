#include "graph/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/testing.hpp"
#include "graph/preview.hpp"
#include "graph/replay.hpp"
#include "graph/testing.hpp"
#include "pipeline/sources.hpp"
#include "sample/list_reader.hpp"

namespace ava::graph {
namespace {

constexpr std::string_view kGraph = R"({"version":1,"nodes":[{"id":"in","type":"input"},
  {"id":"a","type":"augment","operations":[{"op":"rotate","angle":[-20,20]},{"op":"flop","probability":0.5}],
   "multiple":2.5},
  {"id":"out","type":"output"}],"edges":[["in","a"],["a","out"]]})";

RunSpec spec_of(const ListFolder& folder, const Inputs& inputs, const std::string& out, unsigned threads = 2) {
  RunSpec spec;
  spec.graph.text = kGraph;
  spec.inputs = inputs;
  spec.seed = 5;
  spec.threads = threads;
  spec.target.folder = (folder / out).string();
  return spec;
}

Inputs ten_pictures(const ListFolder& folder) {
  std::vector<std::string> lines;
  for (int i = 0; i < 10; ++i) {
    const std::string name = fmt::format("{}.{}", i, i % 3 == 2 ? "png" : "jpg");
    folder.write_picture(name, i, i == 4);
    lines.push_back(ListFolder::line(name, "cat"));
  }
  return folder.write(lines);
}

std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = *file::read(entry.path());
  return files;
}

TEST(GraphRun, GivesTheSameBytesOnAnyNumberOfThreads) {
  const ListFolder folder;
  const Inputs inputs = ten_pictures(folder);
  ASSERT_OK_AND(const RunResult result, run(spec_of(folder, inputs, "out1", 1), {}, {}));
  EXPECT_EQ(result.kept, 10u);
  EXPECT_EQ(result.generated, 15u);
  EXPECT_EQ(result.rows, result.counts.output);
  const auto whole = content_of(folder / "out1");
  EXPECT_EQ(whole.size(), 15u + 4u);
  for (const unsigned threads : {2u, 7u}) {
    const std::string name = fmt::format("out{}", threads);
    EXPECT_OK(run(spec_of(folder, inputs, name, threads), {}, {}));
    EXPECT_EQ(content_of(folder / name), whole) << threads;
  }
  ASSERT_OK_AND(const RunResult again, run(spec_of(folder, inputs, "out1"), {}, {}));
  EXPECT_TRUE(again.already_there);
  RunSpec other = spec_of(folder, inputs, "out1");
  other.seed = 6;
  EXPECT_ERROR(run(other, {}, {}), "target.exists");
}

TEST(GraphRun, WritesRowsThatGiveTheirPicturesAgain) {
  const ListFolder folder;
  EXPECT_OK(run(spec_of(folder, ten_pictures(folder), "out"), {}, {}));
  pipeline::Sources sources;
  sources.base_folder = (folder / "out").string();
  sources.local_roots = {"/"};
  const std::string list = (folder / "out/list.jsonl").string();
  ASSERT_OK_AND(const Verified verified, verify_replays(list, sources, 2, {}, {}));
  EXPECT_EQ(verified.rows, 25u);
  EXPECT_EQ(verified.made, 15u);
  EXPECT_TRUE(verified.mismatches.empty()) << verified.mismatches.front().detail;
  for (const auto& [name, bytes] : content_of(folder / "out/pictures")) {
    std::string damaged = bytes;
    damaged[bytes.size() / 2] ^= 1;
    EXPECT_OK(file::write_atomic(folder / ("out/pictures/" + name), damaged));
    break;
  }
  ASSERT_OK_AND(const Verified found, verify_replays(list, sources, 2, {}, {}));
  ASSERT_EQ(found.mismatches.size(), 1u);
  EXPECT_EQ(found.mismatches.front().slug, "replay.differs");
}

TEST(GraphRun, RejectsPicturesThatAreNone) {
  const ListFolder folder;
  Inputs inputs = ten_pictures(folder);
  EXPECT_OK(file::write_atomic(folder / "3.jpg", "no picture"));
  std::filesystem::remove(folder / "6.jpg");
  ASSERT_OK_AND(const RunResult result, run(spec_of(folder, inputs, "out"), {}, {}));
  EXPECT_EQ(result.rejected, 2u);
  EXPECT_EQ(result.kept, 8u);
  RunSpec strict = spec_of(folder, inputs, "strict");
  strict.max_reject_ratio = 0.1;
  EXPECT_ERROR(run(strict, {}, {}), "graph.too_many_rejects");
  EXPECT_FALSE(std::filesystem::exists(folder / "strict"));
}

TEST(GraphRun, GoesOnWithWhatWasFinished) {
  const ListFolder folder;
  const Inputs inputs = ten_pictures(folder);
  EXPECT_OK(run(spec_of(folder, inputs, "whole"), {}, {}));
  std::stop_source stop;
  const pipeline::OnProgress enough = [&stop](const pipeline::Progress& progress) {
    if (progress.phase == "publish") stop.request_stop();
  };
  RunSpec spec = spec_of(folder, inputs, "out");
  spec.max_reject_ratio = 0;
  const std::string seventh = *file::read(folder / "7.jpg");
  EXPECT_OK(file::write_atomic(folder / "7.jpg", "no picture"));
  EXPECT_ERROR(run(spec, enough, {}), "graph.too_many_rejects");
  EXPECT_OK(file::write_atomic(folder / "7.jpg", seventh));
  ASSERT_OK_AND(const RunResult result, run(spec, {}, {}));
  EXPECT_GT(result.resumed, 10u);
  auto made = content_of(folder / "out");
  EXPECT_EQ(made, content_of(folder / "whole"));
}

TEST(GraphRun, ComputesOnlyWhatIsNew) {
  const ListFolder folder;
  ten_pictures(folder);
  std::vector<std::string> lines;
  for (int i = 0; i < 10; ++i)
    lines.push_back(ListFolder::line(fmt::format("{}.{}", i, i % 3 == 2 ? "png" : "jpg"), "cat"));
  const std::vector<std::string> eight(lines.begin(), lines.begin() + 8);
  const auto made = [&](const std::vector<std::string>& rows, const std::string& out, std::string_view graph,
                        bool cached) {
    RunSpec spec = spec_of(folder, folder.write(rows), out);
    spec.graph.text = graph;
    if (cached) spec.cache = (folder / "cache").string();
    const auto result = run(spec, {}, {});
    EXPECT_TRUE(result.ok()) << result.error().text();
    return std::pair(result->generated, result->from_cache);
  };
  std::string three(kGraph);
  three.replace(three.find("2.5"), 3, "3");
  EXPECT_EQ(made(eight, "eight", kGraph, true), std::pair(12ul, 0ul));
  EXPECT_EQ(made(eight, "again", kGraph, true), std::pair(12ul, 12ul));
  EXPECT_EQ(content_of(folder / "again"), content_of(folder / "eight"));
  EXPECT_EQ(made(eight, "more of each", three, true), std::pair(16ul, 12ul));
  EXPECT_EQ(made(lines, "more rows", three, true), std::pair(20ul, 16ul));
  EXPECT_EQ(made(lines, "without", three, false), std::pair(20ul, 0ul));
  EXPECT_EQ(content_of(folder / "more rows"), content_of(folder / "without"));
  folder.write_picture("3.jpg", 77);
  EXPECT_EQ(made(lines, "other picture", three, true), std::pair(20ul, 18ul));
  std::string other(three);
  other.replace(other.find("-20"), 3, "-21");
  EXPECT_EQ(made(lines, "other operation", other, true).second, 0ul);
}

TEST(GraphRun, ComputesWhatTakesPartsOfOthersAnew) {
  const ListFolder folder;
  RunSpec spec = spec_of(folder, ten_pictures(folder), "first");
  spec.graph.text = R"({"version":1,"nodes":[{"id":"in","type":"input"},{"id":"a","type":"augment","operations":)"
                    R"([{"op":"one-of","ops":[{"op":"mosaic"}]}],"multiple":2},{"id":"out","type":"output"}],)"
                    R"("edges":[["in","a"],["a","out"]]})";
  spec.cache = (folder / "cache").string();
  EXPECT_OK(run(spec, {}, {}));
  // The list is as it was, and so are nine pictures: but parts of the tenth are in others.
  folder.write_picture("3.jpg", 77);
  const auto into = [&](const std::string& out, const std::string& cache) {
    spec.target.folder = (folder / out).string();
    spec.cache = cache;
    EXPECT_OK(run(spec, {}, {}));
    return content_of(folder / out);
  };
  const auto with = into("with", (folder / "cache").string());
  EXPECT_EQ(with, into("without", ""));
}

TEST(GraphPreview, ShowsPairsOfNewPictures) {
  const ListFolder folder;
  const Inputs inputs = ten_pictures(folder);
  ASSERT_OK_AND(const Graph graph, parse(kGraph));
  ASSERT_OK_AND(const Plan plan, Plan::make(graph, inputs, {.seed = 5}, {}));
  std::size_t told = 0;
  ASSERT_OK_AND(const auto shown,
                preview(plan, inputs, {.count = 6, .node = "a"}, [&told](const Shown&) { ++told; }, {}));
  EXPECT_EQ(told, 6u);
  ASSERT_EQ(shown.size(), 6u);
  EXPECT_EQ(shown[0].width, 32);
  EXPECT_EQ(image::sniff(shown[0].after), image::Kind::kJpeg);
  EXPECT_EQ(shown[0].before_labels.size(), 2u);
  EXPECT_TRUE(shown[0].ops.starts_with("augment(rotate/"));
  EXPECT_ERROR(preview(plan, inputs, {.node = "x"}, {}, {}), "graph.unknown_node");
}

}  // namespace
}  // namespace ava::graph
