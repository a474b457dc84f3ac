// Signature Version 4 against the examples AWS publishes in the S3 documentation (interop.md 6.3).
#include "remote/sigv4.hpp"

#include "base/testing.hpp"
#include "remote/sign.hpp"

namespace ava::remote {
namespace {

constexpr TimeMs kNow = 1369353600000;  // 20130524T000000Z
const Credentials kAwsKeys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

std::string signature_of(const std::string& authorization) {
  return authorization.substr(authorization.rfind('=') + 1);
}

TEST(SigV4, SignsAGetAsPublished) {
  const std::string empty = sha256_hex("");
  const SigV4Request request{"GET",
                             "/test.txt",
                             {},
                             {{"host", "examplebucket.s3.amazonaws.com"},
                              {"range", "bytes=0-9"},
                              {"x-amz-content-sha256", empty},
                              {"x-amz-date", amz_date(kNow)}},
                             empty,
                             kNow};
  const std::string authorization = sigv4_authorization(kAwsKeys, "us-east-1", request);
  EXPECT_EQ(signature_of(authorization), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_THAT(authorization, ::testing::StartsWith(
                                 "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                                 "aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="));
}

TEST(SigV4, PresignsAGetAsPublished) {
  const SigV4Request request{"GET", "/test.txt", {}, {{"host", "examplebucket.s3.amazonaws.com"}}, "UNSIGNED-PAYLOAD",
                             kNow};
  const std::string query = sigv4_presigned_query(kAwsKeys, "us-east-1", request, std::chrono::seconds(86400));
  EXPECT_EQ(query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
            "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, SignsTheSeedOfAStreamedPutAsPublished) {
  const std::string payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const SigV4Request request{"PUT",
                             "/examplebucket/chunkObject.txt",
                             {},
                             {{"content-encoding", "aws-chunked"},
                              {"content-length", "66824"},
                              {"host", "s3.amazonaws.com"},
                              {"x-amz-content-sha256", payload},
                              {"x-amz-date", amz_date(kNow)},
                              {"x-amz-decoded-content-length", "66560"},
                              {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                             payload,
                             kNow};
  EXPECT_EQ(signature_of(sigv4_authorization(kAwsKeys, "us-east-1", request)),
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

TEST(SigV4, ATemporaryTokenIsSignedIntoAnAddress) {
  Credentials keys = kAwsKeys;
  keys.session_token = "token/with+signs=";
  const SigV4Request request{"PUT", "/k", {}, {{"host", "h"}}, "", kNow};
  EXPECT_THAT(sigv4_presigned_query(keys, "us-east-1", request, std::chrono::seconds(60)),
              ::testing::HasSubstr("&X-Amz-Security-Token=token%2Fwith%2Bsigns%3D&"));
}

TEST(SigV4, QueriesAreSortedAndQuoted) {
  EXPECT_EQ(canonical_query({{"prefix", "猫/a b"}, {"list-type", "2"}, {"delimiter", "/"}, {"uploads", ""}}),
            "delimiter=%2F&list-type=2&prefix=%E7%8C%AB%2Fa%20b&uploads=");
}

TEST(Sign, HashesAsTheirStandardsSay) {
  EXPECT_EQ(hex_of(md5("hello")), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(hex_of(sha1("hello")), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
  EXPECT_EQ(base64("\xFB\xFF"), "+/8=");
  EXPECT_EQ(base64_url("\xFB\xFF"), "-_8=");
  EXPECT_EQ(base64(""), "");
}

}  // namespace
}  // namespace ava::remote
