#include "pipeline/foreign_import.hpp"

#include <fmt/format.h>

#include "format/out_file.hpp"
#include "sample/list_writer.hpp"

namespace ava::pipeline {

Error rejected_error(const sample::Reject& reject) {
  return Error(ErrorCode::kInvalidArgument, "list.rejected",
               fmt::format("line {}{}: {} ({})", reject.line,
                           reject.column > 0 ? fmt::format(":{}", reject.column) : "", reject.detail, reject.slug))
      .hint(reject.hint)
      .detail("line", std::to_string(reject.line))
      .detail("column", std::to_string(reject.column));
}

Result<ForeignImport> import_foreign(const ForeignSource& source, const std::filesystem::path& list,
                                     const exchange::Sink::OnReject& on_reject, ProgressMeter& meter,
                                     const std::stop_token& stop) {
  meter.begin("read labels", 0, "items");
  AVA_TRY(const exchange::Choice choice, exchange::choose_importer(source.tree, source.focus, source.as));
  AVA_TRY(auto out, format::OutFile::create(list));
  std::string lines;
  const auto item = [&](const sample::Sample& sample) -> Result<void> {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while reading labels");
    sample::append_line(lines, sample);
    meter.add(1);
    if (lines.size() < (std::size_t{1} << 18)) return {};
    AVA_CHECK(out.write(lines));
    lines.clear();
    return {};
  };
  const auto reject = [&](const sample::Reject& bad) -> Result<void> {
    if (source.fail_on_reject) return rejected_error(bad);
    return on_reject(bad);
  };
  exchange::Sink sink(item, reject);
  const exchange::Tree tree = source.tree.below(choice.folder);
  exchange::Request request{.tree = &tree,
                            .focus = source.focus,
                            .options = source.options,
                            .label = source.label,
                            .url_prefix = source.url_prefix + choice.folder,
                            .labels_only = source.labels_only};
  if (source.store)
    request.store = [&](std::string_view name, std::string_view bytes) {
      return source.store(choice.folder + std::string(name), bytes);
    };
  AVA_CHECK(choice.importer->run(request, sink, stop).context(choice.importer->name()));
  AVA_CHECK(sink.check_closed());
  AVA_CHECK(out.write(lines));
  AVA_CHECK(out.close());
  return ForeignImport{std::string(choice.importer->name()), choice.guess.reason, sink.counts()};
}

}  // namespace ava::pipeline
