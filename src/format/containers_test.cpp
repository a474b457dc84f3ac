// TFRecord, WebDataset, MDS, folders and original pictures: what each carries for every task, byte for byte where the
// format's own page says so, and what its reader says about a damaged set.
#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "base/crc32c.hpp"
#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/all.hpp"
#include "format/tar.hpp"
#include "format/testing.hpp"
#include "format/tf_example.hpp"

namespace ava::format {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kClasses = {"dog", "a,b", "猫/\"x\""};

/// Sample i of a small set of any task: several sizes and kinds, negatives, an outline, landmarks.
Item sample_of(std::uint64_t i, Task task, bool negatives = true) {
  Item item{.index = i,
            .bytes = std::make_shared<const std::string>(std::string(i * 37 % 600, static_cast<char>('a' + i % 26))),
            .width = 640,
            .height = 480,
            .name = "图/" + std::to_string(i) + ".jpg",
            .extension = i % 2 == 0 ? "jpg" : "png"};
  item.labels.cls = static_cast<std::uint32_t>(i % 3);
  if (task == Task::kMultiLabel) item.labels.classes = i % 2 == 0 ? std::vector<std::uint32_t>{0, 2} : std::vector{1u};
  for (std::uint64_t k = 0; task == Task::kDetection && k < (negatives ? i % 4 : 1 + i % 3); ++k) {
    const double at = static_cast<double>(i + k);
    Object object{.cls = static_cast<std::uint32_t>(k % 3), .box = {at, 2.25, at + 10.5, 480}};
    object.difficult = k == 1;
    if (k == 2) object.polygon = {{at, 2.25}, {at + 10.5, 100}, {at + 3, 480}};
    if (k == 0) object.landmarks = {{.index = 4, .point = {at + 0.5, 7}, .score = 0.25}};
    item.labels.objects.push_back(object);
  }
  return item;
}

struct Case {
  std::string format;
  std::string options;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.format << c.options; }

class Container : public ::testing::TestWithParam<Case> {
 protected:
  const Format& driver() const { return *find(GetParam().format).value(); }
  bool carries(Task task) const {
    const Traits traits = driver().traits();
    if (task == Task::kClassification) return traits.classification;
    return task == Task::kMultiLabel ? traits.multi_label : traits.detection;
  }
  void write(Task task, std::uint64_t count) {
    const SetInfo info{.split = "train", .task = task, .sample_count = count, .classes = kClasses};
    ASSERT_OK_AND(auto writer, driver().make_writer(dir_.path(), info, GetParam().options));
    for (std::uint64_t i = 0; i < count; ++i)
      ASSERT_OK(writer->append(sample_of(i, task, driver().traits().negatives)));
    ASSERT_OK_AND(files_, writer->finish());
  }
  /// Read all, however damaged; the number of samples that came back. A hang or a crash is the failure.
  std::uint64_t read_anyhow(std::uint64_t& errors) {
    std::uint64_t read = 0;
    auto reader = driver().open_reader(dir_.path());
    if (!reader.ok()) {
      EXPECT_EQ(reader.error().code(), ErrorCode::kCorrupt) << reader.error().text();
      ++errors;
      return 0;
    }
    StoredItem item;
    for (int calls = 0; calls < 1000; ++calls) {
      const auto more = (*reader)->next(item);
      if (more.ok() && !*more) return read;
      if (more.ok()) ++read;
      if (more.ok()) continue;
      ++errors;
      EXPECT_EQ(more.error().code(), ErrorCode::kCorrupt) << more.error().text();
      EXPECT_FALSE(more.error().text().empty());
    }
    ADD_FAILURE() << "the reader does not end";
    return read;
  }
  /// Change bytes where they lie: a truncated file written anew would cost a disk's time each.
  static void put(const fs::path& path, std::size_t at, char byte) {
    std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(at)).put(byte);
  }
  ava::testing::TempDir dir_;
  std::vector<SetFile> files_;
};

/// Some formats keep objects by class.
std::vector<Object> by_class(std::vector<Object> objects) {
  std::stable_sort(objects.begin(), objects.end(), [](const Object& a, const Object& b) { return a.cls < b.cls; });
  return objects;
}

