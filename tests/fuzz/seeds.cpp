// Writes what the fuzzers begin with: `fuzz_seeds FOLDER` makes FOLDER/<target>/<name>, small and sound, from the
// repository's own writers where there is one.
#include <fmt/format.h>

#include <array>

#include "base/file.hpp"
#include "exchange/coco_rle.hpp"
#include "format/datum.hpp"
#include "format/recordio.hpp"
#include "format/tar.hpp"
#include "format/tf_example.hpp"
#include "image/codec.hpp"
#include "imports.hpp"
#include "metric/segment.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sample_record.hpp"
#include "sets.hpp"

namespace ava::fuzz {

void one_input(std::string_view) {}

namespace {

namespace fs = std::filesystem;

class Seeds {
 public:
  explicit Seeds(fs::path root) : root_(std::move(root)) {}
  /// `way` is the byte in front that chooses; 0: there is none.
  void put(std::string_view target, char way, std::string_view bytes) {
    fs::create_directories(root_ / target);
    const std::string all = (way == 0 ? std::string() : std::string(1, way)) + std::string(bytes);
    write_file(root_ / target / fmt::format("seed-{:03}", number_++), all);
  }
  void put_sets(std::string_view target, const std::string& before, std::string_view format) {
    const SoundSets sets = sound_sets(format);
    for (std::size_t i = 0; i < sets.files.size(); ++i)
      put(target, 0, before + static_cast<char>('0' + i) + sets.files[i].bytes);
  }
  void put_imports(std::string_view target, std::string_view kind, char way = 0) {
    const auto files = sound_label_files(kind);
    for (std::size_t i = 0; i < files.size(); ++i)
      put(target, way != 0 ? way : static_cast<char>('0' + i), files[i].bytes);
  }

