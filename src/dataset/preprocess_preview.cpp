// Before and after: pictures that a graph would make.
#include "dataset/preprocess_service.hpp"
#include "remote/sign.hpp"

namespace ava::dataset {

namespace {

std::string data_url(const std::string& jpeg) {
  return jpeg.empty() ? std::string() : "data:image/jpeg;base64," + remote::base64(jpeg);
}

ShownPicture shown_picture(const graph::Shown& item) {
  ShownPicture out{item.url,         data_url(item.before), data_url(item.after), item.width,        item.height,
                   item.after_width, item.after_height,     item.before_labels,   item.after_labels, item.ops};
  if (!item.error.empty()) out.error = item.error;
  return out;
}

}  // namespace

Result<GraphPreview> PreprocessService::preview(const DatasetId& id, const PreviewGraph& request,
                                                const std::stop_token& stop) {
  AVA_TRY(const Prepared prepared, prepare(id, request.graph));
  if (prepared.wrong()) return wrong_graph(prepared.problems);
  AVA_TRY(const auto inputs, inputs_for(prepared));
  graph::PlanOptions options;
  options.seed = static_cast<std::uint64_t>(request.seed);
  AVA_TRY(const auto plan, graph::Plan::make(prepared.graph, inputs, options, stop));
  graph::PreviewOptions wanted;
  wanted.count = static_cast<std::uint64_t>(request.count);
  wanted.node = request.node.value_or("");
  AVA_TRY(const auto items, graph::preview(plan, inputs, wanted, {}, stop));
  GraphPreview preview;
  for (const graph::Shown& item : items) preview.items.push_back(shown_picture(item));
  return preview;
}

}  // namespace ava::dataset
