// The formats of detection tools, byte for byte where their own pages say so, and what their readers say about a set
// that is damaged. What every format gives back is tested in containers_test.cpp.
#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/all.hpp"
#include "format/lmdb_env.hpp"
#include "format/recordio.hpp"

namespace ava::format {
namespace {

/// A picture of 640 x 480 with one object.
Item boxed(std::uint64_t index, std::uint32_t cls, sample::Box box) {
  Item item{.index = index,
            .bytes = std::make_shared<const std::string>("jpeg"),
            .width = 640,
            .height = 480,
            .name = "图/a.jpg",
            .extension = "jpg"};
  item.labels.objects = {{.cls = cls, .box = box}};
  return item;
}

void write_set(const Format& driver, const std::filesystem::path& folder, Task task, const std::vector<Item>& items,
               std::string_view options = "") {
  const SetInfo info{.split = "train", .task = task, .sample_count = items.size(), .classes = {"dog", "猫 & <co>"}};
  ASSERT_OK_AND(auto writer, driver.make_writer(folder, info, options));
  for (const Item& item : items) ASSERT_OK(writer->append(item));
  ASSERT_OK(writer->finish());
}

std::vector<float> labels_of_first_record(const std::filesystem::path& folder) {
  auto records = RecordReader::open(folder / "cache/data.rec").value();
  std::string payload;
  EXPECT_TRUE(records.next(payload).value());
  std::string_view picture;
  return decode(payload, picture).value().labels;
}

TEST(RecordioBoxes, StandBehindTheWidthsOfHeaderAndObject) {
  const Format& driver = *find("recordio").value();
  for (const auto& [options, expected] :
       {std::pair("", std::vector<float>{2, 5, 1, .25f, .5f, .75f, 1}),
        std::pair(R"({"header":"size"})", std::vector<float>{4, 5, 640, 480, 1, .25f, .5f, .75f, 1})}) {
    const ava::testing::TempDir dir;
    write_set(driver, dir.path(), Task::kDetection, {boxed(0, 1, {160, 240, 480, 480})}, options);
    EXPECT_EQ(labels_of_first_record(dir.path()), expected);
  }
}

TEST(RecordioBoxes, OfNoPictureWithoutObjects) {
  const ava::testing::TempDir dir;
  const SetInfo info{.split = "train", .task = Task::kDetection, .sample_count = 1};
  ASSERT_OK_AND(auto writer, find("recordio").value()->make_writer(dir.path(), info, ""));
  EXPECT_ERROR(writer->append(Item{.bytes = std::make_shared<const std::string>("jpeg")}), "format.cannot_carry");
}

TEST(RecordioBoxes, StayWiderThanNothing) {
  const ava::testing::TempDir dir;
  Item item = boxed(0, 0, {639.99999999, 100, 640, 100.000000001});
  write_set(*find("recordio").value(), dir.path(), Task::kDetection, {item});
  const auto labels = labels_of_first_record(dir.path());
  ASSERT_EQ(labels.size(), 7u);
  EXPECT_LT(labels[3], labels[5]);
  EXPECT_LT(labels[4], labels[6]);
  EXPECT_LE(labels[5], 1);
}

TEST(RecordioClasses, AreAZeroOrOneEach) {
  const ava::testing::TempDir dir;
  Item item = boxed(0, 0, {});
  item.labels.classes = {1};
  write_set(*find("recordio").value(), dir.path(), Task::kMultiLabel, {item});
  EXPECT_EQ(labels_of_first_record(dir.path()), (std::vector<float>{0, 1}));
}

TEST(LmdbLabels, ComeBackForEveryTask) {
  const Format& driver = *find("lmdb").value();
  Item item = boxed(0, 1, {160, 240, 480, 480});
  item.labels.objects[0].difficult = true;
  item.labels.objects.push_back({.cls = 0, .box = {0, 0, 640, 10}});
  item.labels.classes = {0, 1};
  Item negative = item;
  negative.index = 1;
  negative.labels.objects.clear();
  {
    const ava::testing::TempDir dir;
    write_set(driver, dir.path(), Task::kDetection, {item, negative});
    ASSERT_OK_AND(auto reader, driver.open_reader(dir.path()));
    StoredItem back;
    ASSERT_TRUE(reader->next(back).value());
    EXPECT_TRUE(back.fractions);
    EXPECT_EQ(back.bytes, "jpeg");
    ASSERT_EQ(back.objects.size(), 2u);
    EXPECT_EQ(back.objects[1], (Object{.cls = 1, .box = {.25, .5, .75, 1}, .difficult = true}));
    ASSERT_TRUE(reader->next(back).value());
    EXPECT_TRUE(back.objects.empty());
  }
  const ava::testing::TempDir dir;
  write_set(driver, dir.path(), Task::kMultiLabel, {item});
  ASSERT_OK_AND(auto reader, driver.open_reader(dir.path()));
  StoredItem back;
  ASSERT_TRUE(reader->next(back).value());
  EXPECT_EQ(back.classes, (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace ava::format
