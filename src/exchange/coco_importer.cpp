#include <algorithm>

#include "exchange/coco_file.hpp"
#include "exchange/drivers.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

bool looks_like_coco(std::string_view head) {
  const auto from = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || head[from] != '{') return false;
  const auto has = [head](std::string_view key) { return head.find(key) != std::string_view::npos; };
  if (has("\"shapes\"") || has("\"url\"")) return false;
  return has("\"images\"") || has("\"categories\"") || (has("\"annotations\"") && has("\"image_id\"")) ||
         (has("\"info\"") && has("\"licenses\""));
}

class CocoImporter final : public Importer {
 public:
  std::string_view name() const override { return "coco"; }
  std::string_view title() const override { return "COCO"; }
  std::string_view description() const override {
    return "annotations/instances_<part>.json with images, annotations and categories; pictures in images/<part>/.";
  }
  std::string options_schema() const override { return schema::schema_of<CocoOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    for (const std::string& name : glance.ending_in(".json", 5))
      if (looks_like_coco(glance.head(name))) return {95, name + " is a COCO file"};
    return {};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_TRY(const auto options, schema::from_text<CocoOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(auto pictures, Pictures::of(*request.tree, request.labels_only, stop));
    AVA_TRY(const auto files, files_of(request, options, sink, stop));
    if (files.empty()) return Error(ErrorCode::kInvalidArgument, "coco.no_file", "there is no COCO file in it");
    NameSet used;
    for (const std::string& name : files) AVA_CHECK(CocoFile(request, options, name, sink, pictures, used).run(stop));
    if (request.labels_only) return {};
    const auto left_over = [&](std::string_view name) -> Result<void> {
      if (is_picture(name) && !used.has(name)) {
        sink.note("picture_not_listed");
        sink.ignore();
      }
      return {};
    };
    return request.tree->walk("", left_over, stop);
  }

 private:
  /// Files that describe the same pictures (instances_x, person_keypoints_x, captions_x) are not read together.
  static Result<std::vector<std::string>> files_of(const Request& request, const CocoOptions& options, Sink& sink,
                                                   const std::stop_token& stop) {
    std::vector<std::string> files;
    if (!request.focus.empty()) return std::vector<std::string>{request.focus};
    const auto visit = [&](std::string_view name) -> Result<void> {
      if (is_picture(name)) return {};
      if (ends_like(name, ".json")) {
        AVA_TRY(const std::string head, request.tree->head(name, 4096));
        if (looks_like_coco(head)) {
          files.emplace_back(name);
          return {};
        }
      }
      sink.ignore();
      return {};
    };
    AVA_CHECK(request.tree->walk("", visit, stop));
    const auto begins = [](std::string_view with) {
      return [with](const std::string& name) { return base_of(name).starts_with(with); };
    };
    std::string_view wanted = options.annotations;
    if (wanted.empty() && std::any_of(files.begin(), files.end(), begins("instances"))) wanted = "instances";
    const std::size_t all = files.size();
    std::erase_if(files, [&](const std::string& name) { return !begins(wanted)(name); });
    sink.ignore(all - files.size());
    sink.note("file_not_read", all - files.size());
    return files;
  }
};

}  // namespace

const Importer& coco_importer() {
  static const CocoImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
