// A dataset becomes another through a graph: the manual's recipe, what is refused, and what stays as long as it is
// used.
#include "dataset/preprocess_service.hpp"

#include <nlohmann/json.hpp>

#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

class Preprocessing : public World {
 protected:
  void SetUp() override {
    World::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    service_ =
        std::make_unique<PreprocessService>(PreprocessService::Parts{db(), *buckets_, *jobs_, *datasets_, clock_});
    bind();
  }
  /// The manual's example: one class twice by random operations, every other one as it is.
  static std::string recipe(const std::string& cls = "dog", const std::string& list = {}) {
    const std::string input = list.empty() ? "" : R"(,"list":")" + list + "\"";
    return R"({"version":1,"nodes":[{"id":"in","type":"input")" + input +
           R"(},{"id":"some","type":"filter","label":"classification.animal","values":[")" + cls +
           R"("]},{"id":"more","type":"augment","operations":[{"op":"flop"},{"op":"rotate","angle":[10,20]}],)"
           R"("multiple":2},{"id":"rest","type":"filter","label":"classification.animal","values":[")" +
           cls +
           R"("],"mode":"exclude"},{"id":"out","type":"output"}],"edges":[["in","some"],["some","more"],)"
           R"(["more","out"],["in","rest"],["rest","out"]]})";
  }
  static PreprocessDataset request(const std::string& name, const std::string& graph = recipe()) {
    PreprocessDataset asked;
    asked.graph = {graph};
    asked.name = name;
    asked.seed = 7;
    return asked;
  }
  Result<Dataset> made(const DatasetId& from, const PreprocessDataset& asked) {
    AVA_TRY(const auto started, service_->start(anna_, from, asked));
    AVA_CHECK(work(started.job.id.str()));
    return datasets_->find(started.dataset.id);
  }
  std::string list_of(const Dataset& dataset) const {
    auto text = file::read(root_ / "storage/main" / dataset.prefix / "index.lst");
    EXPECT_OK(text);
    return text.ok() ? *text : "";
  }

  std::unique_ptr<PreprocessService> service_;
};
AVA_ON_EVERY_DATABASE(Preprocessing);

TEST_P(Preprocessing, DoublesOneClassAndKeepsTheOthers) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const Dataset more, made(animals.id, request("more dogs")));
  ASSERT_EQ(more.state, DatasetState::kSuccess) << (more.error ? more.error->detail : "");
  EXPECT_EQ(more.item_count, 4 + 4 + 4);
  EXPECT_EQ(more.source.kind, SourceKind::kPreprocess);
  EXPECT_EQ(more.source.file_name, "animals");
  ASSERT_TRUE(more.lineage.has_value());
  EXPECT_EQ(more.lineage->parents[0].id, animals.id.str());
  EXPECT_EQ(more.lineage->seed, 7);
  EXPECT_NE(more.lineage->graph.text.find("rotate"), std::string::npos);
  ASSERT_TRUE(more.lineage->counts.has_value());
  EXPECT_EQ(more.lineage->counts->made, 4);
  ASSERT_OK_AND(const auto storage, datasets_->storage_of(more));
  const Contents contents(storage, more.prefix);
  ASSERT_OK_AND(const auto stats, contents.stats());
  EXPECT_EQ(stats.file_count, 12u);
  ASSERT_EQ(stats.labels[0].count.size(), 2u);
  for (const auto& one : stats.labels[0].count) EXPECT_EQ(one.count, one.cls == "dog" ? 8u : 4u);
  EXPECT_NE(list_of(more).find("qiniu:///main/ava/default/datasets/more dogs/"), std::string::npos);
  EXPECT_TRUE(holds(more.prefix + "/pictures/"));
  EXPECT_FALSE(datasets_->list({})->items[0].lineage.has_value()) << "a page of graphs would be megabytes";
}

TEST_P(Preprocessing, MakesTheSameOfTheSameAndGoesOnAfterAKill) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const Dataset once, made(animals.id, request("once")));
  ASSERT_OK_AND(const auto started, service_->start(anna_, animals.id, request("again")));
  ASSERT_OK(work(started.job.id.str()));
  // The worker was killed between its end and the server's note of it: the same order answers what is there.
  ASSERT_OK_AND(const auto outcome, work(started.job.id.str()));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kSucceeded) << outcome.reason.detail;
  ASSERT_OK_AND(const Dataset again, datasets_->find(started.dataset.id));
  std::string expected = list_of(once);
  for (std::size_t at = expected.find("/once/"); at != std::string::npos; at = expected.find("/once/"))
    expected.replace(at, 6, "/again/");
  EXPECT_EQ(list_of(again), expected);
}

TEST_P(Preprocessing, KeepsItsParentsAndSoDoesItsCopy) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const auto started, service_->start(anna_, animals.id, request("more")));
  EXPECT_ERROR(datasets_->remove(anna_, animals.id), "dataset.in_use");
  ASSERT_OK(work(started.job.id.str()));
  EXPECT_ERROR(datasets_->remove(anna_, animals.id), "dataset.in_use");
  ASSERT_OK_AND(const Dataset copy, datasets_->copy(anna_, started.dataset.id, {"copy", {}}));
  ASSERT_OK(work(*copy.job_id));
  EXPECT_EQ(datasets_->find(copy.id)->lineage->parents[0].id, animals.id.str());
  ASSERT_OK(datasets_->remove(anna_, started.dataset.id));
  const auto refused = datasets_->remove(anna_, animals.id);
  EXPECT_ERROR(refused, "dataset.in_use");
  EXPECT_NE(refused.error().details().at("users").find("copy"), std::string::npos);
  ASSERT_OK(datasets_->remove(anna_, copy.id));
  EXPECT_OK(datasets_->remove(anna_, animals.id));
}

