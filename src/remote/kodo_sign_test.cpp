// Kodo's signatures and hashes against the vectors of contracts.md 2.
#include "remote/kodo_sign.hpp"

#include "base/testing.hpp"

namespace ava::remote {
namespace {

const Credentials kKodoKeys{"ak_test", "sk_test", ""};
constexpr std::int64_t kDeadline = 1530000000 + 36000;

TEST(KodoSign, PrivateDownloads) {
  EXPECT_EQ(kodo_private_url(kKodoKeys, "http://dom.example/a/b.jpg", kDeadline),
            "http://dom.example/a/b.jpg?e=1530036000&token=ak_test:CuWjutA2Dz3xnNW_gwd06_uwasI=");
  EXPECT_EQ(kodo_private_url(kKodoKeys, "http://dom.example/a/b.jpg?imageView2/2/w/200", kDeadline),
            "http://dom.example/a/b.jpg?imageView2/2/w/200&e=1530036000&token=ak_test:g8PE4KuqO93tC1gzs06d2Cxsrjs=");
}

TEST(KodoSign, Uploads) {
  EXPECT_EQ(kodo_upload_token(kKodoKeys, R"({"scope":"bkt:ava/default/x.tar.gz","deadline":1530000060})"),
            "ak_test:e8s0GmPYXODqJDkNL9Mq15L3SNU=:"
            "eyJzY29wZSI6ImJrdDphdmEvZGVmYXVsdC94LnRhci5neiIsImRlYWRsaW5lIjoxNTMwMDAwMDYwfQ==");
}

TEST(KodoSign, Management) {
  EXPECT_EQ(kodo_qbox(kKodoKeys, "/v6/domain/list?tbl=bkt"), "QBox ak_test:S3I1RO7K5nmeja1soCDpD513n7E=");
  EXPECT_EQ(kodo_qbox(kKodoKeys, "/stat/Ymt0OmEvYi5qcGc="), "QBox ak_test:QTOu3B1m9lOszO4FEt2-M7Wyu1o=");
  EXPECT_EQ(kodo_qbox(kKodoKeys, "/batch", "op=stat%2FYmt0OmEvYi5qcGc%3D"),
            "QBox ak_test:Kwkg-SzEdJNKp29SEJS_LaMdxVk=");
  EXPECT_EQ(kodo_entry("bkt", "a/b.jpg"), "Ymt0OmEvYi5qcGc=");
}

TEST(KodoSign, FileHashes) {
  EXPECT_EQ(kodo_etag_of(""), "Fto5o-5ea0sNMlW_75VgGJCv2AcJ");
  EXPECT_EQ(kodo_etag_of("hello"), "Fqr0xh3cxeii2r7eDztILNmuqUNN");
  EXPECT_EQ(kodo_etag_of(std::string(4194304, 'a')), "FuwQ-vpd56Izwiom1JHzCIdrQa4_");
  EXPECT_EQ(kodo_etag_of(std::string(4194305, 'a')), "lieGn00gWdbfwEIHaUpzu4drHeun");
}

}  // namespace
}  // namespace ava::remote
