// Archives are hostile: what is refused, listed and limited.
#include <archive.h>
#include <archive_entry.h>

#include <cstring>

#include "base/testing.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"

namespace ava::storage {
namespace {

class Bytes : public Reader {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t got = std::min(size, bytes_.size() - at_);
    std::memcpy(buffer, bytes_.data() + at_, got);
    at_ += got;
    return got;
  }
  Result<std::size_t> read_at(std::uint64_t, char*, std::size_t) override { return std::size_t{0}; }
  std::optional<std::uint64_t> size_bytes() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// A tar (or a zip) written entry by entry.
class Tar {
 public:
  explicit Tar(int (*format)(archive*) = archive_write_set_format_ustar)
      : archive_(archive_write_new()), bytes_(8u << 20, '\0') {
    format(archive_);
    archive_write_open_memory(archive_, bytes_.data(), bytes_.size(), &used_);
  }
  Tar& add(const char* name, const std::string& bytes, unsigned type = AE_IFREG, const char* link = nullptr) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    if (link != nullptr) archive_entry_set_symlink(entry, link);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_write_header(archive_, entry);
    archive_write_data(archive_, bytes.data(), bytes.size());
    archive_entry_free(entry);
    return *this;
  }
  std::string finish() {
    archive_write_free(archive_);
    return bytes_.substr(0, used_);
  }

 private:
  archive* archive_;
  std::string bytes_;
  std::size_t used_ = 0;
};

TEST(Archive, UnpacksFilesAndListsTheRest) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(const auto storage, open_file(dir / "root"));
  Tar tar;
  tar.add("\xE7\x8C\xAB/1.jpg", "cat").add("../evil", "x").add("/abs", "x").add("link", "", AE_IFLNK, "/etc/passwd");
  tar.add("notes.txt", "n").add("\xE7\x8C\xAB/1.jpg", "again").add("\xC3\xA8\xFF", "x").add("\xC3\xA8.jpg", "ok");
  Bytes bytes(tar.finish());
  std::vector<std::string> slugs;
  ArchiveVisitor visitor;
  visitor.wanted = [](std::string_view name) { return name.ends_with(".jpg"); };
  visitor.problem = [&](const ArchiveProblem& problem) { return slugs.push_back(problem.slug), Result<void>(); };
  ASSERT_OK_AND(const ArchiveCounts counts, unpack_archive(bytes, *storage, "in/", visitor));
  EXPECT_EQ(*storage->read("in/\xE7\x8C\xAB/1.jpg", 10), "cat");
  EXPECT_THAT(slugs, ::testing::IsSupersetOf({"entry.unsafe_name", "entry.is_link", "entry.duplicate"}));
  EXPECT_EQ(counts.entries, counts.taken + counts.skipped + counts.problems);
  EXPECT_EQ(counts.taken, 2u);
}

TEST(Archive, RefusesWhatIsNoArchiveOrIsCut) {
  Bytes text("this is no archive at all, only words");
  EXPECT_ERROR(walk_archive(text, {}), "archive.not_an_archive");
  const std::string whole = Tar().add("a.jpg", std::string(5000, 'x')).finish();
  Bytes cut(whole.substr(0, 2000));
  EXPECT_FALSE(walk_archive(cut, {}).ok());
  EXPECT_TRUE(is_archive(whole));
}

Result<ArchiveCounts> walk(const std::string& bytes) {
  Bytes reader(bytes);
  return walk_archive(reader, {});
}

TEST(Archive, AZipThatIsCutBetweenTwoEntriesIsNotWhole) {
  const std::string whole =
      Tar(archive_write_set_format_zip).add("a.jpg", "first").add("b.jpg", "second").add("c.jpg", "third").finish();
  ASSERT_OK_AND(const ArchiveCounts counts, walk(whole));
  EXPECT_EQ(counts.taken, 3u);
  const std::size_t second = whole.find("PK\x03\x04", 4);
  const std::size_t directory = whole.find("PK\x01\x02");
  const std::size_t end = whole.find("PK\x05\x06");
  for (const std::size_t size : {second, directory, directory + 20, end, end + 10}) {
    SCOPED_TRACE(size);
    EXPECT_ERROR(walk(whole.substr(0, size)), "archive.truncated");
  }
  // The directory lists what is not there.
  EXPECT_ERROR(walk(whole.substr(0, second) + whole.substr(directory)), "archive.truncated");
  EXPECT_OK(walk(whole + "a comment of some tool"));
}

TEST(Archive, ATarWithoutItsEndMarkIsNotWhole) {
  const std::string whole = Tar().add("a.jpg", "first").add("b.jpg", "second").finish();
  EXPECT_OK(walk(whole));
  EXPECT_OK(walk(whole.substr(0, 2048 + 512)));  // one block of zeros is enough
  EXPECT_OK(walk(whole + "junk"));
  EXPECT_ERROR(walk(whole.substr(0, 1024)), "archive.truncated");
  EXPECT_ERROR(walk(whole.substr(0, 2048)), "archive.truncated");
}

TEST(Archive, AnEmptyZipIsWhole) { EXPECT_OK(walk(Tar(archive_write_set_format_zip).finish())); }

TEST(Archive, LimitsAreKept) {
  const std::string whole = Tar().add("a", std::string(5000, 'x')).add("b", "y").finish();
  ArchiveLimits limits;
  limits.max_entries = 1;
  Bytes many(whole);
  EXPECT_ERROR(walk_archive(many, {}, limits), "archive.too_many_entries");
  limits = {};
  limits.max_total_bytes = 1000;
  Bytes bomb(whole);
  EXPECT_ERROR(walk_archive(bomb, {}, limits), "archive.bomb");
  limits = {};
  limits.max_entry_bytes = 100;
  Bytes large(whole);
  ASSERT_OK_AND(const ArchiveCounts counts, walk_archive(large, {}, limits));
  EXPECT_EQ(counts.problems, 1u);
  EXPECT_EQ(counts.taken, 1u);
}

}  // namespace
}  // namespace ava::storage
