#include "pipeline/list_import.hpp"

#include "format/out_file.hpp"
#include "pipeline/foreign_import.hpp"
#include "sample/list_writer.hpp"

namespace ava::pipeline {

Result<ListImport> import_list(sample::ByteSource source, const sample::ListOptions& options, bool fail_on_reject,
                               const std::filesystem::path& list, Rejects& rejects, ProgressMeter& meter,
                               const std::stop_token& stop) {
  AVA_TRY(auto out, format::OutFile::create(list));
  sample::StatsCounter counter;
  sample::ListReader reader(std::move(source), options);
  sample::Batch batch;
  std::string lines;
  for (;;) {
    AVA_TRY(const bool more, reader.next(batch, stop));
    if (!more) break;
    for (const sample::Reject& reject : batch.rejects()) {
      if (fail_on_reject) return rejected_error(reject);
      AVA_CHECK(rejects.add(reject));
    }
    lines.clear();
    for (const sample::SampleView& view : batch.samples()) {
      counter.add(view);
      AVA_TRY(const sample::Sample parsed, sample::parse_sample(view.raw, options));
      sample::append_line(lines, parsed);
    }
    AVA_CHECK(out.write(lines));
    meter.add(batch.counts().items);
  }
  AVA_CHECK(out.close());
  return ListImport{reader.counts(), counter.finish(), out.offset()};
}

std::vector<LabelSummary> summaries_of(const sample::LabelStats& stats) {
  std::vector<LabelSummary> all;
  for (const sample::LabelCount& label : stats.labels)
    all.push_back({label.key.str(), std::string(sample::name_of(label.key.type)), label.key.name});
  if (stats.face.total > 0) all.push_back({"face.face", "face", "face"});
  return all;
}

}  // namespace ava::pipeline
