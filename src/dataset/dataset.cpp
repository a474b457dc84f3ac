#include "dataset/dataset.hpp"

#include <fmt/format.h>

#include "base/file.hpp"

namespace ava::dataset {

std::span<const schema::EnumName<DatasetState>> enum_names(DatasetState) {
  static constexpr schema::EnumName<DatasetState> kNames[] = {
      {DatasetState::kCreating, "creating"}, {DatasetState::kSuccess, "success"}, {DatasetState::kFailed, "failed"}};
  return kNames;
}

std::span<const schema::EnumName<DatasetKind>> enum_names(DatasetKind) {
  static constexpr schema::EnumName<DatasetKind> kNames[] = {{DatasetKind::kSource, "source"},
                                                             {DatasetKind::kFormatted, "formatted"}};
  return kNames;
}

std::span<const schema::EnumName<SourceKind>> enum_names(SourceKind) {
  static constexpr schema::EnumName<SourceKind> kNames[] = {
      {SourceKind::kUpload, "upload"}, {SourceKind::kUri, "uri"},   {SourceKind::kArchive, "archive"},
      {SourceKind::kPrefix, "prefix"}, {SourceKind::kCopy, "copy"}, {SourceKind::kPreprocess, "preprocess"}};
  return kNames;
}

void describe(schema::Visitor& v, DatasetSource& x) {
  v.type("DatasetSource");
  v.field("kind", x.kind);
  v.field("uri", x.uri);
  v.field("filename", x.file_name);
}

void describe(schema::Visitor& v, LabelRef& x) {
  v.type("LabelRef");
  v.field("key", x.key, {.example = "classification.pulp"});
  v.field("type", x.type);
  v.field("name", x.name);
}

void describe(schema::Visitor& v, GraphCounts& x) {
  v.type("LineageCounts");
  v.field("items", x.items, {.doc = "Lines of the new list"});
  v.field("made", x.made, {.doc = "Of them new pictures"});
  v.field("rejected", x.rejected, {.doc = "Pictures that could not be read"});
}

void describe(schema::Visitor& v, Lineage& x) {
  v.type("Lineage");
  v.field("graph", x.graph);
  v.field("parents", x.parents, {.doc = "By the names they had"});
  v.field("seed", x.seed);
  v.field("counts", x.counts, {.doc = "Once it is made"});
}

void describe(schema::Visitor& v, Dataset& x) {
  v.type("Dataset");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("description", x.description);
  v.field("kind", x.kind);
  v.field("state", x.state);
  v.field("labelled", x.labelled);
  v.field("media", x.media);
  v.field("source", x.source);
  v.field("list_uri", x.list_uri);
  v.field("item_count", x.item_count);
  v.field("reject_count", x.reject_count);
  v.field("byte_count", x.byte_count);
  v.field("labels", x.labels);
  v.field("lineage", x.lineage, {.doc = "How a graph made it of others; not in lists"});
  v.field("error", x.error);
  v.field("job_id", x.job_id);
  v.field("owner", x.owner);
  v.field("created_at", x.created_at);
  v.field("completed_at", x.completed_at);
}

Result<void> check_name(std::string_view name) {
  const auto bad = [&](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, "name.bad", fmt::format("the name '{}' {}", name, why))
        .hint("use 2 to 63 letters of any script, digits, '-', '_' or '.'")
        .at("/name");
  };
  if (!file::is_utf8(name)) return Error(ErrorCode::kInvalidArgument, "name.bad", "the name is not UTF-8").at("/name");
  std::size_t characters = 0;
  for (const char c : name) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  if (characters < 2 || characters > 63) return bad("has not 2 to 63 characters");
  // clean_name() knows what two names could hide from each other: direction marks, characters without width.
  if (!file::is_safe_relative(name) || !user::clean_name(name).ok() ||
      name.find_first_of("/:") != std::string_view::npos)
    return bad("has a character that cannot be in a name");
  if (name.front() == '.' || name.front() == '-' || name.front() == ' ' || name.back() == ' ')
    return bad("starts or ends with a character that a name cannot start or end with");
  return {};
}

}  // namespace ava::dataset
