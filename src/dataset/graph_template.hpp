// Graphs that a person keeps to use again: each sees only their own. The graph is kept as it was given, so that an
// editor finds its layout again; it may be unfinished, but not unreadable.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "schema/schema.hpp"
#include "user/user.hpp"

namespace ava::dataset {

struct GraphTemplate {
  static constexpr const char* kIdPrefix = "gt";
  Id<GraphTemplate> id;
  std::string name;
  std::string description;
  schema::AnyJson graph;
  schema::Time created_at;
};
void describe(schema::Visitor& v, GraphTemplate& x);
using GraphTemplateId = Id<GraphTemplate>;

struct NewGraphTemplate {
  std::string name;
  std::string description;
  schema::AnyJson graph;
};
void describe(schema::Visitor& v, NewGraphTemplate& x);

/// Units: bytes of JSON text. A graph of 1,000 class names in each of ten filters fits.
inline constexpr std::size_t kLargestGraph = std::size_t{256} << 10;
inline constexpr std::int64_t kMostTemplates = 64;  ///< of one person

/// SQL of templates. Errors: those of db::Tx. Thread: as the transaction.
class GraphTemplateRepo {
 public:
  static Result<void> insert(db::Tx& tx, const std::string& owner_id, const GraphTemplate& made);
  static Result<std::optional<GraphTemplate>> find(db::Tx& tx, const std::string& owner_id, const GraphTemplateId& id);
  /// Newest first.
  static Result<std::vector<GraphTemplate>> list(db::Tx& tx, const std::string& owner_id, const db::PageRequest& page);
  static Result<bool> name_taken(db::Tx& tx, const std::string& owner_id, const std::string& name);
  static Result<std::int64_t> count(db::Tx& tx, const std::string& owner_id);
  static Result<int> remove(db::Tx& tx, const std::string& owner_id, const GraphTemplateId& id);
};

/// Thread: any. Lifetime: its references outlive it.
class GraphTemplateService {
 public:
  GraphTemplateService(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Errors: `name.bad`, `graph_template.name_taken`, `graph_template.too_many`, and those of check_graph_text().
  Result<GraphTemplate> create(const user::Actor& who, const NewGraphTemplate& request);
  /// Errors: `graph_template.not_found`, also for another person's.
  Result<GraphTemplate> find(const user::Actor& who, const GraphTemplateId& id);
  Result<db::Page<GraphTemplate>> list(const user::Actor& who, const db::PageRequest& page);
  /// Errors: as find().
  Result<void> remove(const user::Actor& who, const GraphTemplateId& id);

 private:
  db::Database& database_;
  const Clock& clock_;
};

/// A graph that came from outside, before anybody keeps or reads it. Errors: `graph.too_large`, `graph.bad`; pointer
/// "/graph".
Result<void> check_graph_text(const schema::AnyJson& graph);

}  // namespace ava::dataset
