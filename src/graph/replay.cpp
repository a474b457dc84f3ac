#include "graph/replay.hpp"

#include <fmt/format.h>

#include "augment/op.hpp"
#include "graph/picture.hpp"
#include "pipeline/ordered.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/sources.hpp"

namespace ava::graph {

namespace {

constexpr std::size_t kRowsAtOnce = 8;

struct Line {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t number = 0;
};

/// The lines of generated rows; counts all rows.
Result<std::vector<Line>> generated_lines(const pipeline::ListFile& list, const sample::ListOptions& options,
                                          std::uint64_t& rows, const std::stop_token& stop) {
  std::vector<Line> lines;
  AVA_TRY(auto source, sample::source_of_file(list.path().string()));
  sample::ListReader reader(std::move(source), options);
  sample::Batch batch;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop));
    if (!more) return lines;
    rows += batch.samples().size();
    for (const sample::SampleView& view : batch.samples())
      if (view.raw.find("\"augment(") != std::string_view::npos)
        lines.push_back(
            {view.offset, static_cast<std::uint32_t>(view.raw.size()), static_cast<std::uint32_t>(view.line)});
  }
}

Result<void> compare_made(const sample::Sample& row, const storage::Resolver& resolver) {
  AVA_TRY(const Replayed again, replay(row, resolver));
  AVA_TRY(const std::string there, resolver.fetch(row.url, 1u << 30));
  if (there == again.bytes) return {};
  return Error(ErrorCode::kCorrupt, "replay.differs",
               fmt::format("the picture has {} bytes, its steps give {} others", there.size(), again.bytes.size()));
}

}  // namespace

void describe(schema::Visitor& v, Mismatch& x) {
  v.type("ReplayMismatch");
  v.field("line", x.line);
  v.field("url", x.url);
  v.field("slug", x.slug);
  v.field("detail", x.detail);
}

void describe(schema::Visitor& v, Verified& x) {
  v.type("ReplayVerified");
  v.field("rows", x.rows);
  v.field("made", x.made, {.doc = "Rows with steps: made again and compared"});
  v.field("mismatches", x.mismatches);
}

Result<Replayed> replay(const sample::Sample& row, const storage::Resolver& resolver) {
  if (row.source_url.empty() || !row.ops.starts_with("augment("))
    return Error(ErrorCode::kInvalidArgument, "replay.not_made", "the row names no source and steps: nobody made it")
        .detail("url", row.url);
  AVA_TRY(OpsText text, OpsText::parse(row.ops));
  AVA_TRY(Source source, Source::fetch(resolver, row.source_url));
  OtherRows others(resolver, 0, [](std::uint64_t) -> Result<sample::Sample> {
    return Error(ErrorCode::kInternal, "replay.not_made", "a replay has no other rows");
  });
  augment::Scene scene(
      row, source.width(), source.height(), [&source] { return source.pixels(); }, &others);
  AVA_CHECK(augment::apply_all(text.steps, scene));
  Replayed replayed;
  AVA_TRY(replayed.bytes, encode_again(scene, source, text));
  replayed.extension = extension_after(source, text);
  replayed.sample = row;
  return replayed;
}

Result<Verified> verify_replays(const std::string& list, const pipeline::Sources& sources, unsigned threads,
                                const pipeline::OnProgress& on_progress, const std::stop_token& stop) {
  Verified verified;
  AVA_TRY(const auto resolver, pipeline::make_resolver(sources));
  AVA_TRY(const auto file, pipeline::ListFile::open(list, sources, std::filesystem::temp_directory_path(), stop));
  const auto options = pipeline::list_options(sources, "", 1);
  AVA_TRY(const auto lines, generated_lines(file, options, verified.rows, stop));
  pipeline::ProgressMeter meter(on_progress);
  meter.begin("make again", lines.size(), "items");
  using Found = std::vector<Mismatch>;
  pipeline::Ordered<Found> ordered((lines.size() + kRowsAtOnce - 1) / kRowsAtOnce, pipeline::thread_count(threads));
  const pipeline::Ordered<Found>::Produce produce = [&](std::uint64_t batch, const std::stop_token&) -> Result<Found> {
    Found found;
    for (std::size_t i = batch * kRowsAtOnce; i < std::min((batch + 1) * kRowsAtOnce, lines.size()); ++i) {
      AVA_TRY(const std::string text, file.read_at(lines[i].offset, lines[i].bytes));
      AVA_TRY(const sample::Sample row, sample::parse_sample(text, options));
      const auto same = compare_made(row, *resolver);
      if (!same.ok()) found.push_back({lines[i].number, row.url, same.error().slug(), same.error().message()});
    }
    return found;
  };
  const pipeline::Ordered<Found>::Consume consume = [&](Found found) -> Result<void> {
    verified.mismatches.insert(verified.mismatches.end(), found.begin(), found.end());
    verified.made = std::min<std::uint64_t>(verified.made + kRowsAtOnce, lines.size());
    meter.set(verified.made);
    return {};
  };
  AVA_CHECK(ordered.run(produce, consume, stop));
  return verified;
}

}  // namespace ava::graph
