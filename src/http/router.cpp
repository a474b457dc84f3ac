#include "http/router.hpp"

#include <cstdlib>
#include <exception>
#include <new>

#include "base/log.hpp"

namespace ava::http {

namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  std::size_t at = 1;
  while (at <= path.size()) {
    const auto slash = std::min(path.find('/', at), path.size());
    out.emplace_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return out;
}

bool is_param(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

[[noreturn]] void die(const Route& route, std::string_view why) {
  log::error("http", "route {} {}: {}", name_of(route.method), route.pattern, why);
  std::abort();
}

struct Entry {
  std::unique_ptr<Route> route;
  std::vector<std::string> segments;

  bool matches(const std::vector<std::string>& path) const {
    if (path.size() != segments.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i)
      if (is_param(segments[i]) ? path[i].empty() : segments[i] != path[i]) return false;
    return true;
  }
  /// Literal segments win over parameters, the leftmost first.
  bool is_closer_than(const Entry& other) const {
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (is_param(segments[i]) != is_param(other.segments[i])) return !is_param(segments[i]);
    return false;
  }
  bool same_shape(const Entry& other) const {
    if (segments.size() != other.segments.size()) return false;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (is_param(segments[i]) != is_param(other.segments[i])) return false;
      if (!is_param(segments[i]) && segments[i] != other.segments[i]) return false;
    }
    return true;
  }
};

bool serves(const Route& route, Method method) {
  return route.method == method || (method == Method::kHead && route.method == Method::kGet && !route.is_websocket);
}

}  // namespace

struct Router::Table {
  std::vector<Entry> entries;
  Before before;
  Fallback fallback;
  Route fallback_route;
};

Router::Router() : table_(std::make_unique<Table>()) {
  table_->fallback_route.name = "fallback";
  table_->fallback_route.is_public = true;
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
  if (route.pattern.empty() || route.pattern.front() != '/') die(route, "a pattern starts with '/'");
  if (route.is_websocket ? !route.on_socket : !route.handle) die(route, "has no function");
  Entry entry{std::make_unique<Route>(std::move(route)), {}};
  entry.segments = split(entry.route->pattern);
  for (const Entry& other : table_->entries)
    if (other.route->method == entry.route->method && other.same_shape(entry)) die(*entry.route, "is there already");
  table_->entries.push_back(std::move(entry));
}

void Router::set_before(Before hook) { table_->before = std::move(hook); }
void Router::set_fallback(Fallback fallback) { table_->fallback = std::move(fallback); }

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> out;
  for (const Entry& entry : table_->entries) out.push_back(entry.route.get());
  return out;
}

Result<Router::Match> Router::find(Method method, std::string_view path) const {
  const std::vector<std::string> segments = split(path);
  const Entry* best = nullptr;
  std::string allow;
  for (const Entry& entry : table_->entries) {
    if (!entry.matches(segments)) continue;
    allow += (allow.empty() ? "" : ", ") + std::string(name_of(entry.route->method));
    if (serves(*entry.route, method) && (best == nullptr || entry.is_closer_than(*best))) best = &entry;
  }
  if (best != nullptr) {
    Match match{best->route.get(), {}};
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (const std::string& name = best->segments[i]; is_param(name))
        match.params[name.substr(1, name.size() - 2)] = segments[i];
    return match;
  }
  if (!allow.empty())
    return Error(ErrorCode::kInvalidArgument, "http.method_not_allowed",
                 std::string(name_of(method)) + " is not possible here")
        .detail("allow", allow);
  const bool readable = method == Method::kGet || method == Method::kHead;
  if (readable && table_->fallback && path.substr(0, 5) != "/api/") return Match{};
  return Error(ErrorCode::kNotFound, "http.no_route", "there is nothing at '" + std::string(path) + "'");
}

Result<void> Router::admit(const Match& match, Request& request) const {
  const Route& route = match.route != nullptr ? *match.route : table_->fallback_route;
  return table_->before ? table_->before(request, route) : Result<void>();
}

namespace {
/// Run a handler; whatever escapes it becomes an error.
template <class Function>
auto guarded(const Function& function) -> decltype(function()) {
  // adapter: a bug or an exhausted memory in one handler must not end the server for everybody
  try {
    return function();
  } catch (const std::exception& e) {
    return Error(ErrorCode::kInternal, "http.internal", std::string("exception in a handler: ") + e.what());
  }
}
}  // namespace

Result<Reply> Router::call(const Match& match, Request& request) const {
  return guarded([&]() -> Result<Reply> {
    AVA_CHECK(admit(match, request));
    return match.route != nullptr ? match.route->handle(request) : table_->fallback(request);
  });
}

Result<void> Router::open(const Match& match, Request& request, const std::shared_ptr<WebSocket>& socket) const {
  return guarded([&]() -> Result<void> {
    AVA_CHECK(admit(match, request));
    socket->principal = request.principal;
    return match.route->on_socket(request, socket);
  });
}

}  // namespace ava::http
