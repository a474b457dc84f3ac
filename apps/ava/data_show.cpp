#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <map>
#include <memory>

#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "data_sources.hpp"
#include "image/draw.hpp"
#include "pipeline/gallery.hpp"

namespace ava::cli {

namespace {

using pipeline::Mark;

struct DataShowOptions {
  std::string path;
  std::string out;
  std::uint64_t index = 0;
  bool no_names = false;
  SourceOptions sources;
};

/// What stands at a mark: the class in ASCII, else a number the legend explains.
struct Legend {
  std::map<std::string, std::size_t> numbers;  ///< class -> number

  explicit Legend(const std::vector<Mark>& marks) {
    for (const Mark& mark : marks) numbers.emplace(mark.cls, 0);
    std::size_t next = 0;
    for (auto& [cls, number] : numbers) number = next++;
  }
  std::size_t number_of(const Mark& mark) const {
    return mark.index && *mark.index >= 0 ? static_cast<std::size_t>(*mark.index) : numbers.at(mark.cls);
  }
  std::string text_of(const Mark& mark) const {
    bool ascii = !mark.cls.empty();
    for (const char c : mark.cls) ascii = ascii && c >= ' ' && c <= '~';
    std::string text = ascii ? mark.cls : fmt::format("#{}", number_of(mark));
    if (mark.score) text += fmt::format(" {:.2f}", *mark.score);
    return text;
  }
};

void draw(image::Pixels& pixels, const Mark& mark, const Legend& legend, bool names, double& next_line) {
  const image::Colour colour = image::colour_of(legend.number_of(mark));
  if (mark.box) {
    const std::vector<double>& box = *mark.box;
    image::draw_box(pixels, box[0], box[1], box[2], box[3], colour);
    if (names) image::draw_text(pixels, legend.text_of(mark), box[0], box[1], colour);
  } else if (names) {
    image::draw_text(pixels, legend.text_of(mark), 2, next_line, colour);
    next_line += 16.0 * image::pen_width_of(pixels);
  }
  std::vector<std::pair<double, double>> outline;
  for (const sample::Point& point : mark.outline) outline.emplace_back(point.x, point.y);
  if (!outline.empty()) image::draw_outline(pixels, outline, colour);
  for (const sample::Landmark& point : mark.landmarks) image::draw_point(pixels, point.point.x, point.point.y, colour);
}

std::string mark_text(const Mark& mark, const Legend& legend) {
  std::string text = fmt::format("  #{}  {}", legend.number_of(mark), mark.cls.empty() ? "(no class)" : mark.cls);
  if (!mark.label.empty()) text += "  " + mark.label;
  if (mark.box)
    text += fmt::format("  {:g},{:g} - {:g},{:g}", mark.box->at(0), mark.box->at(1), mark.box->at(2), mark.box->at(3));
  if (!mark.landmarks.empty()) text += fmt::format("  {} points", mark.landmarks.size());
  return text;
}

Result<int> show_items(const DataShowOptions& options, bool json) {
  AVA_TRY(const auto sources, sources_of(options.sources, options.path));
  AVA_TRY(const auto gallery, pipeline::Gallery::open(options.path, sources));
  pipeline::Sight sight;
  for (;;) {
    AVA_TRY(const bool more, gallery->next(sight));
    if (!more)
      return Error(ErrorCode::kNotFound, "sample.not_found",
                   fmt::format("'{}' has no sample {}", options.path, options.index));
    if (sight.index == options.index) break;
  }
  AVA_TRY(const std::string bytes, gallery->picture(sight));
  AVA_TRY(image::Pixels pixels, image::decode(bytes, {.channels = 3}));
  const Legend legend(sight.marks);
  double next_line = 16.0 * image::pen_width_of(pixels);
  for (const Mark& mark : sight.marks) draw(pixels, mark, legend, !options.no_names, next_line);
  const bool jpeg = options.out.ends_with(".jpg") || options.out.ends_with(".jpeg");
  AVA_TRY(const std::string drawn, jpeg ? image::encode_jpeg(pixels) : image::encode_png(pixels));
  AVA_CHECK(file::write_atomic(options.out, drawn));
  if (json) {
    say(schema::to_text(sight));
    return 0;
  }
  say(fmt::format("{}  {} x {}  {}  {}", sight.id.empty() ? std::to_string(sight.index) : sight.id, sight.width,
                  sight.height, human_bytes(sight.bytes), sight.url));
  for (const Mark& mark : sight.marks) say(mark_text(mark, legend));
  say("-> " + options.out);
  return 0;
}

}  // namespace

void add_data_show(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataShowOptions>();
  CLI::App* command = data.add_subcommand("show", "Draw boxes, points and classes of one sample on its picture");
  command->add_option("path", options->path, "A list, or the folder of a set, made by AVA or not")->required();
  command->add_option("--index", options->index, "Which sample, from 0")->capture_default_str();
  command->add_option("-o,--out", options->out, "The picture to write: .png or .jpg")->required();
  command->add_flag("--no-names", options->no_names, "Draw no class names");
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Classes that are not ASCII are drawn as #number; the numbers are printed with their names.\n"
      "Examples:\n  ava data show sets/recordio/train --index 7 -o x.png\n"
      "  ava data show dataset.jsonlist --index 7 -o x.jpg --base .");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token&) { return show_items(*options, call.json); };
  });
}

}  // namespace ava::cli