 private:
  fs::path root_;
  int number_ = 0;
};

void put_containers(Seeds& seeds) {
  seeds.put_sets("recordio", "2", "recordio");
  seeds.put("recordio", '1', "\x0A\x23\xD7\xCE and more \x0A\x23\xD7\xCE");
  for (const File& file : sound_sets("recordio").files)
    if (file.name.ends_with(".rec")) seeds.put("recordio", '0', file.bytes);
  seeds.put_sets("tfrecord", "1", "tfrecord");
  seeds.put_sets("tfrecord", "2", "tfrecord");
  seeds.put("tfrecord", '0',
            format::encode(format::Example{{"a", format::Feature::of(std::vector<std::int64_t>{1, -1})},
                                           {"b", format::Feature::of(std::vector<float>{1.5f})},
                                           {"c", format::Feature::of(std::vector<std::string_view>{"x", ""})}}));
  seeds.put_sets("webdataset", "2", "webdataset");
  const std::string tar = format::tar_header(std::string(120, 'n'), 3) + "abc" +
                          std::string(format::tar_padding(3), '\0') + format::tar_header("b.txt", 0) +
                          format::tar_end();
  seeds.put("webdataset", '0', tar);
  seeds.put("archive", 0, tar);
  // A stored zip of one empty file "a": local header, directory, end.
  using namespace std::string_view_literals;
  seeds.put("archive", 0,
            "PK\3\4\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a"
            "PK\1\2\x1e\3\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0a"
            "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0\x1f\0\0\0\0\0"sv);
  seeds.put_sets("mds", "", "mds");
  seeds.put_sets("roidb", "", "roidb");
}

void put_messages(Seeds& seeds) {
  const format::Datum plain{.channels = 3, .height = 1, .width = 2, .data = "abcdef", .label = -1};
  const format::Datum several{.data = "x", .float_data = {1, 0, 1}, .encoded = true};
  const format::AnnotatedDatum boxes{.datum = {.data = "x", .label = -1, .encoded = true},
                                     .boxes = {{1, 0, 0, 0.5f, 1}, {2, 0.1f, 0, 1, 1, true}}};
  for (const std::string& bytes : {format::encode(plain), format::encode(several), format::encode(boxes)}) {
    seeds.put("datum", 0, bytes);
    seeds.put("lmdb", '0', "00000000_a.jpg\n" + bytes);
  }
  for (const File& file : sound_sets("lmdb").files)
    if (file.name.ends_with("data.mdb")) seeds.put("lmdb", '1', file.bytes);
  // Sixteen bytes from the beginning: key, offset, length, the caller's numbers, two checksums.
  const std::string entry = std::string(32, 'k') + std::string(8, '\0') + "\x10" + std::string(31, '\0');
  for (const char way : {'0', '1', '2'}) seeds.put("cache", way, entry + entry);
}

/// What the sound files of the importers leave out.
void put_rich_labels(Seeds& seeds) {
  seeds.put(
      "import_voc", '0',
      R"(<?xml version="1.0"?><annotation><filename>a.jpg</filename><size><width>9</width><height>9</height><depth>3</depth></size>)"
      R"(<object><name>c&amp;d</name><pose>Left</pose><truncated>1</truncated><difficult>1</difficult><occluded>0</occluded>)"
      R"(<bndbox><xmin>1.5</xmin><ymin>-1</ymin><xmax>50</xmax><ymax>5</ymax></bndbox></object><!-- x --><object/></annotation>)");
  seeds.put(
      "import_coco", '0',
      R"({"info":{},"categories":[{"id":1,"name":"p","supercategory":"s","keypoints":["n","e"],"skeleton":[[1,2]]}],)"
      R"("annotations":[{"id":1,"image_id":7,"category_id":1,"keypoints":[1,1,2,0,0,0],"segmentation":[[1,1,5,1,5,5]],"iscrowd":0,)"
      R"("score":0.5,"area":8},{"id":2,"image_id":7,"category_id":1,"iscrowd":1,"segmentation":{"size":[9,9],"counts":[3,4,74]}},)"
      R"({"id":2,"image_id":8,"category_id":2,"bbox":[NaN,1,2,3]}],"images":[{"file_name":"b/../a.jpg","id":7}]})");
  seeds.put(
      "import_cvat", '0',
      R"(<annotations><version>1.1</version><meta><task><name>t</name><original_size><width>9</width><height>9</height></original_size>)"
      R"(</task></meta><image id="0" name="a.jpg" subset="train" width="9" height="9"><tag label="g"/><polyline label="l" points="1,1;2,2"/>)"
      R"(<points label="k" points="1,1;3,3" group_id="2"/><ellipse label="e" cx="4" cy="4" rx="2" ry="1" rotation="30"/>)"
      R"(<cuboid label="q" xtl1="1" ytl1="1"/><mask label="m" rle="1, 2, 1" left="1" top="1" width="2" height="2" z_order="0"/>)"
      R"(<skeleton label="s"><points label="1" points="2,2" outside="0" occluded="1"/></skeleton><box label="b" xtl="1" ytl="1" )"
      R"(xbr="5" ybr="5" rotation="45"><attribute name="n">v</attribute></box></image></annotations>)");
  seeds.put("import_cvat", '0',
            R"(<annotations><meta><job><original_size><width>9</width><height>9</height></original_size></job></meta>)"
            R"(<track id="3" label="t"><polygon frame="1" outside="0" keyframe="1" points="1,1;2,2;3,1"/>)"
            R"(<polygon frame="2" outside="1" points="1,1;2,2;3,1"/></track></annotations>)");
  seeds.put(
      "import_labelme", '0',
      R"({"version":"5","imageData":"/9j/4AAQ","imagePath":"..\\a.jpg","imageHeight":null,"shapes":[{"label":"p","points":[[1,1],[2,2],[3,1]],)"
      R"("shape_type":"polygon","group_id":1,"description":"d","flags":{}},{"label":"m","points":[[1,1],[3,3]],"shape_type":"mask","mask":"aGk="},)"
      R"({"label":"l","points":[[1,1],[2,2]],"shape_type":"line"},{"label":"o","points":[[1,1]],"shape_type":"point"}]})");
  seeds.put("import_huggingface", '0',
            "{\"file_name\":\"a.jpg\",\"labels\":[1,\"b\"],\"objects\":{\"bbox\":[[1,1,2,2],[0,0,9,9]],"
            "\"category\":[0,1],\"score\":[0.5,1]},\"width\":9,\"height\":9,\"split\":\"val\"}\n");
  seeds.put("import_yolo", '0', "path: .\ntrain: [images, a.jpg]\nval: ./list.txt\nnames: [a, 'b', \"c\"]\nnc: 3\n");
  seeds.put("import_yolo", '1', "0 0.5 0.5 0.2 0.2 0.5 0.5 2 0.1 0.1 0\n");
}

void put_texts(Seeds& seeds) {
  const std::string_view formats[] = {"coco", "yolo", "voc", "folder", "raw"};
  for (std::size_t i = 0; i < std::size(formats); ++i)
    seeds.put_sets("text_sets", std::string(1, static_cast<char>('0' + i)), formats[i]);
  for (const std::string_view kind : {"coco", "voc", "cvat", "labelme", "huggingface", "yolo"})
    seeds.put_imports("import_" + std::string(kind), kind);
  seeds.put_imports("import_lists", "mxnet", '0');
  seeds.put_imports("import_lists", "caffe", '1');
  seeds.put_imports("import_lists", "list", '2');
  for (
      const char* line :
      {R"({"url":"qiniu:///b/a.jpg","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"bbox":[[1,2],[4,2],[4,6],[1,6]],"class":"猫","score":0.5}]}],"uid":"u"})",
       R"({"url":"http://h/a","label":[{"name":"t","type":"classification","data":[{"class":"a","ground_truth":true}]}]})",
       R"({"url":"http://h/a","label":[{"name":"f","type":"face","data":[{"bbox":[[1,2],[3,4]],"landmarks":[{"index":1,"point":[1,2],"score":0.5}],"cluster":{"id":7}}]}]})",
       R"({"url":"http://h/a","label":{"class":{"pulp":"sexy"},"detect":{"g":{"bbox":[{"class":"f","pts":[[1,2],[3,2],[3,4]]}]}},"facecluster":"12"},"type":"image"})"})
    seeds.put("list", 0, std::string(line) + "\n" + line);
  seeds.put("json", 0, R"({"a":[1,-2.5e3,{"b":"\u732b\n"}],"c":[],"d":[true,null,"x"]})");
  seeds.put("json", 0, "[{\"a\" 1,},\n [2 3}]");
  const char* const small[] = {"5_m0",
                               "0,cat\n1,dog\n",
                               "/a%20b/c?x=1&y=%E7%8C%AB",
                               "qiniu://u@z0/b/k%20e",
                               "detect.general_d",
                               "a,\"b\"\"c\",\"d\ne\"\n",
                               "a\n../c/./d.jpg"};
  for (std::size_t i = 0; i < std::size(small); ++i) seeds.put("texts", static_cast<char>('0' + i), small[i]);
  seeds.put("texts", '0', exchange::encode_rle({3, 0, 70000, 2, 5}));
}

void put_pictures(Seeds& seeds) {
  for (const int channels : {1, 3}) {
    image::Pixels pixels{.width = 17, .height = 9, .channels = channels, .data = {}};
    for (int i = 0; i < 17 * 9 * channels; ++i) pixels.data.push_back(static_cast<std::uint8_t>(i * 37));
    const std::string jpeg = must(image::encode_jpeg(pixels), "a picture");
    const std::string png = must(image::encode_png(pixels), "a picture");
    seeds.put("jpeg", 0, jpeg);
    using namespace std::string_view_literals;
    const auto exif =
        "\xFF\xE1\0\x22"
        "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"sv;
    seeds.put("jpeg", 0, jpeg.substr(0, 2) + std::string(exif) + jpeg.substr(2));
    seeds.put("png", '0', png);
    seeds.put("png", '1', png);
  }
}

void put_records(Seeds& seeds) {
  pipeline::BatchManifest batch;
  batch.classes = {"a"};
  batch.files = {{.path = "rejects.jsonl", .bytes = 3, .sha256 = std::string(64, 'a')}};
  batch.plan.splits = {{"train", 1}};
  seeds.put("manifest", '0', schema::to_text(batch));
  pipeline::SetManifest set;
  set.classes = {{"a", 2}};
  set.files = {{.path = "cache/data.rec", .bytes = 3, .outline_sha256 = std::string(64, 'b')}};
  set.plan.formats = {{"recordio", {}}};
  seeds.put("manifest", '1', schema::to_text(set));
  pipeline::SampleRecord record;
  record.objects = {{.cls = 1, .box = {0, 1, 2, 3}}};
  seeds.put("manifest", '2', schema::to_text(record));

  using namespace std::string_view_literals;
  seeds.put("metric", '0', "\1r\1c\2\1\1s\2\4\0\0\0\0\0\0\xF0\x3F"sv);
  seeds.put("metric", '2', "\1\2\4\0\0\0\0\0\0\xF0\x3F"sv);
  const fs::path path = scratch() / "segment";
  const metric::RunPoints points{{{"loss", {{1, 1000, 0.5}, {2, 2000, 0.25}}}}, {{"c", 3}}};
  (void)must(metric::write_segment(path, points), "a segment");
  const std::string segment = must(file::read(path), "a segment");
  seeds.put("metric", '3', segment);
  // The footer stands before its length, its checksum and the magic word.
  const std::size_t footer = static_cast<unsigned char>(segment[segment.size() - 16]);
  seeds.put("metric", '1', segment.substr(segment.size() - 16 - footer, footer));
}

}  // namespace

int write_seeds(const fs::path& root) {
  Seeds seeds(root);
  put_containers(seeds);
  put_messages(seeds);
  put_texts(seeds);
  put_rich_labels(seeds);
  put_pictures(seeds);
  put_records(seeds);
  return 0;
}

}  // namespace ava::fuzz

int main(int argc, char** argv) {
  if (argc == 2) return ava::fuzz::write_seeds(argv[1]);
  std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
  return 2;
}
