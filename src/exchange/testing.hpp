// For tests of importers: a tree of files written in place, imported, and what came out of it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/testing.hpp"
#include "exchange/all.hpp"
#include "sample/list_writer.hpp"

namespace ava::exchange::testing {

struct Imported {
  Result<void> result;
  std::string kind;
  std::vector<std::string> lines;  ///< canonical, without LF
  std::vector<sample::Reject> rejects;
  Counts counts;

  std::string slugs() const {
    std::string out;
    for (const auto& reject : rejects) out += (out.empty() ? "" : " ") + reject.slug;
    return out;
  }
};

class Folder {
 public:
  Folder& put(const std::string& name, const std::string& bytes = "x") {
    std::filesystem::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
    return *this;
  }
  std::filesystem::path path() const { return dir_ / ""; }

  Imported import(const std::string& as = "", Request request = {}) const {
    Imported out;
    const auto whole = Tree::of_folder(path());
    const auto choice = choose_importer(*whole, request.focus, as);
    if (!choice.ok()) {
      out.result = choice.error();
      return out;
    }
    out.kind = choice->importer->name();
    const Tree tree = whole->below(choice->folder);
    request.tree = &tree;
    request.url_prefix += choice->folder;
    Sink sink(
        [&out](const sample::Sample& sample) -> Result<void> {
          std::string line = sample::to_line(sample);
          line.pop_back();
          out.lines.push_back(std::move(line));
          return {};
        },
        [&out](const sample::Reject& reject) -> Result<void> {
          out.rejects.push_back(reject);
          return {};
        });
    out.result = choice->importer->run(request, sink, {});
    out.counts = sink.counts();
    if (out.result.ok()) EXPECT_OK(sink.check_closed());
    return out;
  }

 private:
  ava::testing::TempDir dir_;
};

}  // namespace ava::exchange::testing
