// The formats of detection tools, byte for byte where their own pages say so, and what their readers say about a set
// that is damaged. What every format gives back is tested in containers_test.cpp.
#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/all.hpp"
#include "format/out_file.hpp"
#include "format/recordio.hpp"
#include "format/roidb_entry.hpp"

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

TEST(OutFile, KeepsTheOrderOfSmallAndLargePieces) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(OutFile out, OutFile::create(dir / "file"));
  std::string all;
  for (const std::size_t size : {1u, 300u << 10, 5u, 2u << 20, 1u << 18, 3u, (1u << 18) - 1}) {
    const std::string piece(size, static_cast<char>('a' + all.size() % 26));
    ASSERT_OK(out.write(piece));
    all += piece;
  }
  ASSERT_OK(out.close());
  EXPECT_TRUE(file::read(dir / "file").value() == all);
  EXPECT_EQ(out.digest(), sha256(all));
}

/// A roidb of pictures of 500 x 333 with a box each; the bytes of its pickle.
std::string roidb_of(const std::filesystem::path& folder, const std::vector<sample::Box>& boxes,
                     std::string_view options) {
  const SetInfo info{.split = "train", .task = Task::kDetection, .sample_count = boxes.size(), .classes = {"person"}};
  auto writer = find("roidb").value()->make_writer(folder, info, options).value();
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    Item item = boxed(i, 0, boxes[i]);
    item.width = 500;
    item.height = 333;
    EXPECT_OK(writer->append(item));
  }
  EXPECT_OK(writer->finish());
  return file::read(folder / "cache/gt_roidb.pkl").value();
}

TEST(Roidb, WritesThePickleOfTheFormatsPage) {
  const ava::testing::TempDir dir;
  const std::string bytes = roidb_of(dir.path(), {{10, 20, 31, 41}}, R"({"mirror":"off"})");
  EXPECT_EQ(bytes.size(), 1383u);
  EXPECT_EQ(to_hex(sha256(bytes)), "66f6c57c1dad5487eca33f1119e1958040529a73f91fd5b3b8f292abe4d89e78");
}

TEST(Roidb, MirrorsBoxesInsideThePicture) {
  roidb::Entry entry{.boxes = {{10, 20, 30, 40}, {200, 300, 499, 332}}, .width = 500, .height = 333};
  roidb::mirror(entry);
  EXPECT_TRUE(entry.flipped);
  EXPECT_EQ(entry.boxes, (std::vector<roidb::PixelBox>{{469, 20, 489, 40}, {0, 300, 299, 332}}));
  EXPECT_EQ(roidb::pixels_of({199.5, 300.2, 500, 333}, 500, 333), (roidb::PixelBox{199, 300, 499, 332}));
  EXPECT_EQ(roidb::pixels_of({499.2, 0, 499.3, 0.1}, 500, 333), (roidb::PixelBox{499, 0, 499, 0}));
}

TEST(Roidb, HoldsAMirroredCopyOfEveryEntryBehindAll) {
  const ava::testing::TempDir dir;
  const std::vector<sample::Box> boxes(1500, sample::Box{10, 20, 31, 41});
  const std::string bytes = roidb_of(dir.path(), boxes, "");
  EXPECT_EQ(std::count(bytes.begin(), bytes.end(), '\x88'), 1500);
  EXPECT_FALSE(std::filesystem::exists(dir / ".roidb-mirrored"));
  ASSERT_OK_AND(auto reader, find("roidb").value()->open_reader(dir.path()));
  EXPECT_EQ(reader->count(), 1500u);
  StoredItem item;
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(reader->next(item).value());
  EXPECT_EQ(item.objects[0].box, boxes[0]);
  EXPECT_FALSE(reader->next(item).value());
}