void expect_same_objects(const Labels& labels, const StoredItem& item, const Traits& traits) {
  const std::vector<Object> read = by_class(item.objects);
  const std::vector<Object> all = by_class(labels.objects);
  ASSERT_EQ(read.size(), all.size());
  const double wide = item.fractions ? 640 : 1;
  const double high = item.fractions ? 480 : 1;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const Object& wanted = all[i];
    EXPECT_EQ(read[i].cls, wanted.cls);
    EXPECT_NEAR(read[i].box.x0 * wide, wanted.box.x0, traits.box_error_px);
    EXPECT_NEAR(read[i].box.y0 * high, wanted.box.y0, traits.box_error_px);
    EXPECT_NEAR(read[i].box.x1 * wide, wanted.box.x1, traits.box_error_px);
    EXPECT_NEAR(read[i].box.y1 * high, wanted.box.y1, traits.box_error_px);
    EXPECT_EQ(read[i].polygon, traits.polygons ? wanted.polygon : std::vector<sample::Point>());
    EXPECT_EQ(read[i].landmarks, traits.landmarks ? wanted.landmarks : std::vector<sample::Landmark>());
  }
}

TEST_P(Container, GivesBackTheLabelsOfEveryTask) {
  for (const Task task : {Task::kClassification, Task::kMultiLabel, Task::kDetection}) {
    if (!carries(task)) continue;
    ASSERT_OK(file::remove_tree(dir_.path()));
    ASSERT_OK(file::make_dirs(dir_.path()));
    write(task, 50);
    ASSERT_OK_AND(auto reader, driver().open_reader(dir_.path()));
    EXPECT_EQ(reader->count(), 50u);
    StoredItem item;
    for (std::uint64_t i = 0; i < 50; ++i) {
      ASSERT_OK_AND(const bool more, reader->next(item));
      ASSERT_TRUE(more);
      const Item wanted = sample_of(i, task, driver().traits().negatives);
      ASSERT_EQ(item.index, i);
      ASSERT_EQ(item.bytes, *wanted.bytes);
      if (task == Task::kClassification) {
        ASSERT_EQ(item.label, wanted.labels.cls);
      } else if (task == Task::kMultiLabel) {
        ASSERT_EQ(item.classes, wanted.labels.classes);
      } else {
        expect_same_objects(wanted.labels, item, driver().traits());
      }
    }
    EXPECT_FALSE(reader->next(item).value());
  }
}

TEST_P(Container, SurvivesEveryTruncation) {
  const Task task = carries(Task::kDetection) ? Task::kDetection : Task::kClassification;
  write(task, 3);
  for (const SetFile& entry : files_) {
    const std::string good = file::read(dir_ / entry.path).value();
    for (std::size_t length = good.size(); length-- > 0;) {
      fs::resize_file(dir_ / entry.path, length);
      std::uint64_t errors = 0;
      const std::uint64_t read = read_anyhow(errors);
      const bool only_the_last_line_end = good.back() == '\n' && length + 1 == good.size();
      EXPECT_TRUE(errors > 0 || read < 3 || only_the_last_line_end) << entry.path << " cut at " << length;
    }
    std::ofstream(dir_ / entry.path, std::ios::binary) << good;
  }
}

