// SQL of graph templates, and nothing else.
#include "dataset/graph_template.hpp"

namespace ava::dataset {

namespace {

GraphTemplate template_of(const db::Row& row) {
  return {row.id<GraphTemplateId>("id"),
          row.text("name"),
          row.text("description"),
          {row.text("graph_json")},
          {row.integer("created_ms")}};
}

}  // namespace

Result<void> GraphTemplateRepo::insert(db::Tx& tx, const std::string& owner_id, const GraphTemplate& made) {
  AVA_CHECK(
      tx.run("INSERT INTO graph_templates (id, owner_id, name, description, graph_json, created_ms)"
             " VALUES (:id, :owner, :name, :description, :graph, :created)",
             {{"id", made.id},
              {"owner", owner_id},
              {"name", made.name},
              {"description", made.description},
              {"graph", made.graph.text},
              {"created", made.created_at.ms}}));
  return {};
}

Result<std::optional<GraphTemplate>> GraphTemplateRepo::find(db::Tx& tx, const std::string& owner_id,
                                                             const GraphTemplateId& id) {
  AVA_TRY(const auto row, tx.one("SELECT * FROM graph_templates WHERE id = :id AND owner_id = :owner",
                                 {{"id", id}, {"owner", owner_id}}));
  if (!row) return std::optional<GraphTemplate>{};
  return std::optional<GraphTemplate>(template_of(*row));
}

Result<std::vector<GraphTemplate>> GraphTemplateRepo::list(db::Tx& tx, const std::string& owner_id,
                                                           const db::PageRequest& page) {
  AVA_TRY(const auto rows,
          tx.all("SELECT * FROM graph_templates WHERE owner_id = :owner AND (:cursor = '' OR id < :cursor)"
                 " ORDER BY id DESC LIMIT :rows",
                 {{"owner", owner_id}, {"cursor", page.cursor}, {"rows", page.rows()}}));
  std::vector<GraphTemplate> all;
  for (const db::Row& row : rows) all.push_back(template_of(row));
  return all;
}

Result<bool> GraphTemplateRepo::name_taken(db::Tx& tx, const std::string& owner_id, const std::string& name) {
  AVA_TRY(const auto row, tx.one("SELECT id FROM graph_templates WHERE owner_id = :owner AND name = :name",
                                 {{"owner", owner_id}, {"name", name}}));
  return row.has_value();
}

Result<std::int64_t> GraphTemplateRepo::count(db::Tx& tx, const std::string& owner_id) {
  AVA_TRY(const auto row,
          tx.one("SELECT COUNT(*) AS n FROM graph_templates WHERE owner_id = :owner", {{"owner", owner_id}}));
  return row ? row->integer("n") : 0;
}

Result<int> GraphTemplateRepo::remove(db::Tx& tx, const std::string& owner_id, const GraphTemplateId& id) {
  return tx.run("DELETE FROM graph_templates WHERE id = :id AND owner_id = :owner", {{"id", id}, {"owner", owner_id}});
}

}  // namespace ava::dataset
