#include "http/connection.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "base/id.hpp"
#include "base/log.hpp"
#include "http/problem.hpp"
#include "http/reply_head.hpp"

namespace ava::http {

namespace bhttp = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kBlockBytes = 64u << 10;
constexpr std::uint64_t kDiscardBytes = 64u << 10;
constexpr std::chrono::seconds kLinger{3};

Error too_large(std::uint64_t limit) {
  return Error(ErrorCode::kInvalidArgument, "http.body_too_large",
               "the body is larger than " + std::to_string(limit) + " bytes")
      .detail("limit_bytes", std::to_string(limit));
}

Error overloaded() {
  return Error(ErrorCode::kUnavailable, "http.overloaded", "too many requests are waiting")
      .detail("retry_after_seconds", "1");
}

/// The client's own id when it is short and plain, else a new one.
std::string request_id_of(const Headers& headers) {
  std::string id = headers.get("X-Request-Id");
  const bool plain = !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  return plain ? id : new_uuid7();
}

}  // namespace

void serve(ServerState& state, net::Accepted accepted) {
  auto connection = std::make_shared<Connection>(state, std::move(accepted));
  if (state.enter(connection)) connection->start();
}

Connection::Connection(ServerState& state, net::Accepted accepted)
    : state_(state),
      executor_(accepted.socket.get_executor()),
      stream_(std::move(accepted.socket)),
      peer_(std::move(accepted.peer)),
      is_unix_(accepted.is_unix),
      signal_(std::make_shared<net::Signal>(executor_)),
      hurry_timer_(executor_) {}

void Connection::start() {
  auto life = [self = shared_from_this()]() -> Task<> { return self->run(); };
  auto end = [self = shared_from_this()](const std::exception_ptr& problem) {
    if (problem) log::error("http", "connection of {} ended by an exception", self->peer_);
    self->stream_.close();
    self->state_.leave(self.get());
  };
  asio::co_spawn(executor_, std::move(life), std::move(end));
}

void Connection::finish() {
  on_strand(shared_from_this(), [](Connection& self) {
    if (self.idle_) self.stream_.close();
    if (self.live_) self.live_->close();
  });
}

void Connection::abort() {
  on_strand(shared_from_this(), [](Connection& self) { self.stream_.close(); });
}

Task<> Connection::run() {
  bool go_on = true;
  while (go_on) go_on = co_await serve_one();
}

Task<bool> Connection::serve_one() {
  if (!co_await wait_for_bytes()) co_return false;
  if (!co_await read_header()) co_return false;
  auto exchange = std::make_shared<Exchange>();
  Result<void> opened = open(*exchange);
  if (!opened.ok()) co_return co_await refuse(exchange, opened.error());
  const Route* route = exchange->match.route;
  if (route != nullptr && route->is_websocket) co_return co_await serve_socket(exchange);
  if (route != nullptr && route->is_upload) {
    co_await run_upload(exchange);
  } else {
    Result<void> body = co_await read_body(exchange);
    if (!body.ok()) co_return co_await refuse(exchange, body.error());
    co_await run_handler(exchange);
  }
  if (!exchange->outcome->ok()) co_return co_await refuse(exchange, exchange->outcome->error());
  Reply reply = std::move(*exchange->outcome).value();
  co_return co_await answer(exchange, std::move(reply));
}

Task<bool> Connection::wait_for_bytes() {
  const auto limit = first_ ? state_.options.header_deadline : state_.options.idle_deadline;
  first_ = false;
  if (buffer_.size() > 0) co_return true;
  idle_ = true;
  if (state_.stopping) co_return false;
  stream_.expires_after(limit);
  auto [problem, bytes] = co_await stream_.async_read_some(buffer_.prepare(4096), net::kAwait);
  idle_ = false;
  buffer_.commit(bytes);
  co_return !problem;
}

