// Bodies, pages, repeats and errors: what every route has in common, shown on some of them.
#include "api/testing.hpp"

namespace ava::api {
namespace {

using http::Method;

class Routes : public ApiWorld {
 protected:
  std::string upload_id(const std::string& text = list_text()) { return upload(anna_, "list.json", text).str(); }
  std::string create_body(const std::string& name, const std::string& upload) {
    return R"({"name":")" + name + R"(","source":{"kind":"upload","upload_id":")" + upload + "\"}}";
  }
  static http::Headers key(const std::string& value) {
    http::Headers headers;
    headers.set("Idempotency-Key", value);
    return headers;
  }
};
AVA_ON_EVERY_DATABASE(Routes);

TEST_P(Routes, NameTheFieldThatIsWrong) {
  bind();
  const auto refused = [&](const std::string& body) { return post(as_anna_, "/api/v1/datasets", body); };
  const Answer missing = refused(R"({"source":{"kind":"upload"}})");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.pointer(), "/name");
  EXPECT_EQ(refused(R"({"name":"x1","source":{"kind":"uri","uri":7}})").pointer(), "/source/uri");
  EXPECT_EQ(refused(R"({"name":"x1","source":{"kind":"uri"},"colour":1})").pointer(), "/colour");
  EXPECT_EQ(refused(R"({"name":"../x","source":{"kind":"uri"}})").pointer(), "/name");
  EXPECT_EQ(refused(R"({"name":"x1","source":{"kind":"upload","upload_id":"ds_1"}})").pointer(), "/source/upload_id");
  EXPECT_EQ(refused("{").status, 400);
  EXPECT_EQ(refused("[]").status, 400);
  EXPECT_EQ(refused("").status, 400);
  EXPECT_EQ(missing.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(missing.json["request_id"], "rq_1");
}

TEST_P(Routes, AnswerAcceptedWithTheJobForLongWork) {
  bind();
  const Answer made = post(as_anna_, "/api/v1/datasets", create_body("动物", upload_id()));
  ASSERT_EQ(made.status, 202) << made.text;
  EXPECT_EQ(made.json["state"], "creating");
  const Answer job = get(as_bob_, "/api/v1/jobs/" + made.json["job_id"].get<std::string>());
  EXPECT_EQ(job.json["kind"], "dataset.import");
  EXPECT_EQ(job.json["state"], "queued");
  EXPECT_EQ(job.json["subject"]["name"], "动物");
  EXPECT_EQ(get(as_anna_, "/api/v1/jobs?state=queued").json["items"].size(), 1u);
  EXPECT_EQ(get(as_anna_, "/api/v1/jobs?state=tired").status, 400);
}

TEST_P(Routes, VerifyABatchAndTellWhatWasFound) {
  bind();
  put("pictures/2.png", "this is no picture");
  ASSERT_OK_AND(const auto ready, dataset());
  ASSERT_OK_AND(const auto sets, formatted(ready.id));
  const std::string path = "/api/v1/formatted-sets/" + sets[0].id.str();
  EXPECT_EQ(get(as_bob_, path + "/verify").slug(), "formatted_set.not_verified");
  const Answer started = post(as_bob_, path + "/verify", "");
  ASSERT_EQ(started.status, 202) << started.text;
  EXPECT_EQ(started.json["job"]["kind"], "dataset.verify");
  ASSERT_OK(work(started.json["job"]["id"].get<std::string>()));
  const Answer found = get(as_bob_, path + "/verify");
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_EQ(found.json["job"]["state"], "succeeded");
  EXPECT_EQ(found.json["report"]["ok"], true);
  EXPECT_EQ(found.json["report"]["sets"][0]["path"], "recordio/train");
  const Answer rejects = get(as_bob_, path + "/rejects");
  ASSERT_EQ(rejects.json["items"].size(), 1u) << rejects.text;
  EXPECT_EQ(rejects.json["items"][0]["slug"], "picture.unsupported");
}

TEST_P(Routes, ListTheRejectsOfAnImportThatFailedForThem) {
  bind();
  const Answer made = post(as_anna_, "/api/v1/datasets", create_body("bad", upload_id("no json\n")));
  ASSERT_OK(work(made.json["job_id"].get<std::string>()));
  const std::string path = "/api/v1/datasets/" + made.json["id"].get<std::string>();
  EXPECT_EQ(get(as_anna_, path).json["error"]["slug"], "list.no_items");
  const Answer rejects = get(as_anna_, path + "/rejects");
  ASSERT_EQ(rejects.status, 200) << rejects.text;
  EXPECT_EQ(rejects.json["items"][0]["line"], 1);
}

TEST_P(Routes, RepeatTheFirstAnswerForARepeatedKey) {
  bind();
  const std::string body = create_body("animals", upload_id());
  const Answer first = post(as_anna_, "/api/v1/datasets", body, key("k1"));
  ASSERT_EQ(first.status, 202) << first.text;
  const Answer again = post(as_anna_, "/api/v1/datasets", body, key("k1"));
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(post(as_anna_, "/api/v1/datasets", create_body("beasts", upload_id()), key("k1")).slug(),
            "idempotency.other_request");
  EXPECT_EQ(post(as_bob_, "/api/v1/datasets", body, key("k1")).slug(), "upload.not_found") << "keys are one's own";
  EXPECT_EQ(post(as_anna_, "/api/v1/datasets", body).slug(), "dataset.name_taken");
}

TEST_P(Routes, MayRepeatAKeyAfterARefusal) {
  bind();
  const std::string body = create_body("animals", upload_id());
  const auto create = [&] { return post(as_anna_, "/api/v1/datasets", body, key("k1")); };
  ASSERT_OK(new_dataset("animals"));
  EXPECT_EQ(create().slug(), "dataset.name_taken");
  ASSERT_OK(datasets_->remove(anna_, datasets_->list({})->items[0].id));
  const auto page = *jobs_->list({});
  for (const auto& job : page.items) end_job_row(job.id.str(), "cancelled");
  ASSERT_OK(datasets_->purge());
  EXPECT_EQ(create().status, 202);
}

TEST_P(Routes, ListPageByPage) {
  bind();
  for (const char* name : {"set-1", "set-2", "set-3"}) ASSERT_OK(new_dataset(name));
  const Answer first = get(as_anna_, "/api/v1/datasets?limit=2");
  ASSERT_EQ(first.json["items"].size(), 2u);
  EXPECT_EQ(first.json["items"][0]["name"], "set-3");
  const Answer rest = get(as_anna_, "/api/v1/datasets?limit=2&cursor=" + first.json["next_cursor"].get<std::string>());
  ASSERT_EQ(rest.json["items"].size(), 1u);
  EXPECT_EQ(rest.json["items"][0]["name"], "set-1");
  EXPECT_TRUE(rest.json["next_cursor"].is_null());
  EXPECT_EQ(get(as_anna_, "/api/v1/datasets?search=%2D2").json["items"].size(), 1u);
  for (const char* bad : {"limit=0", "limit=501", "limit=x"})
    EXPECT_EQ(get(as_anna_, std::string("/api/v1/datasets?") + bad).slug(), "http.bad_query") << bad;
}

TEST_P(Routes, RefuseIdsOfOtherNouns) {
  for (const char* path : {"/api/v1/datasets/tr_x", "/api/v1/formatted-sets/1", "/api/v1/trainings/tr_..x",
                           "/api/v1/models/ds_1", "/api/v1/runs/run"})
    EXPECT_EQ(get(as_anna_, path).slug(), "id.bad") << path;
  EXPECT_EQ(get(as_anna_, "/api/v1/datasets/" + dataset::DatasetId::make().str()).status, 404);
  EXPECT_EQ(get(as_anna_, "/api/v1/nothing").slug(), "http.no_route");
  EXPECT_EQ(ask(as_anna_, Method::kPut, "/api/v1/datasets").slug(), "http.method_not_allowed");
}

TEST_P(Routes, SayWhoUsesWhatCannotBeDeleted) {
  prepare_sets();
  const Answer refused = ask(as_anna_, Method::kDelete, "/api/v1/datasets/" + train_set_.dataset.id);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.slug(), "dataset.in_use");
  ASSERT_TRUE(refused.json["context"]["users"].is_array()) << refused.text;
  EXPECT_EQ(refused.json["context"]["users"].size(), 2u);
  EXPECT_EQ(refused.json["context"]["users"][0]["type"], "formatted_set");
}