TEST(Roidb, RunsNothingThatAPickleAsksFor) {
  const ava::testing::TempDir dir;
  std::string bytes = roidb_of(dir.path(), {{10, 20, 31, 41}}, R"({"mirror":"off"})");
  const std::string_view name = "cnumpy.core.multiarray\n_reconstruct\n";
  bytes.replace(bytes.find(name), name.size(), "cos\nsystem\n");
  ASSERT_OK(file::write_atomic(dir / "cache/gt_roidb.pkl", bytes));
  ASSERT_OK_AND(auto reader, find("roidb").value()->open_reader(dir.path()));
  StoredItem item;
  const auto refused = reader->next(item);
  EXPECT_ERROR(refused, "pickle.unexpected");
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("at byte 14"));
  EXPECT_FALSE(reader->next(item).value());
}

TEST(Coco, PutsOnePictureAndOneObjectOnALine) {
  const ava::testing::TempDir dir;
  Item item = boxed(0, 1, {10, 20.5, 31, 41});
  item.labels.objects[0].polygon = {{10, 20.5}, {31, 41}, {12, 41}};
  Item other = boxed(1, 1, {0, 0, 640, 480});
  item.labels.objects[0].landmarks = {{.index = 0, .point = {11, 22}}};
  other.labels.objects[0].landmarks = {{.index = 1, .point = {1.5, 2}}};
  write_set(*find("coco").value(), dir.path(), Task::kDetection, {item, other});
  EXPECT_EQ(file::read(dir / "annotations/instances_train.json").value(), R"({"images":[
{"id":0,"file_name":"000000.jpg","width":640,"height":480},
{"id":1,"file_name":"000001.jpg","width":640,"height":480}
],"annotations":[
{"id":1,"image_id":0,"category_id":2,"bbox":[10,20.5,21,20.5],"area":194.75,"iscrowd":0,"segmentation":[[10,20.5,31,41,12,41]],"keypoints":[11,22,2,0,0,0],"num_keypoints":1},
{"id":2,"image_id":1,"category_id":2,"bbox":[0,0,640,480],"area":307200,"iscrowd":0,"segmentation":[],"keypoints":[0,0,0,1.5,2,2],"num_keypoints":1}
],"categories":[
{"id":1,"name":"dog","supercategory":""},
{"id":2,"name":"猫 & <co>","supercategory":"","keypoints":["0","1"],"skeleton":[]}
]}
)");
  EXPECT_EQ(file::read(dir / "images/train/000001.jpg").value(), "jpeg");
}

TEST(Yolo, WritesTheFoldersOfUltralytics) {
  const ava::testing::TempDir dir;
  Item negative = boxed(1, 0, {});
  negative.labels.objects.clear();
  write_set(*find("yolo").value(), dir.path(), Task::kDetection, {boxed(0, 1, {160, 240, 480, 480}), negative});
  EXPECT_EQ(file::read(dir / "data.yaml").value(),
            "train: images/train\nval: ../val/images/val\ntest: ../test/images/test\nnc: 2\nnames:\n  0: \"dog\"\n"
            "  1: \"猫 & <co>\"\n");
  EXPECT_EQ(file::read(dir / "train.txt").value(), "./images/train/000000.jpg\n./images/train/000001.jpg\n");
  EXPECT_EQ(file::read(dir / "labels/train/000000.txt").value(), "1 0.500000 0.750000 0.500000 0.500000\n");
  EXPECT_EQ(file::read(dir / "labels/train/000001.txt").value(), "");
}

TEST(Yolo, WritesMoreDigitsForLargePictures) {
  const ava::testing::TempDir dir;
  Item item = boxed(0, 0, {10.01, 20, 65534.99, 65535});
  item.width = item.height = 65535;
  write_set(*find("yolo").value(), dir.path(), Task::kDetection, {item});
  ASSERT_OK_AND(auto reader, find("yolo").value()->open_reader(dir.path()));
  StoredItem back;
  ASSERT_TRUE(reader->next(back).value());
  EXPECT_NEAR(back.objects[0].box.x0 * 65535, 10.01, 0.01);
  EXPECT_NEAR(back.objects[0].box.x1 * 65535, 65534.99, 0.01);
}

