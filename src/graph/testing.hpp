// Lists and pictures for the tests of this module.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "graph/inputs.hpp"
#include "image/codec.hpp"

namespace ava::graph {

/// A folder with `list.jsonl` and, if wanted, the pictures it names. Removed at the end.
class ListFolder {
 public:
  ListFolder() : path_((std::filesystem::temp_directory_path() / "ava-graph-test-XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ListFolder(const ListFolder&) = delete;
  ListFolder& operator=(const ListFolder&) = delete;
  ~ListFolder() { std::filesystem::remove_all(path_); }

  std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(path_) / name; }

  /// A row of one class, with a box where boxes are looked at.
  static std::string line(const std::string& url, const std::string& cls) {
    return fmt::format(R"({{"url":"{}","type":"image","label":[{{"name":"pet","type":"classification","version":"1",)"
                       R"("data":[{{"class":"{}"}}]}},{{"name":"d","type":"detection","version":"1",)"
                       R"("data":[{{"class":"{}","bbox":[[2,3],[12,3],[12,9],[2,9]]}}]}}]}})",
                       url, cls, cls) +
           "\n";
  }
  Inputs write(const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& one : lines) text += one;
    EXPECT_TRUE(file::write_atomic(*this / "list.jsonl", text).ok());
    Inputs inputs;
    inputs.list = (*this / "list.jsonl").string();
    inputs.sources.base_folder = path_;
    inputs.sources.local_roots = {"/"};
    return inputs;
  }
  /// No two alike.
  void write_picture(const std::string& name, int number, bool grey = false) const {
    image::Pixels pixels{.width = 32, .height = 24, .channels = grey ? 1 : 3, .data = {}};
    for (int i = 0; i < pixels.width * pixels.height * pixels.channels; ++i)
      pixels.data.push_back(static_cast<std::uint8_t>(i / 7 * (number + 3) + number));
    const auto bytes = name.ends_with(".png") ? image::encode_png(pixels) : image::encode_jpeg(pixels);
    EXPECT_TRUE(bytes.ok() && file::write_atomic(*this / name, *bytes).ok());
  }

 private:
  std::string path_;
};

}  // namespace ava::graph
