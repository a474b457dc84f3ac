#include "sets.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "image/codec.hpp"

namespace ava::fuzz {

namespace fs = std::filesystem;
using format::Task;

namespace {

constexpr std::pair<Task, std::string_view> kTasks[] = {
    {Task::kClassification, "class"}, {Task::kMultiLabel, "multi"}, {Task::kDetection, "boxes"}};
constexpr std::uint64_t kSamples = 3;

bool carries(const format::Traits& traits, Task task) {
  if (task == Task::kClassification) return traits.classification;
  return task == Task::kMultiLabel ? traits.multi_label : traits.detection;
}

format::Item sample_of(std::uint64_t i, Task task) {
  const image::Pixels pixels{.width = 4, .height = 3, .channels = 3, .data = std::vector<std::uint8_t>(36, 9)};
  format::Item item{.index = i,
                    .bytes = std::make_shared<const std::string>(must(image::encode_png(pixels), "a picture")),
                    .width = 4,
                    .height = 3,
                    .name = "a/" + std::to_string(i) + ".png",
                    .extension = "png"};
  item.labels.cls = static_cast<std::uint32_t>(i % 2);
  if (task == Task::kMultiLabel) item.labels.classes = {0, 1};
  if (task != Task::kDetection) return item;
  format::Object box{.cls = item.labels.cls, .box = {0.5, 0, 3, 2}};
  box.difficult = i == 1;
  format::Object outline{.cls = 1, .box = {0, 0, 4, 3}};
  outline.polygon = {{0, 0}, {4, 1}, {2, 3}};
  if (i == 2) box.landmarks = {{.index = 1, .point = {1.5, 1}, .score = 0.25}};
  item.labels.objects = {box, outline};
  return item;
}

void write_set(const format::Format& driver, Task task, const fs::path& folder) {
  const format::SetInfo info{.split = "train", .task = task, .sample_count = kSamples, .classes = {"dog", "猫"}};
  fs::create_directories(folder);
  auto writer = must(driver.make_writer(folder, info, ""), "a writer of sets");
  for (std::uint64_t i = 0; i < kSamples; ++i) must(writer->append(sample_of(i, task)), "a sample that is written");
  (void)must(writer->finish(), "a set that is finished");
}

bool is_picture(const fs::path& file) { return file.extension() == ".png"; }

}  // namespace

SoundSets sound_sets(std::string_view format) {
  const format::Format& driver = *must(format::find(format), "a known format");
  const fs::path root = scratch() / ("written-" + std::string(format));
  for (const auto& [task, name] : kTasks)
    if (carries(driver.traits(), task)) write_set(driver, task, root / name);
  SoundSets sets;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    File file{entry.path().lexically_relative(root).string(), must(file::read(entry.path()), "a written file")};
    (is_picture(entry.path()) ? sets.pictures : sets.files).push_back(std::move(file));
  }
  fs::remove_all(root);
  std::sort(sets.files.begin(), sets.files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  return sets;
}

SetReader::SetReader(std::string_view format, const SoundSets& sets)
    : driver_(*must(format::find(format), "a known format")), folder_(scratch() / format, sets.files, sets.pictures) {}

void SetReader::walk(std::string_view input) {
  const File& damaged = folder_.replace(input);
  const fs::path set = folder_.path() / damaged.name.substr(0, damaged.name.find('/'));
  const auto outline = driver_.outline_of(folder_.path() / damaged.name);
  if (!outline.ok()) require_plain(outline.error());
  auto reader = driver_.open_reader(set);
  if (!reader.ok()) {
    require(reader.error().code() == ErrorCode::kCorrupt, "a damaged set is called damaged", reader.error().text());
    return;
  }
  format::StoredItem item;
  // Each call reads on: there are never more of them than bytes, and a few for what the other files hold.
  for (std::size_t calls = 0; calls < input.size() + 100; ++calls) {
    const auto more = (*reader)->next(item);
    if (more.ok() && !*more) return;
    if (more.ok()) continue;
    require(more.error().code() == ErrorCode::kCorrupt, "a damaged sample is called damaged", more.error().text());
  }
  fail("a reader that comes to its end", damaged.name);
}

}  // namespace ava::fuzz
