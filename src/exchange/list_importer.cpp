#include "exchange/drivers.hpp"
#include "exchange/picture_names.hpp"
#include "exchange/samples.hpp"
#include "schema/json.hpp"

namespace ava::exchange {

namespace {

struct ListImportOptions {};
void describe(schema::Visitor& v, ListImportOptions&) { v.type("ListImportOptions"); }

/// An object with a url opens the first line that is not empty.
bool looks_like_list(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head = trimmed(head);
  const std::string_view line = head.substr(0, head.find('\n'));
  return line.starts_with('{') && line.find("\"url\"") != std::string_view::npos;
}

std::string list_in(const Glance& glance) {
  for (const std::string& name : glance.files()) {
    if (name.find('/') != std::string::npos) continue;
    const bool ends_right = !glance.focus().empty() || ends_like(name, ".jsonlist") || ends_like(name, ".lst") ||
                            ends_like(name, ".jsonl") || ends_like(name, ".json");
    if (ends_right && looks_like_list(glance.head(name))) return name;
  }
  return {};
}

/// A list whose relative urls name the pictures beside it.
class ListImporter final : public Importer {
 public:
  std::string_view name() const override { return "list"; }
  std::string_view title() const override { return "AVA list"; }
  std::string_view description() const override {
    return "One JSON object per line, old or new form; relative urls name pictures beside the list.";
  }
  std::string options_schema() const override { return schema::schema_of<ListImportOptions>(nullptr).dump(); }

  Guess detect(const Glance& glance) const override {
    const std::string list = list_in(glance);
    return list.empty() ? Guess{} : Guess{90, list + " is a list of samples"};
  }

  Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const override {
    AVA_CHECK(schema::from_text<ListImportOptions>(request.options.empty() ? "{}" : request.options));
    AVA_TRY(const Glance glance, Glance::at(*request.tree, request.focus));
    const std::string list = list_in(glance);
    if (list.empty()) return Error(ErrorCode::kInvalidArgument, "import.no_list", "there is no list at the top");
    AVA_TRY(std::shared_ptr<storage::Reader> reader, request.tree->open(list));
    sample::ListOptions options;
    options.url_prefix = request.url_prefix;
    options.allow_relative = request.url_prefix.empty();
    options.allow_local_paths = true;  // who writes the list of the dataset decides about them
    sample::ListReader lines([reader](char* buffer, std::size_t size) { return reader->read(buffer, size); }, options);
    sample::Batch batch;
    for (;;) {
      AVA_TRY(const bool more, lines.next(batch, stop));
      if (!more) break;
      AVA_CHECK(add(batch, options, sink));
    }
    for (const auto& [warning, count] : lines.counts().warnings) sink.note(warning, count);
    return {};
  }

 private:
  static Result<void> add(const sample::Batch& batch, const sample::ListOptions& options, Sink& sink) {
    for (const sample::Reject& reject : batch.rejects()) {
      if (reject.annotation) {
        sink.saw_annotations(1);
        AVA_CHECK(sink.reject_annotation(reject));
      } else {
        sink.saw_item();
        AVA_CHECK(sink.reject_item(reject));
      }
    }
    for (const sample::SampleView& view : batch.samples()) {
      AVA_TRY(const sample::Sample sample, sample::parse_sample(view.raw, options));
      sink.saw_item();
      for (const sample::Label& label : sample.labels) sink.saw_annotations(label.data.size());
      AVA_CHECK(sink.item(sample));
    }
    return {};
  }
};

}  // namespace

const Importer& list_importer() {
  static const ListImporter kImporter;
  return kImporter;
}

}  // namespace ava::exchange
