// One small sound label file of each kind, for tests and fuzzers to damage. They name the picture a.jpg beside them.
#pragma once

#include <string>
#include <vector>

namespace ava::exchange {

struct SoundFile {
  const char* kind;
  const char* file;
  std::string text;
};

inline std::vector<SoundFile> sound_files() {
  return {
      {"voc", "a.xml",
       "<annotation><filename>a.jpg</filename><size><width>9</width><height>9</height></size><object><name>c</"
       "name><bndbox>"
       "<xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>"},
      {"coco", "a.json",
       R"({"images":[{"id":1,"file_name":"a.jpg","width":9,"height":9}],"annotations":[{"id":1,"image_id":1,"category_id":1,)"
       R"("bbox":[1,2,3,4],"segmentation":{"size":[2,2],"counts":"121"}},{"id":2,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}],)"
       R"("categories":[{"id":1,"name":"c"}]})"},
      {"cvat", "a.xml",
       R"(<annotations><version>1.1</version><image id="0" name="a.jpg" width="9" height="9"><box label="c" xtl="1" ytl="1" )"
       R"(xbr="5" ybr="5"/><polygon label="p" points="1,1;2,2;3,1"/></image><track id="0" label="t"><box frame="0" outside="0" )"
       R"(xtl="1" ytl="1" xbr="2" ybr="2"/></track></annotations>)"},
      {"labelme", "a.json",
       R"({"shapes":[{"label":"c","points":[[1,1],[5,5]],"shape_type":"rectangle"},{"label":"d","points":[[1,1],[2,2]],)"
       R"("shape_type":"circle"}],"imagePath":"a.jpg","imageWidth":9,"imageHeight":9,"flags":{"f":true}})"},
      {"huggingface", "metadata.jsonl",
       "{\"file_name\":\"a.jpg\",\"label\":\"c\",\"objects\":{\"bbox\":[[1,1,2,2]],\"categories\":[\"c\"]}}\n"},
      {"huggingface", "metadata.csv", "file_name,label,x\na.jpg,\"c\",\"1\"\"2\"\n"},
      {"yolo", "data.yaml", "train: .\nnames:\n  0: a\n  1: b\nkpt_shape: [2, 3]\n"},
      {"yolo", "a.txt", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.5 0.1 0.3 0.5\n"},
      {"mxnet", "a.lst", "0\t1\ta.jpg\n1\t2\t5\t1\t0\t0\t1\t1\ta.jpg\n"},
      {"caffe", "train.txt", "a.jpg 1\na.jpg 0\n"},
      {"list", "a.lst", "{\"url\":\"a.jpg\",\"label\":[{\"name\":\"c\",\"type\":\"detection\",\"data\":[]}]}\n"},
  };
}

}  // namespace ava::exchange
