#include "graph/item.hpp"

#include <fmt/format.h>

#include "graph/plan.hpp"
#include "pipeline/sources.hpp"
#include "sample/list_writer.hpp"

namespace ava::graph {

std::string url_from_elsewhere(const std::string& url, const pipeline::Sources& sources) {
  if (sources.base_folder.empty() || pipeline::is_url(url) || url.starts_with('/') || url.starts_with("file:"))
    return url;
  return sources.base_folder + (sources.base_folder.ends_with('/') ? "" : "/") + url;
}

Result<std::unique_ptr<RowMaker>> RowMaker::open(const Plan& plan, const storage::Resolver& resolver,
                                                 const pipeline::Sources& sources, const sample::ListOptions& options,
                                                 std::size_t row) {
  const auto read = [&plan, &sources, options](std::uint64_t number, std::string* line,
                                               std::string* url) -> Result<sample::Sample> {
    AVA_TRY(std::string text, plan.line_of(number));
    AVA_TRY(sample::Sample sample, sample::parse_sample(text, options));
    if (line != nullptr) *line = std::move(text);
    if (url != nullptr) *url = sample.url;
    sample.url = url_from_elsewhere(sample.url, sources);
    sample::to_new_form(sample);
    return sample;
  };
  std::unique_ptr<RowMaker> maker(new RowMaker(plan, resolver, row));
  AVA_TRY(maker->sample_, read(row, &maker->line_, &maker->url_));
  maker->others_ = std::make_unique<OtherRows>(resolver, plan.rows().rows.size(),
                                               [read](std::uint64_t number) { return read(number, nullptr, nullptr); });
  return maker;
}

Result<Source*> RowMaker::source() {
  if (!source_) {
    AVA_TRY(source_, Source::fetch(resolver_, sample_.url));
  }
  return &*source_;
}

Result<Digest> RowMaker::source_digest() {
  if (!source_digest_) {
    AVA_TRY(Source* const source, this->source());
    source_digest_ = sha256(source->bytes());
  }
  return *source_digest_;
}

std::uint64_t RowMaker::row_hash() const { return plan_.rows().rows[row_].hash; }

Result<Made> RowMaker::make(const Item& item) {
  AVA_TRY(Source* const source, this->source());
  augment::Scene scene(
      sample_, source->width(), source->height(), [source] { return source->pixels(); }, others_.get());
  OpsText text;
  Made made;
  for (std::size_t step = 0; step < item.lineage.size(); ++step) {
    const Augment& node = plan_.graph().nodes[item.lineage[step].node].augment;
    augment::Draws draws(plan_.draw_key(plan_.rows().rows[row_], item, step));
    AVA_CHECK(augment::perform_all(node.operations, scene, draws, text.steps));
    made.labels.add(scene.settle(node.labels));
  }
  AVA_TRY(made.bytes, encode(scene, *source, plan_.graph().nodes[plan_.output()].output.picture, text));
  made.extension = extension_after(*source, text);
  made.width = scene.width();
  made.height = scene.height();
  made.sample = std::move(scene.sample());
  made.sample.source_url = sample_.url;
  made.sample.ops = text.str();
  return made;
}

std::string RowMaker::name_of(const Item& item, const Made& made) const {
  std::string lineage;
  for (const Origin& origin : item.lineage)
    lineage += fmt::format("{}\n{}\n", plan_.graph().nodes[origin.node].id, origin.copy);
  const std::string what = fmt::format("{}\n{}\n{}{}", url_, row_hash(), lineage, made.sample.ops);
  const std::string hex = to_hex(sha256(what));
  return fmt::format("{}/{}.{}", hex.substr(0, 2), hex.substr(0, 24), made.extension);
}

}  // namespace ava::graph