TEST(Yolo, NamesTheLineThatIsDamaged) {
  const ava::testing::TempDir dir;
  const Format& driver = *find("yolo").value();
  write_set(driver, dir.path(), Task::kDetection, {boxed(0, 1, {160, 240, 480, 480}), boxed(1, 1, {0, 0, 1, 1})});
  for (const std::string_view bad : {"1 0.5 0.5 0.5\n", "1 0.5 0.5 0.5 nan\n", "7 0.5 0.5 0.5 0.5\n",
                                     "1 0.5 0.5 0.5 0.5", "-1 0.5 0.5 0.5 0.5\n", "\n", "1 0.5 0.5 0.5 0.5 0.5\n"}) {
    ASSERT_OK(file::write_atomic(dir / "labels/train/000000.txt", bad));
    ASSERT_OK_AND(auto reader, driver.open_reader(dir.path()));
    StoredItem item;
    const auto read = reader->next(item);
    EXPECT_ERROR(read, "yolo.corrupt");
    EXPECT_THAT(read.error().message(), ::testing::HasSubstr("labels/train/000000.txt: line 1"));
    EXPECT_TRUE(reader->next(item).value()) << "goes on with the next";
  }
}

TEST(Voc, WritesOneBasedWholePixels) {
  const ava::testing::TempDir dir;
  Item item = boxed(0, 1, {0, 20.5, 31, 480});
  item.labels.objects[0].difficult = true;
  write_set(*find("voc").value(), dir.path(), Task::kDetection, {item});
  EXPECT_EQ(file::read(dir / "Annotations/000000.xml").value(), R"(<annotation>
	<folder>JPEGImages</folder>
	<filename>000000.jpg</filename>
	<size>
		<width>640</width>
		<height>480</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>猫 &amp; &lt;co&gt;</name>
		<pose>Unspecified</pose>
		<truncated>0</truncated>
		<difficult>1</difficult>
		<bndbox>
			<xmin>1</xmin>
			<ymin>21</ymin>
			<xmax>31</xmax>
			<ymax>480</ymax>
		</bndbox>
	</object>
</annotation>
)");
  EXPECT_EQ(file::read(dir / "ImageSets/Main/train.txt").value(), "000000\n");
  ASSERT_OK_AND(auto reader, find("voc").value()->open_reader(dir.path()));
  StoredItem back;
  ASSERT_TRUE(reader->next(back).value());
  EXPECT_EQ(back.objects, (std::vector<Object>{{.cls = 1, .box = {0, 20, 31, 480}, .difficult = true}}));
}

TEST(Voc, RefusesNamesThatXmlCannotTellApart) {
  for (const std::vector<std::string>& classes : {std::vector<std::string>{"dog", "dog "}, {"bell\a"}, {" "}}) {
    const ava::testing::TempDir dir;
    const SetInfo info{.split = "train", .task = Task::kDetection, .classes = classes};
    EXPECT_ERROR(find("voc").value()->make_writer(dir.path(), info, ""), "format.cannot_carry");
  }
}

TEST(Voc, SurvivesADamagedAnnotation) {
  const ava::testing::TempDir dir;
  const Format& driver = *find("voc").value();
  write_set(driver, dir.path(), Task::kDetection, {boxed(0, 1, {160, 240, 480, 480}), boxed(1, 1, {0, 0, 1, 1})});
  const std::string good = file::read(dir / "Annotations/000000.xml").value();
  for (std::size_t length = 0; length + 1 < good.size(); length += 7) {
    ASSERT_OK(file::write_atomic(dir / "Annotations/000000.xml", std::string_view(good).substr(0, length)));
    ASSERT_OK_AND(auto reader, driver.open_reader(dir.path()));
    StoredItem item;
    EXPECT_ERROR(reader->next(item), "voc.corrupt");
    EXPECT_TRUE(reader->next(item).value()) << "goes on with the next";
  }
}

TEST(DetectionFormats, HoldNothingButBoxes) {
  for (const std::string_view name : {"roidb", "coco", "yolo", "voc"}) {
    const ava::testing::TempDir dir;
    EXPECT_FALSE(find(name).value()->traits().classification);
    EXPECT_ERROR(find(name).value()->make_writer(dir.path(), {.task = Task::kMultiLabel}, ""), "format.cannot_carry");
  }
}

}  // namespace
}  // namespace ava::format
