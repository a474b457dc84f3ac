#include "imports.hpp"

#include "base/file.hpp"
#include "image/codec.hpp"
#include "sample/list_writer.hpp"

namespace ava::fuzz {

std::vector<File> sound_label_files(std::string_view kind) {
  std::vector<File> files;
  for (const exchange::SoundFile& sound : exchange::sound_files())
    if (kind == sound.kind) files.push_back({sound.file, sound.text});
  return files;
}

namespace {

/// Boxes in fractions are worth nothing without the size of a picture.
std::string picture() {
  const image::Pixels pixels{.width = 9, .height = 9, .channels = 1, .data = std::vector<std::uint8_t>(81)};
  return must(image::encode_jpeg(pixels), "a picture");
}

}  // namespace

Import::Import(std::string_view kind)
    : importer_(*must(exchange::find_importer(kind), "a known kind")),
      folder_(scratch() / kind, sound_label_files(kind), {{"a.jpg", picture()}}) {}

void Import::run(std::string_view input) {
  folder_.replace(input);
  const auto tree = must(exchange::Tree::of_folder(folder_.path()), "a tree");
  sample::ListOptions options;
  options.allow_relative = true;
  options.allow_local_paths = true;  // who writes the list decides about them
  const auto on_item = [&options](const sample::Sample& sample) -> Result<void> {
    const std::string line = sample::to_line(sample);
    const auto again = sample::parse_sample(std::string_view(line).substr(0, line.size() - 1), options);
    require(again.ok(), "an imported line that can be read", line);
    require(sample::to_line(*again) == line, "an imported line that stays as it is", line);
    return {};
  };
  exchange::Sink sink(on_item, [](const sample::Reject& reject) -> Result<void> {
    require(!reject.slug.empty(), "a reject with its reason");
    return {};
  });
  exchange::Request request;
  request.tree = &tree;
  request.store = [](std::string_view name, std::string_view) -> Result<void> {
    require(file::is_safe_relative(name), "a name inside", name);
    return {};
  };
  const auto result = importer_.run(request, sink, {});
  if (result.ok())
    must(sink.check_closed(), "as many out and rejected as in");
  else
    require_plain(result.error());
}

}  // namespace ava::fuzz
