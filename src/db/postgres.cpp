// The PostgreSQL driver: libpq, statements kept prepared per session, everything serializable.
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <unordered_map>

#include "db/connection.hpp"
#include "db/named_sql.hpp"

namespace ava::db {

namespace {

// Type numbers of pg_type that never change.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kFloat4 = 700, kFloat8 = 701,
              kNumeric = 1700;

struct Finish {
  void operator()(PGconn* session) const { PQfinish(session); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Session = std::unique_ptr<PGconn, Finish>;
using Reply = std::unique_ptr<PGresult, Clear>;

Error postgres_error(PGconn* session, const PGresult* result, std::string_view what) {
  std::string message = std::string(what) + ": " + PQerrorMessage(session);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  const char* field = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string_view state = field != nullptr ? field : "";
  const std::string_view group = state.substr(0, 2);
  if (state == "23505") return Error(ErrorCode::kConflict, "db.unique", message);
  if (state == "23503") return Error(ErrorCode::kConflict, "db.reference", message);
  if (group == "23") return Error(ErrorCode::kConflict, "db.constraint", message);
  if (group == "40" || state == "55P03" || state == "53300") return Error(ErrorCode::kUnavailable, "db.busy", message);
  if (state == "53100" || state == "53200") return Error(ErrorCode::kResourceExhausted, "db.full", message);
  if (state == "25006") return Error(ErrorCode::kPermissionDenied, "db.read_only", message);
  if (state == "57014") return Error(ErrorCode::kDeadlineExceeded, "db.timeout", message);
  // An error without a state is libpq's own: the session broke, also when it still calls itself well (a failed write).
  if (PQstatus(session) != CONNECTION_OK || field == nullptr || group == "08" || group == "57")
    return Error(ErrorCode::kUnavailable, "db.lost", message);
  return Error(ErrorCode::kInternal, "db.sql", message);
}

/// Parameters in the form libpq wants; bytes go binary, the rest as text.
struct Wire {
  std::vector<std::string> texts;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  std::vector<Oid> types;

  explicit Wire(std::size_t count) { texts.reserve(count); }
  void add(const Value& value) {
    const Value::Cell& cell = value.cell();
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
      push(std::to_string(*number), kInt8, 0);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      char buffer[32];
      const auto end = std::to_chars(buffer, buffer + sizeof buffer, *real).ptr;
      push(std::string(buffer, end), kFloat8, 0);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      push(*text, kText, 0);
    } else if (const auto* bytes = std::get_if<Blob>(&cell)) {
      push(std::string(bytes->begin(), bytes->end()), kBytea, 1);
    } else {
      values.push_back(nullptr), lengths.push_back(0), formats.push_back(0), types.push_back(0);
    }
  }
  int count() const { return static_cast<int>(values.size()); }
  std::string type_key() const {
    std::string key;
    for (const Oid type : types) key += std::to_string(type) + ",";
    return key;
  }

 private:
  void push(std::string text, Oid type, int format) {
    texts.push_back(std::move(text));
    values.push_back(texts.back().c_str());
    lengths.push_back(static_cast<int>(texts.back().size()));
    formats.push_back(format);
    types.push_back(type);
  }
};

Value number_of(const char* text, bool may_be_real) {
  const std::string_view digits(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc() && end == digits.data() + digits.size()) return Value(number);
  return may_be_real ? Value(std::strtod(text, nullptr)) : Value(std::int64_t{0});
}

Blob bytes_of(const char* text) {
  std::size_t size = 0;
  unsigned char* raw = PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size);
  Blob bytes(raw, raw + size);
  PQfreemem(raw);
  return bytes;
}

Value postgres_cell(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return Value();
  const char* text = PQgetvalue(result, row, column);
  switch (PQftype(result, column)) {
    case kBool:
      return Value(text[0] == 't');
    case kInt8:
    case kInt4:
    case kInt2:
      return number_of(text, false);
    case kNumeric:  // SUM of integers
      return number_of(text, true);
    case kFloat4:
    case kFloat8:
      return Value(std::strtod(text, nullptr));
    case kBytea:
      return Value(bytes_of(text));
    default:
      return Value(std::string(text, static_cast<std::size_t>(PQgetlength(result, row, column))));
  }
}

Answer read_answer(const PGresult* result, std::size_t row_limit) {
  Answer answer;
  answer.touched = std::atoi(PQcmdTuples(const_cast<PGresult*>(result)));
  const int columns = PQnfields(result);
  if (columns == 0) return answer;
  std::vector<std::string> list;
  for (int i = 0; i < columns; ++i) list.emplace_back(PQfname(result, i));
  const auto names = std::make_shared<const std::vector<std::string>>(std::move(list));
  const int rows = PQntuples(result);
  for (int row = 0; row < rows && answer.rows.size() < row_limit; ++row) {
    std::vector<Value> cells;
    cells.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) cells.push_back(postgres_cell(result, row, i));
    answer.rows.emplace_back(names, std::move(cells));
  }
  return answer;
}

class PostgresConnection : public Connection {
 public:
  explicit PostgresConnection(Session session) : session_(std::move(session)) {}

  Dialect dialect() const override { return Dialect::kPostgres; }
  bool alive() const override { return !lost_ && PQstatus(session_.get()) == CONNECTION_OK; }