Task<bool> Connection::read_header() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(state_.options.header_limit_bytes));
  parser_->body_limit(boost::none);
  body_bytes_ = 0;
  stream_.expires_after(state_.options.header_deadline);
  auto [problem, bytes] = co_await bhttp::async_read_header(stream_, buffer_, *parser_, net::kAwait);
  if (!problem) co_return true;
  auto exchange = std::make_shared<Exchange>();
  exchange->request.request_id = new_uuid7();
  exchange->request.peer = peer_;
  Error error(ErrorCode::kInvalidArgument, "http.malformed", "not an HTTP/1.1 request: " + problem.message());
  if (problem == bhttp::error::header_limit)
    error = Error(ErrorCode::kInvalidArgument, "http.header_too_large", "the header is too large");
  const bool can_answer = problem.category() == bhttp::make_error_code(bhttp::error::bad_version).category() &&
                          problem != bhttp::error::end_of_stream && problem != bhttp::error::partial_message;
  if (can_answer) co_await refuse(exchange, error);
  co_return false;
}

Result<void> Connection::fill_request(Exchange& exchange) {
  const auto& message = parser_->get();
  Request& request = exchange.request;
  for (const auto& field : message)
    request.headers.add({field.name_string().data(), field.name_string().size()},
                        {field.value().data(), field.value().size()});
  request.request_id = request_id_of(request.headers);
  request.peer = peer_;
  request.over_unix_socket = is_unix_;
  request.stop = state_.stop.get_token();
  exchange.is_http10 = message.version() == 10;
  exchange.expects_continue = beast::iequals(message[bhttp::field::expect], "100-continue") && !exchange.is_http10;
  if (const auto length = parser_->content_length()) request.content_length = *length;
  if (message.version() != 11 && !exchange.is_http10)
    return Error(ErrorCode::kInvalidArgument, "http.malformed", "only HTTP/1.1 and HTTP/1.0 are spoken here");
  if (message.count(bhttp::field::host) != 1 && !exchange.is_http10)
    return Error(ErrorCode::kInvalidArgument, "http.malformed", "a request needs exactly one Host");
  const auto method = method_of({message.method_string().data(), message.method_string().size()});
  if (!method) return Error(ErrorCode::kInvalidArgument, "http.unknown_method", "unknown method");
  request.method = *method;
  AVA_TRY(Target target, parse_target({message.target().data(), message.target().size()}));
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  return {};
}

Result<void> Connection::open(Exchange& exchange) {
  AVA_CHECK(fill_request(exchange));
  Request& request = exchange.request;
  AVA_TRY(exchange.match, state_.router.find(request.method, request.path));
  request.path_params = exchange.match.params;
  const Route* route = exchange.match.route;
  const bool upload = route != nullptr && route->is_upload;
  const std::uint64_t limit = upload             ? state_.options.upload_limit_bytes
                              : route != nullptr ? route->body_limit_bytes
                                                 : 0;
  if (request.content_length.value_or(0) > limit) return too_large(limit);
  return {};
}

Task<std::optional<std::size_t>> Connection::read_block() {
  block_.resize(kBlockBytes);  // not before a body comes: most connections only ask
  auto& body = parser_->get().body();
  body.data = block_.data();
  body.size = block_.size();
  body.more = true;
  auto [problem, bytes] = co_await bhttp::async_read_some(stream_, buffer_, *parser_, net::kAwait);
  if (problem && problem != bhttp::error::need_buffer) co_return std::nullopt;
  const std::size_t got = block_.size() - parser_->get().body().size;
  body_bytes_ += got;
  co_return got;
}

Task<> Connection::send_continue(ExchangePtr exchange) {
  if (!std::exchange(exchange->expects_continue, false)) co_return;
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  stream_.expires_after(state_.options.stall_deadline);
  co_await asio::async_write(stream_, asio::buffer(kContinue), net::kAwait);
}