TEST_P(Routes, WalkFromABucketToAPictureASetAndATraining) {
  const Answer unbound = post(as_anna_, "/api/v1/datasets", create_body("animals", upload_id()));
  EXPECT_EQ(unbound.slug(), "bucket.none_bound");
  bind();
  const Answer sent = post(as_anna_, "/api/v1/uploads?filename=%E5%88%97%E8%A1%A8.json", list_text() + "broken\n");
  ASSERT_EQ(sent.status, 201) << sent.text;
  EXPECT_EQ(sent.json["filename"], "列表.json");
  EXPECT_EQ(sent.json["kind"], "list");
  const Answer made = post(as_anna_, "/api/v1/datasets", create_body("动物", sent.json["id"].get<std::string>()));
  const std::string dataset = "/api/v1/datasets/" + made.json["id"].get<std::string>();
  EXPECT_EQ(get(as_anna_, dataset + "/stats").slug(), "dataset.not_ready");
  ASSERT_OK(work(made.json["job_id"].get<std::string>()));
  EXPECT_EQ(get(as_anna_, dataset).json["item_count"], 8);
  EXPECT_EQ(get(as_anna_, dataset + "/stats").json["file_count"], 8);
  EXPECT_EQ(get(as_anna_, dataset + "/rejects").json["items"][0]["line"], 9);
  const Answer samples = get(as_anna_, dataset + "/samples?class=%E7%8C%AB&limit=2");
  ASSERT_EQ(samples.json["items"].size(), 2u) << samples.text;
  const Answer picture = get(as_anna_, samples.json["items"][1]["picture_url"].get<std::string>());
  EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(picture.text, dataset::tiny_png());
  EXPECT_EQ(get(as_anna_, dataset + "/samples/x/picture").slug(), "dataset.no_sample");
  EXPECT_NE(get(as_anna_, dataset + "/list").text.find("qiniu:///main/pictures/0.png"), std::string::npos);

  const Answer wrong = post(as_anna_, dataset + "/formatted-sets", R"({"formats":["raw"],"splits":{"train":170}})");
  EXPECT_EQ(wrong.pointer(), "/splits/train");
  const Answer batch =
      post(as_anna_, dataset + "/formatted-sets", R"({"formats":["raw"],"splits":{"train":75,"val":25}})");
  ASSERT_EQ(batch.status, 202) << batch.text;
  ASSERT_OK(work(batch.json["job_id"].get<std::string>()));
  const std::string set = batch.json["items"][0]["id"].get<std::string>();
  EXPECT_EQ(get(as_anna_, "/api/v1/formatted-sets/" + set).json["state"], "done");
  EXPECT_EQ(get(as_anna_, "/api/v1/formatted-sets/" + set + "/stats").json["file_count"], 6);

  const Answer training = post(as_anna_, "/api/v1/trainings",
                               R"({"name":"数字","train_set_id":")" + set + R"(","image":"i","command":"true"})");
  ASSERT_EQ(training.status, 202) << training.text;
  EXPECT_EQ(training.json["train_set"]["dataset"]["name"], "动物");
  const std::string path = "/api/v1/trainings/" + training.json["id"].get<std::string>();
  EXPECT_EQ(ask(as_anna_, Method::kDelete, path).slug(), "training.running");
  EXPECT_EQ(post(as_anna_, path + "/stop", "").status, 202);
  EXPECT_EQ(get(as_anna_, path + "/log").json["text"], "");
  EXPECT_EQ(get(as_anna_, path + "/log/file").status, 404);
}

}  // namespace
}  // namespace ava::api
