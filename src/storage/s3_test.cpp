// What S3's answers mean, what is tried again, and that keys are never repeated: against answers written by hand.
#include "storage/s3.hpp"

#include "base/file.hpp"
#include "base/testing.hpp"
#include "remote/testing.hpp"
#include "remote/xml_text.hpp"
#include "storage/all.hpp"
#include "storage/kodo.hpp"
#include "storage/storage_config.hpp"

namespace ava::storage {
namespace {

using remote::testing::Asked;
using remote::testing::reply;
using remote::testing::TinyServer;

std::shared_ptr<Storage> bucket_at(const TinyServer& server,
                                   const remote::Credentials& keys = {"AK", "geheimnis", ""}) {
  return *open("s3://shop/pre?endpoint=" + server.url(), {.keys = keys});
}

std::string s3_error(int status, const std::string& code, const std::string& headers = "") {
  return reply(status,
               "<?xml version=\"1.0\"?><Error><Code>" + code +
                   "</Code><Message>so it is</Message><StringToSign>geheimnis</StringToSign></Error>",
               headers);
}

TEST(S3Errors, SayWhatIsWrongAndWhatToDo) {
  struct Case {
    int status;
    const char* code;
    const char* slug;
    const char* hint;
  };
  for (const Case& c : {Case{404, "NoSuchKey", "object.not_found", ""},
                        Case{404, "NoSuchBucket", "storage.bucket_missing", "create the bucket"},
                        Case{403, "AccessDenied", "storage.denied", "read, write, list and delete"},
                        Case{403, "SignatureDoesNotMatch", "storage.bad_keys", "secret key"},
                        Case{403, "RequestTimeTooSkewed", "storage.clock_skew", "set the time"},
                        Case{400, "ExpiredToken", "storage.token_expired", "fresh ones"},
                        Case{301, "PermanentRedirect", "storage.wrong_region", "region=eu-central-1"},
                        Case{400, "AuthorizationHeaderMalformed", "storage.wrong_region", "region=eu-central-1"},
                        Case{400, "EntityTooLarge", "storage.refused", ""}}) {
    const TinyServer server([&](const Asked&, int) {
      return s3_error(c.status, c.code, "x-amz-bucket-region: eu-central-1\r\nLocation: http://127.0.0.1:1/\r\n");
    });
    const auto result = bucket_at(server)->read("x", 10);
    EXPECT_ERROR(result, c.slug);
    EXPECT_THAT(result.error().hint(), ::testing::HasSubstr(c.hint));
    EXPECT_EQ((result.error().text() + result.error().hint()).find("geheimnis"), std::string::npos);
    EXPECT_EQ(server.asked().size(), 1u) << c.code << " was tried again";
  }
}

TEST(S3Errors, OverloadIsTriedAgainThreeTimes) {
  const TinyServer passes([](const Asked&, int n) { return n < 2 ? s3_error(503, "SlowDown") : reply(200, "cat"); });
  EXPECT_EQ(*bucket_at(passes)->read("x", 10), "cat");
  const TinyServer stays([](const Asked&, int) { return s3_error(503, "SlowDown"); });
  EXPECT_ERROR(bucket_at(stays)->read("x", 10), "storage.slow_down");
  EXPECT_EQ(stays.asked().size(), 3u);
  const TinyServer quiet([](const Asked&, int n) { return n < 1 ? std::string() : reply(200, "cat"); });
  EXPECT_EQ(*bucket_at(quiet)->read("x", 10), "cat");
}

TEST(S3Errors, NobodyThereAndPrivateHosts) {
  EXPECT_ERROR((*open("s3://shop?endpoint=http://127.0.0.1:1", {.keys = Credentials{}}))->read("x", 10),
               "storage.unreachable");
  const TinyServer server([](const Asked&, int) { return reply(200, "x"); });
  const auto denied = open("s3://shop?endpoint=" + server.url(), {.deny_private = true, .keys = Credentials{}});
  EXPECT_ERROR((*denied)->read("x", 10), "http.private_address");
  EXPECT_TRUE(server.asked().empty());
}

TEST(S3Requests, SignTokensAndSendNoChecksumUnlessAsked) {
  const TinyServer server([](const Asked&, int) { return reply(200, ""); });
  ASSERT_OK(put(*bucket_at(server, {"AK", "SK", "STS"}), "猫/a+b", "bytes"));
  const Asked plain = server.asked().front();
  EXPECT_EQ(plain.line, "PUT /shop/pre/%E7%8C%AB/a%2Bb HTTP/1.1");
  EXPECT_EQ(plain.body, "bytes");
  EXPECT_TRUE(plain.says("x-amz-security-token: STS"));
  EXPECT_TRUE(plain.says("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"));
  EXPECT_FALSE(plain.says("checksum"));
  EXPECT_FALSE(plain.says("trailer"));
  EXPECT_FALSE(plain.says("SK"));
  ASSERT_OK(put(**open("s3://shop?checksums=on&endpoint=" + server.url(), {.keys = Credentials{"AK", "SK", ""}}), "a",
                "bytes"));
  EXPECT_TRUE(server.asked().back().says("x-amz-checksum-sha256: J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk="));
  ASSERT_OK((*open("s3://shop?endpoint=" + server.url(), {.keys = Credentials{}}))->read("a", 10));
  EXPECT_FALSE(server.asked().back().says("Authorization"));
}

/// Virtual-host style, and the default of AWS itself.
TEST(S3Uri, ReadsAllForms) {
  const auto aws = *parse_s3_uri("s3://shop/a/b?region=eu-west-3");
  EXPECT_EQ(aws.endpoint, "https://s3.eu-west-3.amazonaws.com");
  EXPECT_EQ(aws.prefix, "a/b/");
  EXPECT_FALSE(aws.path_style);
  EXPECT_EQ(remote::S3Client(aws, {}).presign("GET", "k", std::chrono::seconds(1), 0).substr(0, 42),
            "https://shop.s3.eu-west-3.amazonaws.com/k?");
  EXPECT_TRUE(parse_s3_uri("s3://a.b")->path_style) << "no certificate covers a.b.s3...";
  EXPECT_TRUE(parse_s3_uri("s3://shop?endpoint=http://h:9000")->path_style);
  EXPECT_FALSE(parse_s3_uri("s3://shop?endpoint=http://h:9000&style=virtual")->path_style);
  for (const char* bad : {"s3://", "s3:///key", "s3://a/../b", "s3://a?style=x", "s3://a?endpoint=ftp://h",
                          "s3://a?endpoint=http://u:p@h", "s3://a?secret_key=geheimnis", "s3://a?checksums=maybe"}) {
    const auto refused = parse_s3_uri(bad);
    EXPECT_ERROR(refused, "storage.bad_uri");
    EXPECT_EQ(refused.error().text().find("geheimnis"), std::string::npos);
  }
}

TEST(KodoUri, ReadsAllForms) {
  for (const char* uri : {"qiniu:///bkt/a", "qiniu://138@z0/bkt/a", "qiniu://138@/bkt/a/"}) {
    EXPECT_EQ(parse_kodo_uri(uri)->bucket, "bkt");
    EXPECT_EQ(parse_kodo_uri(uri)->prefix, "a/");
  }
  EXPECT_EQ(parse_kodo_uri("qiniu:///bkt?domain=pic.example.com")->domain, "http://pic.example.com");
  EXPECT_EQ(parse_kodo_uri("qiniu:///bkt?endpoint=http://h:1/")->rsf, "http://h:1");
  EXPECT_ERROR(parse_kodo_uri("qiniu:///"), "storage.bad_uri");
  EXPECT_ERROR(parse_kodo_uri("qiniu:///bkt?secret=x"), "storage.bad_uri");
}

TEST(Kodo, AnAnswerOfSomebodyElseIsNoSuccess) {
  const TinyServer server([](const Asked&, int) { return reply(200, "{}"); });
  const auto storage = *open("qiniu:///bkt?endpoint=" + server.url(), {.keys = Credentials{"AK", "SK", ""}});
  EXPECT_ERROR(storage->stat("x"), "storage.bad_reply");
}

TEST(Kodo, DamagedBytesAreFoundByTheirHash) {
  const TinyServer server([](const Asked&, int n) {
    return reply(200, n == 0 ? "hello" : "hellO", "ETag: \"Fqr0xh3cxeii2r7eDztILNmuqUNN\"\r\n");
  });
  const auto storage = *open("qiniu:///bkt?domain=" + server.url(), {.keys = Credentials{"AK", "SK", ""}});
  EXPECT_EQ(*storage->read("x", 10), "hello");
  EXPECT_ERROR(storage->read("x", 10), "object.damaged");
}

TEST(StorageConfig, GivesTheKeysOfAnAddressAndCountsAlone) {
  const ava::testing::TempDir dir;
  ASSERT_OK(save_storage_config(dir / "c.json",
                                {.buckets = {{"shop", {"s3://shop", "AK", "SK", "T"}}}, .deny_private = true}));
  EXPECT_EQ(std::filesystem::status(dir / "c.json").permissions(), std::filesystem::perms(0600));
  ::setenv("AWS_ACCESS_KEY_ID", "somebody", 1);
  const OpenOptions options{.config_file = dir / "c.json"};
  const Access access = *access_of("s3://shop", KeyKind::kS3, options);
  EXPECT_EQ(access.keys.session_token, "T");
  EXPECT_TRUE(access.deny_private);
  EXPECT_EQ(access_of("s3://other", KeyKind::kS3, options)->keys.access_key, "");
  EXPECT_EQ(access_of("s3://other", KeyKind::kS3, {})->keys.access_key, "somebody");
  ::unsetenv("AWS_ACCESS_KEY_ID");
  ASSERT_OK(file::write_atomic(dir / "bad.json", R"({"buckets":{"a":{"secret_key":"geheimnis"}}})"));
  const auto bad = load_storage_config(dir / "bad.json");
  EXPECT_ERROR(bad, "storage_config.bad");
  EXPECT_EQ(bad.error().text().find("geheimnis"), std::string::npos);
}

TEST(XmlText, FindsAndDecodes) {
  const std::string xml =
      "<R xmlns='x'><Key>a&lt;b &amp;#38; &#x732B;&#29483;</Key><Empty/><Key attr='1'></Key><Keys>no</Keys></R>";
  EXPECT_EQ(remote::xml_all(xml, "Key").size(), 2u);
  EXPECT_EQ(remote::xml_text(xml, "Key"), "a<b &#38; 猫猫");
  EXPECT_EQ(remote::xml_text(xml, "Empty"), "");
  EXPECT_EQ(remote::xml_text(xml, "None"), "");
  for (const char* broken : {"<Key", "<Key>", "<Key>x", "<Key/", "</Key>", "<Key>&#xFFFFFFFFF;&;&#;</Key>", "<"})
    EXPECT_LT(remote::xml_text(broken, "Key").size(), 30u);
}

}  // namespace
}  // namespace ava::storage
