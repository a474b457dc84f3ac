#include "dataset/upload.hpp"

#include "base/digest.hpp"
#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

class Uploads : public World {};
AVA_ON_EVERY_DATABASE(Uploads);

TEST(KindOfUpload, IsToldByTheFirstBytes) {
  EXPECT_EQ(kind_of_upload("PK\x03\x04...", "list.json"), UploadKind::kArchive);
  EXPECT_EQ(kind_of_upload("\x1f\x8b\x08", "x"), UploadKind::kArchive);
  EXPECT_EQ(kind_of_upload(std::string(257, 'a') + "ustar" + std::string(20, '\0'), "x"), UploadKind::kArchive);
  EXPECT_EQ(kind_of_upload(tiny_png(), "list.json"), UploadKind::kPicture);
  EXPECT_EQ(kind_of_upload("\xff\xd8\xff\xe0", "x"), UploadKind::kPicture);
  EXPECT_EQ(kind_of_upload(R"({"url":"x"})", "x.bin"), UploadKind::kList);
  EXPECT_EQ(kind_of_upload("\xef\xbb\xbf \n {\"url\":1}", "x"), UploadKind::kList);
}

TEST(KindOfUpload, IsToldByTheNameWhenTheBytesSayNothing) {
  EXPECT_EQ(kind_of_upload("url: x", "列表.JSONLIST"), UploadKind::kList);
  EXPECT_EQ(kind_of_upload("", "photos.tar.gz"), UploadKind::kArchive);
  EXPECT_EQ(kind_of_upload("<?xml version=\"1.0\"?>\n<annotations>", "cvat.xml"), UploadKind::kList);
  EXPECT_EQ(kind_of_upload("#!/bin/sh", "train.sh"), UploadKind::kOther);
}

TEST_P(Uploads, AreKeptWithSizeAndDigest) {
  const std::string text = list_text() + std::string(100'000, ' ');
  ASSERT_OK_AND(const Upload made, uploads_->create(anna_, "C:folder/列表.json", bytes_of(text), 1 << 20));
  EXPECT_EQ(made.file_name, "列表.json") << "folders of the client's machine are not kept";
  EXPECT_EQ(made.size_bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(made.sha256, to_hex(sha256(text)));
  EXPECT_EQ(made.kind, UploadKind::kList);
  ASSERT_OK_AND(const std::string kept, file::read(uploads_->path_of(made.id)));
  EXPECT_EQ(kept, text);
  ASSERT_OK_AND(const Upload found, uploads_->find(anna_, made.id));
  EXPECT_EQ(found.sha256, made.sha256);
}

TEST_P(Uploads, AreSeenByTheirOwnerAndAdminsOnly) {
  const UploadId id = upload(anna_, "list.json", list_text());
  EXPECT_ERROR(uploads_->find(bob_, id), "upload.not_found");
  EXPECT_OK(uploads_->find(admin_, id));
  EXPECT_ERROR(uploads_->find(anna_, UploadId::make()), "upload.not_found");
}

TEST_P(Uploads, LeaveNothingWhenTheyAreRefused) {
  const auto files = [&] {
    return std::filesystem::exists(root_ / "uploads")
               ? std::distance(std::filesystem::directory_iterator(root_ / "uploads"), {})
               : 0;
  };
  EXPECT_ERROR(uploads_->create(anna_, "empty.json", bytes_of(""), 100), "upload.empty");
  EXPECT_ERROR(uploads_->create(anna_, "big.json", bytes_of(std::string(101, 'x')), 100), "upload.too_large");
  for (const char* name : {"", "..", "a/..", "folder/", "a\nb", "\xff"})
    EXPECT_ERROR(uploads_->create(anna_, name, bytes_of("x"), 100), "upload.bad_name");
  const ByteReader broken = [](std::span<char>) -> Result<std::size_t> {
    return Error(ErrorCode::kUnavailable, "http.client_gone", "the client went away");
  };
  EXPECT_ERROR(uploads_->create(anna_, "x.json", broken, 100), "http.client_gone");
  EXPECT_EQ(files(), 0);
}

TEST_P(Uploads, AreSweptAfterADay) {
  const UploadId old = upload(anna_, "old.json", list_text());
  clock_.now += 23 * 3600'000;
  const UploadId fresh = upload(anna_, "fresh.json", list_text());
  EXPECT_EQ(*uploads_->sweep(), 0);
  clock_.now += 2 * 3600'000;
  EXPECT_ERROR(uploads_->find(anna_, old), "upload.not_found");
  EXPECT_EQ(*uploads_->sweep(), 1);
  EXPECT_FALSE(std::filesystem::exists(uploads_->path_of(old)));
  EXPECT_OK(uploads_->find(anna_, fresh));
}

}  // namespace
}  // namespace ava::dataset