Task<Result<void>> Connection::read_body(ExchangePtr exchange) {
  if (parser_->is_done()) co_return Result<void>();
  const std::size_t limit = exchange->match.route != nullptr ? exchange->match.route->body_limit_bytes : 0;
  co_await send_continue(exchange);
  stream_.expires_after(state_.options.body_deadline);
  std::string& body = exchange->request.body;
  while (!parser_->is_done()) {
    const std::optional<std::size_t> got = co_await read_block();
    if (!got) co_return Error(ErrorCode::kInvalidArgument, "http.malformed", "the body is broken or incomplete");
    if (body.size() + *got > limit) co_return too_large(limit);
    body.append(block_.data(), *got);
  }
  co_return Result<void>();
}

Task<bool> Connection::discard_body(ExchangePtr exchange) {
  if (!parser_->is_header_done() || exchange->expects_continue) co_return false;
  stream_.expires_after(state_.options.body_deadline);
  while (!parser_->is_done()) {
    if (exchange->request.content_length.value_or(0) > kDiscardBytes || body_bytes_ > kDiscardBytes) co_return false;
    const std::optional<std::size_t> got = co_await read_block();
    if (!got) co_return false;
  }
  co_return true;
}

Task<> Connection::wait_done(ExchangePtr exchange) {
  while (!exchange->done.load(std::memory_order_acquire)) co_await signal_->wait();
}

Task<> Connection::run_handler(ExchangePtr exchange) {
  auto work = [exchange, signal = signal_, &router = state_.router] {
    exchange->outcome = router.call(exchange->match, exchange->request);
    exchange->done.store(true, std::memory_order_release);
    signal->notify();
  };
  if (state_.workers.submit(std::move(work))) {
    co_await wait_done(exchange);
  } else {
    exchange->outcome = overloaded();
  }
}

Task<> Connection::run_upload(ExchangePtr exchange) {
  auto wake = [signal = signal_] { signal->notify(); };
  auto pipe = std::make_shared<UploadPipe>(state_.options.stream_buffer_bytes, wake);
  exchange->request.upload = pipe.get();
  if (parser_->is_done()) pipe->end();
  auto work = [exchange, pipe, signal = signal_, &router = state_.router] {
    exchange->outcome = router.call(exchange->match, exchange->request);
    exchange->done.store(true, std::memory_order_release);
    signal->notify();
  };
  if (!state_.uploads.submit(std::move(work))) {
    exchange->outcome = overloaded();
    co_return;
  }
  co_await pump_upload(exchange, pipe);
  co_await wait_done(exchange);
  exchange->request.upload = nullptr;
}

Task<> Connection::pump_upload(ExchangePtr exchange, std::shared_ptr<UploadPipe> pipe) {
  const std::uint64_t limit = state_.options.upload_limit_bytes;
  while (!parser_->is_done() && !exchange->done.load(std::memory_order_acquire)) {
    if (!pipe->wants_more()) {
      co_await signal_->wait();
      continue;
    }
    co_await send_continue(exchange);
    stream_.expires_after(state_.options.stall_deadline);
    const std::optional<std::size_t> got = co_await read_block();
    if (!got) {
      pipe->fail(Error(ErrorCode::kUnavailable, "http.upload_broken", "the upload stopped before its end"));
      co_return;
    }
    if (body_bytes_ > limit) {
      pipe->fail(too_large(limit));
      co_return;
    }
    pipe->write({block_.data(), *got});
    if (parser_->is_done()) pipe->end();
  }
}

Task<bool> Connection::refuse(ExchangePtr exchange, Error error) {
  Reply reply = problem_reply(error, exchange->request.request_id);
  exchange->must_close = error.slug() == "http.malformed";
  co_return co_await answer(exchange, std::move(reply));
}