TEST_P(Container, SurvivesFlippedBytes) {
  const Task task = carries(Task::kDetection) ? Task::kDetection : Task::kClassification;
  write(task, 4);
  std::mt19937 random(7);
  for (const SetFile& entry : files_) {
    const std::string good = file::read(dir_ / entry.path).value();
    for (int round = 0; round < 2000; ++round) {
      std::size_t places[3];
      for (std::size_t& at : places) {
        at = random() % good.size();
        put(dir_ / entry.path, at, static_cast<char>(random()));
      }
      std::uint64_t errors = 0;
      (void)read_anyhow(errors);
      if (entry.kind == DigestKind::kOutline) (void)driver().outline_of(dir_ / entry.path);
      for (const std::size_t at : places) put(dir_ / entry.path, at, good[at]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Container,
                         ::testing::Values(Case{"recordio", ""}, Case{"recordio", R"({"header":"size"})"},
                                           Case{"coco", ""}, Case{"yolo", ""}, Case{"voc", ""}, Case{"roidb", ""},
                                           Case{"roidb", R"({"mirror":"off"})"}, Case{"raw", ""}, Case{"folder", ""},
                                           Case{"tfrecord", ""}, Case{"tfrecord", R"({"records_per_shard":3})"},
                                           Case{"webdataset", ""}, Case{"webdataset", R"({"samples_per_shard":3})"},
                                           Case{"mds", ""}, Case{"mds", R"({"size_limit":4096})"}),
                         [](const auto& c) { return c.param.format + (c.param.options.empty() ? "" : "WithOptions"); });

TEST(Tfrecord, FramesAsTheFormatsPageSays) {
  const auto frame = [](std::string_view data) {
    return record_head(data.size()) + std::string(data) + record_tail(crc32c(data));
  };
  EXPECT_EQ(frame(""), bytes_of_hex("0000000000000000 29039807 d8ea82a2"));
  EXPECT_EQ(frame("hello"), bytes_of_hex("0500000000000000 eab2043e 68656c6c6f bb1f1c19"));
  Example example;
  example["image/class/label"] = Feature::of(std::vector<std::int64_t>{7});
  example["image/format"] = Feature::of(std::vector<std::string_view>{"jpeg"});
  EXPECT_EQ(
      frame(encode(example)),
      bytes_of_hex(
          "3800000000000000 a3797d57 0a360a1a0a11696d6167652f636c6173732f6c6162656c12051a030a01070a180a0c696d616765"
          "2f666f726d617412080a060a046a706567 0f40d7a7"));
}

TEST(Tfrecord, PutsThePictureInItsPlaceAmongTheKeys) {
  Example example;
  example["a"] = Feature::of(std::vector<float>{0.5f});
  example["z"] = Feature::of(std::vector<std::int64_t>{-1, 300});
  const std::string picture(1000, 'p');
  const ExampleFrame frame = frame_of(example, "m", picture.size());
  example["m"] = Feature::of(std::vector<std::string_view>{picture});
  const std::string message = frame.before + picture + frame.after;
  EXPECT_EQ(message, encode(example));
  ASSERT_OK_AND(const Example back, decode_example(message));
  EXPECT_EQ(back.at("a").floats, example["a"].floats);
  EXPECT_EQ(back.at("z").ints, example["z"].ints);
  EXPECT_EQ(back.at("m").texts, example["m"].texts);
}

TEST(Tfrecord, WritesAKeyWithoutAList) {
  const std::string message = encode(Example{{"a", Feature()}, {"b", Feature::of(std::vector<std::int64_t>{7})}});
  ASSERT_OK_AND(const Example back, decode_example(message));
  EXPECT_EQ(back.at("a").kind, Feature::Kind::kNone);
  EXPECT_EQ(back.at("b").ints, std::vector<std::int64_t>{7});
}

TEST(Tfrecord, NamesItsShardsAndGoesOnAfterADamagedOne) {
  const ava::testing::TempDir dir;
  const Format* driver = find("tfrecord").value();
  const SetInfo info{.split = "val", .sample_count = 7, .classes = kClasses};
  ASSERT_OK_AND(auto writer, driver->make_writer(dir.path(), info, R"({"records_per_shard":3})"));
  for (std::uint64_t i = 0; i < 7; ++i) ASSERT_OK(writer->append(sample_of(i, Task::kClassification)));
  ASSERT_OK_AND(const auto files, writer->finish());
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[2].path, "cache/val-00002-of-00003.tfrecord");
  std::fstream(dir / files[1].path, std::ios::in | std::ios::out | std::ios::binary) << "X";
  ASSERT_OK_AND(auto reader, driver->open_reader(dir.path()));
  EXPECT_EQ(reader->count(), 7u);
  StoredItem item;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader->next(item).value());
  EXPECT_ERROR(reader->next(item), "tfrecord.corrupt");
  EXPECT_EQ(item.index, 3u);
  ASSERT_TRUE(reader->next(item).value());
  EXPECT_EQ(item.index, 6u);
}

TEST(Mds, WritesTheShardOfTheFormatsPage) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto writer, find("mds").value()->make_writer(dir.path(), {.sample_count = 1}, ""));
  Item item{.bytes = std::make_shared<const std::string>(bytes_of_hex("ffd8ffd9")), .extension = "jpg"};
  item.labels.cls = 7;
  ASSERT_OK(writer->append(item));
  ASSERT_OK(writer->finish());
  const std::string shard = file::read(dir / "cache/shard.00000.mds").value();
  EXPECT_EQ(shard.size(), 218u);
  EXPECT_EQ(shard.substr(0, 12), bytes_of_hex("01000000 ca000000 da000000"));
  EXPECT_EQ(shard.substr(202), bytes_of_hex("04000000 ffd8ffd9 0700000000000000"));
  EXPECT_EQ(to_hex(sha256(shard)), "529deab8e418c4dac0f64ddf533d15c4167d5491b56374872b1b4bb1f95c29e3");
  EXPECT_EQ(file::read(dir / "cache/index.json").value(),
            R"({"shards": [{"column_encodings": ["jpeg", "int"], "column_names": ["image", "label"], )"
            R"("column_sizes": [null, 8], "compression": null, "format": "mds", "hashes": [], )"
            R"("raw_data": {"basename": "shard.00000.mds", "bytes": 218, "hashes": {}}, "samples": 1, )"
            R"("size_limit": 67108864, "version": 2, "zip_data": null}], "version": 2})");
}

