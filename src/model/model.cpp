#include "model/model.hpp"

namespace ava::model {

std::span<const schema::EnumName<ModelOrigin>> enum_names(ModelOrigin) {
  static constexpr schema::EnumName<ModelOrigin> kNames[] = {
      {ModelOrigin::kPublic, "public"}, {ModelOrigin::kProduced, "produced"}, {ModelOrigin::kUploaded, "uploaded"}};
  return kNames;
}

void describe(schema::Visitor& v, Model& x) {
  v.type("Model");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("origin", x.origin);
  v.field("file_uri", x.file_uri);
  v.field("file_name", x.file_name);
  v.field("size_bytes", x.size_bytes);
  v.field("sha256", x.sha256);
  v.field("run_id", x.run_id);
  v.field("training", x.training);
  v.field("epoch", x.epoch);
  v.field("metrics", x.metrics, {.required = false});
  v.field("owner", x.owner);
  v.field("created_at", x.created_at);
}

}  // namespace ava::model