Task<bool> Connection::answer(ExchangePtr exchange, Reply reply) {
  const bool body_read = co_await discard_body(exchange);
  const bool is_head = exchange->request.method == Method::kHead;
  const bool bodiless = reply.status == 204 || reply.status == 304;
  HeadFacts facts;
  facts.is_http10 = exchange->is_http10;
  facts.request_id = exchange->request.request_id;
  facts.keep_alive = body_read && parser_->keep_alive() && !exchange->must_close && !state_.stopping;
  facts.length = reply.stream ? reply.stream_bytes : std::optional<std::uint64_t>(reply.body.size());
  if (bodiless) facts.length.reset();
  const bool unknown_length = !facts.length && !bodiless;
  facts.chunked = unknown_length && !exchange->is_http10;
  if (unknown_length && exchange->is_http10) facts.keep_alive = false;
  std::string head = reply_head(reply, facts);
  const bool streamed = reply.stream && !is_head && !bodiless;
  const std::string_view body = is_head || bodiless || reply.stream ? std::string_view() : std::string_view(reply.body);
  bool sent = co_await send_text(exchange, std::move(head), body);
  if (sent && streamed) sent = co_await send_stream(exchange, reply, facts.chunked);
  if (state_.options.on_finished) {
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - exchange->started);
    state_.options.on_finished(exchange->request, reply.status, exchange->sent_bytes, spent);
  }
  if (!sent) co_return false;
  if (!body_read) co_await linger();
  co_return facts.keep_alive;
}

Task<bool> Connection::send_text(ExchangePtr exchange, std::string head, std::string_view body) {
  std::string_view piece = body.substr(0, state_.options.stream_buffer_bytes);
  std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(piece)};
  while (true) {
    stream_.expires_after(state_.options.stall_deadline);
    auto [problem, bytes] = co_await asio::async_write(stream_, both, net::kAwait);
    exchange->sent_bytes += bytes;
    if (problem) co_return false;
    body.remove_prefix(piece.size());
    if (body.empty()) co_return true;
    piece = body.substr(0, state_.options.stream_buffer_bytes);
    both = {asio::const_buffer(), asio::buffer(piece)};
  }
}

Task<bool> Connection::send_stream(ExchangePtr exchange, Reply& reply, bool chunked) {
  auto block = std::make_shared<std::vector<char>>(state_.options.stream_buffer_bytes);
  auto got = std::make_shared<Result<std::size_t>>(std::size_t{0});
  std::uint64_t left = reply.stream_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
  std::string size_line;
  while (left > 0) {
    exchange->done = false;
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left, block->size()));
    auto read = [exchange, block, got, want, source = reply.stream.get(), signal = signal_] {
      *got = source->read(std::span(block->data(), want));
      exchange->done.store(true, std::memory_order_release);
      signal->notify();
    };
    if (!state_.streams.submit(std::move(read))) co_return false;
    co_await wait_done(exchange);
    if (!got->ok()) {
      log::warn("http", "answer {} broken off: {}", exchange->request.request_id, got->error().text());
      co_return false;
    }
    const std::size_t bytes = **got;
    if (bytes == 0 && !chunked) co_return !reply.stream_bytes.has_value();
    left -= bytes;
    if (chunked) size_line = fmt::format("{:x}\r\n", bytes);
    const std::array<asio::const_buffer, 3> parts{asio::buffer(size_line), asio::buffer(block->data(), bytes),
                                                  asio::buffer("\r\n", chunked ? 2 : 0)};
    stream_.expires_after(state_.options.stall_deadline);
    auto [problem, written] = co_await asio::async_write(stream_, parts, net::kAwait);
    exchange->sent_bytes += written;
    if (problem) co_return false;
    if (bytes == 0) break;
  }
  co_return true;
}

/// The client still sends what we do not want: closing at once would make its system throw our answer away.
Task<> Connection::linger() {
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  stream_.expires_after(kLinger);
  block_.resize(kBlockBytes);
  while (true) {
    auto [problem, bytes] = co_await stream_.async_read_some(asio::buffer(block_), net::kAwait);
    if (problem) co_return;
  }
}

}  // namespace ava::http