TEST_P(Preprocessing, RefusesAWrongGraphWithAllThatIsWrong) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  const std::string wrong = R"({"version":1,"nodes":[{"id":"in","type":"input"},{"id":"a","type":"augment",)"
                            R"("operations":[{"op":"rotat"}]},{"id":"out","type":"output"}],"edges":[["in","a"]]})";
  const auto refused = service_->start(anna_, animals.id, request("more", wrong));
  EXPECT_ERROR(refused, "graph.wrong");
  EXPECT_EQ(refused.error().pointer(), "/graph");
  const auto problems = nlohmann::json::parse(refused.error().details().at("problems"));
  EXPECT_GE(problems.size(), 2u) << problems;
  ASSERT_OK_AND(const auto checked, service_->check(animals.id, {{wrong}, {}}));
  EXPECT_EQ(checked.problems.size(), problems.size());
  EXPECT_FALSE(checked.counts.has_value());
  EXPECT_ERROR(service_->check(animals.id, {{"{}"}, {}}), "graph.bad");
}

TEST_P(Preprocessing, CountsEveryEdgeAndWarnsOfWhatIsGone) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const auto checked, service_->check(animals.id, {{recipe()}, {}}));
  EXPECT_TRUE(checked.problems.empty());
  ASSERT_TRUE(checked.counts.has_value());
  EXPECT_EQ(checked.counts->output, 12u);
  for (const auto& edge : checked.counts->edges) {
    if (edge.from == "some") {
      EXPECT_EQ(edge.items, 4u);
    }
    if (edge.from == "more") {
      EXPECT_EQ(edge.items, 8u);
    }
  }
  ASSERT_OK_AND(const auto warned, service_->check(animals.id, {{recipe("bird")}, {}}));
  ASSERT_FALSE(warned.problems.empty());
  EXPECT_EQ(warned.problems[0].slug, "graph.class_gone");
  EXPECT_EQ(warned.problems[0].severity, "warning");
  EXPECT_EQ(warned.counts->output, 8u) << "a warning stops nobody";
}

TEST_P(Preprocessing, TakesOnlyDatasetsWithAListThatAreReady) {
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const Dataset unready, new_dataset("unready"));
  EXPECT_ERROR(service_->start(anna_, unready.id, request("more")), "dataset.not_ready");
  EXPECT_ERROR(service_->start(anna_, DatasetId::make(), request("more")), "dataset.not_found");
  ASSERT_OK_AND(const auto foreign, service_->check(animals.id, {{recipe("dog", unready.id.str())}, {}}));
  EXPECT_EQ(foreign.problems.at(0).slug, "graph.foreign_dataset");
  EXPECT_EQ(foreign.problems.at(0).node, "in");
  EXPECT_ERROR(service_->start(anna_, animals.id, request("animals")), "dataset.name_taken");
  EXPECT_ERROR(service_->start(anna_, animals.id, request("a/b")), "name.bad");
  PreprocessDataset elsewhere = request("more");
  elsewhere.bucket = "nowhere";
  EXPECT_ERROR(service_->start(anna_, animals.id, elsewhere), "bucket.not_found");
  // Anybody may make something of what everybody may see.
  EXPECT_OK(service_->start(bob_, animals.id, request("bobs")));
}

TEST_P(Preprocessing, WorksWithUnlabelledData) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += line(i, {});
  ASSERT_OK_AND(const Dataset plain, dataset("plain", text));
  const std::string graph = R"({"version":1,"nodes":[{"id":"in","type":"input"},{"id":"a","type":"augment",)"
                            R"("operations":[{"op":"flop"}],"multiple":1.5},{"id":"out","type":"output"}],)"
                            R"("edges":[["in","a"],["a","out"]]})";
  ASSERT_OK_AND(const Dataset more, made(plain.id, request("more", graph)));
  EXPECT_EQ(more.item_count, 12);
  EXPECT_FALSE(more.labelled);
}

TEST_P(Preprocessing, ListsPicturesThatCannotBeRead) {
  put("pictures/1.png", "no picture");  // a dog
  ASSERT_OK_AND(const Dataset animals, dataset());
  ASSERT_OK_AND(const Dataset more, made(animals.id, request("more")));
  ASSERT_EQ(more.state, DatasetState::kSuccess) << (more.error ? more.error->detail : "");
  EXPECT_EQ(more.reject_count, more.lineage->counts->rejected);
  EXPECT_GE(more.reject_count, 1);
  ASSERT_OK_AND(const auto rejects, datasets_->rejects(more.id, {}));
  ASSERT_FALSE(rejects.items.empty());
  EXPECT_EQ(rejects.items[0].url, "qiniu:///main/pictures/1.png");
}

}  // namespace
}  // namespace ava::dataset