TEST(Webdataset, LaysTheFilesOfAPictureSideBySide) {
  const ava::testing::TempDir dir;
  const SetInfo info{.split = "train", .task = Task::kDetection, .sample_count = 2, .classes = kClasses};
  ASSERT_OK_AND(auto writer, find("webdataset").value()->make_writer(dir.path(), info, ""));
  for (std::uint64_t i = 0; i < 2; ++i) ASSERT_OK(writer->append(sample_of(i, Task::kDetection)));
  ASSERT_OK(writer->finish());
  ASSERT_OK_AND(TarReader tar, TarReader::open(dir / "cache/train-000000.tar"));
  std::vector<std::string> names;
  std::string last;
  while (tar.next().value()) {
    names.push_back(tar.name());
    last = tar.bytes().value();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"000000.jpg", "000000.json", "000001.png", "000001.json"}));
  EXPECT_EQ(last, R"({"url":"图/1.jpg","type":"image","label":[{"name":"general_d","type":"detection","version":"1",)"
                  R"("data":[{"bbox":[[1,2.25],[11.5,2.25],[11.5,480],[1,480]],"class":"dog","class_index":0,)"
                  R"("landmarks":[{"index":4,"pt":[1.5,7],"score":0.25}]}]}]})");
}

TEST(Tar, TakesAPaxHeaderOnlyForWhatUstarCannotSay) {
  const std::string plain = tar_header("000012.jpg", 5);
  EXPECT_EQ(plain.size(), 512u);
  EXPECT_EQ(plain.substr(257, 8), std::string("ustar\00000", 8));
  const std::string name(150, 'n');
  EXPECT_EQ(tar_header(name, 5).size(), 3 * 512u);
  const ava::testing::TempDir dir;
  std::ofstream(dir / "a.tar", std::ios::binary)
      << tar_header(name, 5) << "hello" << std::string(507, '\0') << tar_end();
  ASSERT_OK_AND(TarReader tar, TarReader::open(dir / "a.tar"));
  ASSERT_TRUE(tar.next().value());
  EXPECT_EQ(tar.name(), name);
  EXPECT_EQ(tar.bytes().value(), "hello");
  EXPECT_FALSE(tar.next().value());
}

TEST(FolderFormat, GivesANumberToAClassThatCannotNameAFolder) {
  const ava::testing::TempDir dir;
  const SetInfo info{.sample_count = 1, .classes = {"00001", "a/b", "Cat", "cat", "con", "x,y"}};
  ASSERT_OK_AND(auto writer, find("folder").value()->make_writer(dir.path(), info, ""));
  Item item{.bytes = std::make_shared<const std::string>("jpeg"), .extension = "jpg"};
  item.labels.cls = 1;
  ASSERT_OK(writer->append(item));
  ASSERT_OK(writer->finish());
  EXPECT_EQ(
      file::read(dir / "names.csv").value(),
      "index,folder,class\n0,00001,00001\n1,00001_,a/b\n2,Cat,Cat\n3,00003,cat\n4,00004,con\n5,\"x,y\",\"x,y\"\n");
  EXPECT_EQ(file::read(dir / "samples/00001_/000000.jpg").value(), "jpeg");
}

TEST(FolderFormat, RefusesWhatHasNoOneClass) {
  const ava::testing::TempDir dir;
  EXPECT_ERROR(find("folder").value()->make_writer(dir.path(), {.task = Task::kDetection}, ""), "format.cannot_carry");
}

TEST(RawFormat, WritesListsOfClassesAndBoxes) {
  for (const auto& [task, expected] :
       {std::pair(Task::kMultiLabel, "{\"url\":\"samples/000000.jpg\",\"label\":[0,2]}\n"),
        std::pair(Task::kDetection, "{\"url\":\"samples/000000.jpg\",\"label\":[]}\n")}) {
    const ava::testing::TempDir dir;
    ASSERT_OK_AND(auto writer, find("raw").value()->make_writer(dir.path(), {.task = task, .sample_count = 1}, ""));
    ASSERT_OK(writer->append(sample_of(0, task)));
    ASSERT_OK(writer->finish());
    EXPECT_EQ(file::read(dir / "samples/index.lst").value(), expected);
  }
}

}  // namespace
}  // namespace ava::format