  Result<void> begin(Access access) override {
    access_ = access;
    return command(access == Access::kWrite ? "BEGIN ISOLATION LEVEL SERIALIZABLE"
                                            : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  Result<void> commit() override {
    std::string transaction;
    if (access_ == Access::kWrite) {
      // Asked before, so that a session that dies in COMMIT leaves something to ask the next one for.
      AVA_TRY(auto answer, execute("SELECT pg_current_xact_id_if_assigned()::text AS id", {}, 1));
      transaction = answer.rows.empty() ? "" : answer.rows[0].text("id");
    }
    auto done = command("COMMIT");
    if (!done.ok() && done.error().slug() == "db.lost" && !transaction.empty())
      return Error(ErrorCode::kUnavailable, "db.commit_unknown", done.error().message())
          .detail("transaction", transaction);
    return done;
  }

  void rollback() override {
    if (alive()) (void)command("ROLLBACK");
  }

  Result<bool> was_committed(const std::string& transaction) override {
    const Param id{"id", transaction};
    AVA_TRY(auto answer, execute("SELECT pg_xact_status(CAST(CAST(:id AS TEXT) AS xid8)) AS status", {&id, 1}, 1));
    const std::string status = answer.rows.empty() ? "" : answer.rows[0].text("status");
    if (status == "in progress") return Error(ErrorCode::kUnavailable, "db.busy", "the transaction is still ending");
    return status == "committed";
  }

  Result<Answer> execute(std::string_view sql, std::span<const Param> params, std::size_t row_limit) override {
    const PositionalSql& positional = translated(sql);
    Wire wire(positional.names.size());
    for (const std::string& name : positional.names) {
      AVA_TRY(const Value* value, find_param(params, name, sql));
      wire.add(*value);
    }
    Reply reply;
    if (positional.names.empty()) {
      reply.reset(PQexecParams(session_.get(), positional.text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0));
    } else {
      AVA_TRY(const std::string statement, prepared(positional.text, wire));
      reply.reset(PQexecPrepared(session_.get(), statement.c_str(), wire.count(), wire.values.data(),
                                 wire.lengths.data(), wire.formats.data(), 0));
    }
    const auto status = PQresultStatus(reply.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failed(reply.get(), sql);
    return read_answer(reply.get(), row_limit);
  }

  Result<void> command(const char* sql) {
    const Reply reply(PQexec(session_.get(), sql));
    const auto status = PQresultStatus(reply.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    return failed(reply.get(), sql);
  }

 private:
  Error failed(const PGresult* result, std::string_view what) {
    Error error = postgres_error(session_.get(), result, what);
    lost_ = lost_ || error.slug() == "db.lost";
    return error;
  }

  const PositionalSql& translated(std::string_view sql) {
    std::string key(sql);
    if (const auto known = texts_.find(key); known != texts_.end()) return known->second;
    if (texts_.size() >= kStatementLimit) texts_.clear();
    return texts_.emplace(std::move(key), to_positional(sql)).first->second;
  }

  /// A statement is prepared once per session and per list of types (NULL has none).
  Result<std::string> prepared(const std::string& text, const Wire& wire) {
    const std::string key = wire.type_key() + text;
    if (const auto known = statements_.find(key); known != statements_.end()) return known->second;
    if (statements_.size() >= kStatementLimit) {
      AVA_CHECK(command("DEALLOCATE ALL"));
      statements_.clear();
    }
    const std::string name = "s" + std::to_string(++counter_);
    const Reply reply(PQprepare(session_.get(), name.c_str(), text.c_str(), wire.count(), wire.types.data()));
    if (PQresultStatus(reply.get()) != PGRES_COMMAND_OK) return failed(reply.get(), text);
    statements_.emplace(key, name);
    return name;
  }

  Session session_;
  Access access_ = Access::kRead;
  bool lost_ = false;
  std::unordered_map<std::string, PositionalSql> texts_;
  std::unordered_map<std::string, std::string> statements_;
  std::uint64_t counter_ = 0;
};

Result<void> prepare_session(PostgresConnection& connection, PGconn* session, const std::string& schema) {
  // Whatever the server's default is, what we acknowledge is on its disk.
  AVA_CHECK(connection.command(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"));
  AVA_CHECK(connection.command("SET statement_timeout = '60s'"));
  AVA_CHECK(connection.command("SET idle_in_transaction_session_timeout = '120s'"));
  AVA_CHECK(connection.command("SET client_min_messages = 'warning'"));
  if (schema.empty()) return {};
  char* quoted = PQescapeIdentifier(session, schema.data(), schema.size());
  const std::string name = quoted != nullptr ? quoted : "";
  PQfreemem(quoted);
  if (name.empty()) return Error(ErrorCode::kInvalidArgument, "db.bad_url", "bad schema name");
  // IF NOT EXISTS alone still fails when two sessions make it at the same moment: then it is there.
  if (auto made = connection.command(("CREATE SCHEMA IF NOT EXISTS " + name).c_str());
      !made.ok() && made.error().slug() != "db.unique")
    return made;
  return connection.command(("SET search_path TO " + name).c_str());
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgres(const std::string& url, const std::string& schema) {
  const char* keys[] = {"dbname",           "connect_timeout", "tcp_user_timeout",
                        "application_name", "client_encoding", nullptr};
  const char* values[] = {url.c_str(), "5", "20000", "ava", "UTF8", nullptr};
  Session session(PQconnectdbParams(keys, values, 1));
  if (session == nullptr || PQstatus(session.get()) != CONNECTION_OK) {
    std::string message = session != nullptr ? PQerrorMessage(session.get()) : "out of memory";
    while (!message.empty() && message.back() == '\n') message.pop_back();
    return Error(ErrorCode::kUnavailable, "db.unavailable", message);
  }
  PQsetNoticeProcessor(
      session.get(), [](void*, const char*) {}, nullptr);
  PGconn* raw = session.get();
  auto connection = std::make_unique<PostgresConnection>(std::move(session));
  AVA_CHECK(prepare_session(*connection, raw, schema));
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace ava::db
