// A kept model: one packed file in the bound storage, with where it came from. Plain types only.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "schema/problem.hpp"
#include "schema/schema.hpp"
#include "user/bucket.hpp"
#include "user/user.hpp"

namespace ava::model {

enum class ModelOrigin : std::uint8_t { kPublic, kProduced, kUploaded };
std::span<const schema::EnumName<ModelOrigin>> enum_names(ModelOrigin);

/// Source: manual.md chapter 5. Units: metrics are the last values of the run's curves when the model was saved.
struct Model {
  static constexpr const char* kIdPrefix = "md";
  Id<Model> id;
  std::string name;
  ModelOrigin origin = ModelOrigin::kUploaded;
  std::string file_uri;
  std::string file_name;
  std::int64_t size_bytes = 0;
  std::string sha256;
  std::optional<std::string> run_id;
  std::optional<schema::Ref> training;
  std::optional<std::int64_t> epoch;
  std::map<std::string, double> metrics;
  schema::Ref owner;
  schema::Time created_at;

  Id<user::Bucket> bucket_id;
  std::string object_key;
};
void describe(schema::Visitor& v, Model& x);
using ModelId = Id<Model>;

}  // namespace ava::model
