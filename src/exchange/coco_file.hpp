// One COCO file read in two passes: the first notes where every picture and annotation stands, the second puts them
// together. Units: 32 bytes of memory per annotation, 48 per picture, whatever they hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "exchange/importer.hpp"
#include "exchange/json_elements.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/random_file.hpp"
#include "exchange/samples.hpp"
#include "schema/schema.hpp"

namespace ava::exchange {

struct CocoOptions {
  std::string annotations;
  std::string images;
  bool keep_duplicate_ids = false;
};
void describe(schema::Visitor& v, CocoOptions& x);

class CocoFile {
 public:
  /// `name` is the JSON file; `used` gets the pictures that were named.
  CocoFile(const Request& request, const CocoOptions& options, std::string name, Sink& sink, Pictures& pictures,
           NameSet& used)
      : request_(request), options_(options), name_(std::move(name)), sink_(sink), pictures_(pictures), used_(used) {}
  Result<void> run(const std::stop_token& stop);

 private:
  struct Image {
    std::int64_t id = 0;
    JsonPlace place;
    std::uint32_t first = 0;  ///< of its annotations
    std::uint32_t count = 0;
  };
  struct Annotation {
    std::int64_t id = 0;
    std::int64_t image = 0;  ///< its id; from join() on its index
    JsonPlace place;
  };

  Result<void> take(std::string_view key, std::string_view text, const JsonPlace& place);
  Result<void> take_category(const sample::json::Node& node);
  Result<void> take_image(const sample::json::Node& node, const JsonPlace& place);
  Result<void> take_annotation(const sample::json::Node& node, const JsonPlace& place);
  Result<void> join();
  Result<void> drop_duplicate_ids();
  Result<void> image(const RandomFile& file, const Image& image);
  Result<void> annotation(const sample::json::Node& node, const JsonPlace& place, const Frame& frame,
                          sample::Sample& sample);
  std::string members_of(const sample::json::Node& node);
  Result<bool> box_of_annotation(const sample::json::Node& node, const Frame& frame, sample::Box& box,
                                 std::string& slug, std::string& detail);
  std::string picture_of(std::string_view file_name);
  sample::Reject bad(const JsonPlace& place, std::string url, std::string slug, std::string detail,
                     std::string hint = {}) const;

  const Request& request_;
  const CocoOptions& options_;
  std::string name_;
  Sink& sink_;
  Pictures& pictures_;
  NameSet& used_;
  std::map<std::int64_t, std::string> categories_;
  std::vector<Image> images_;
  std::vector<Annotation> annotations_;
};

}  // namespace ava::exchange
