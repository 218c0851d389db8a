#include "atrium/net/http/http_session.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/http_rules.hpp"
#include "atrium/net/http/proxy_reader.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

namespace http = boost::beast::http;

namespace {

std::string_view bytes_of(const boost::beast::flat_buffer& x) {
  return {static_cast<const char*>(x.data().data()), x.size()};
}

} // namespace

// -- from accepting it to the first request -----------------------------------

http_session::http_session(stream_socket socket, lane_thread& lane,
                           node_context_ptr node, http_routes routes,
                           std::shared_ptr<pending_connections::place> place)
  : stream_(std::move(socket)),
    lane_(lane),
    node_(std::move(node)),
    routes_(routes),
    peer_(peer_of(stream_.next_layer())),
    place_(std::move(place)),
    is_trusted_(routes.for_operators) {
  buffer_.max_size(8192); // Beast bounds no extensions of chunks, no trailer
}

void http_session::run(std::shared_ptr<ssl_ctx_st> context, bool proxied) {
  boost::asio::post(lane_.io(), [self = shared_from_this(), context, proxied] {
    self->accepted_ = self->lane_.timers().time();
    self->expect_client();
    // Weak: the session owns the place. Posted: the caller holds a mutex.
    self->place_->on_eviction(
      [weak = self->weak_from_this(), &io = self->lane_.io()] {
        boost::asio::post(io, [weak] {
          if (auto evicted = weak.lock())
            evicted->close();
        });
      });
    if (proxied)
      self->read_proxy_header(context);
    else
      self->begin(context);
  });
}

void http_session::read_proxy_header(std::shared_ptr<ssl_ctx_st> context) {
  if (!node_->rules->proxies.contains(peer_)) // a stranger's own word
    return refuse_proxy("is no trusted proxy");
  auto done = [self = shared_from_this(), context](auto error, auto& header) {
    self->on_proxy_header(context, error, header);
  };
  std::make_shared<proxy_reader>(stream_.next_layer(), std::move(done))->run();
}

void http_session::on_proxy_header(const std::shared_ptr<ssl_ctx_st>& context,
                                   boost::system::error_code error,
                                   const proxy_header& header) {
  auto stops
    = error == boost::asio::error::operation_aborted && !node_->life->lets_in();
  if (header.is == proxy_header::state::complete) {
    is_nameless_ = !header.client;
    peer_ = header.client.value_or(peer_);
    begin(context);
  } else if (header.flaw.empty() || stops) {
    close();
  } else {
    refuse_proxy(header.flaw);
  }
}

// Behind it is a balancer that is set up in another way than the node, and
// nobody who would read an answer.
void http_session::refuse_proxy(std::string_view why) {
  log::warn("proxy_refused", {{"address", peer_.to_string()}, {"reason", why}},
            "what begins a connection is not the PROXY protocol as agreed");
  close();
}

void http_session::begin(const std::shared_ptr<ssl_ctx_st>& context) {
  if (!context)
    return read();
  stream_.encrypt(*context); // stays when SIGHUP loads another one
  stream_.tls()->handshake([self = shared_from_this()](auto error) {
    error ? self->close() : self->read();
  });
}

// -- deadlines ----------------------------------------------------------------

std::chrono::seconds http_session::time_left() const {
  auto all = node_->rules->http.handshake_timeout;
  return is_trusted_ ? all : all + accepted_ - lane_.timers().time();
}

// The node waits for the client, which may have to leave for another one. For
// what there is to be said to it there is a second in any case.
void http_session::expect_client() {
  place_->idle();
  lane_.timers().expire_after(*this,
                              std::max(time_left(), std::chrono::seconds{1}));
}

void http_session::expect_nobody() {
  place_->busy();
  lane_timers::cancel_deadline(*this);
}

// -- reading ------------------------------------------------------------------

void http_session::read() {
  if (time_left() <= std::chrono::seconds::zero())
    return linger(); // until the deadline of `respond`
  blank_lines_ = 1;  // RFC 9112, 2.2: one before a request does not count
  expect_client();
  read_head();
}

void http_session::read_head() {
  parser_.emplace(); // for one request; what came behind it is in the buffer
  auto longest = node_->rules->http.max_header_bytes;
  buffer_.max_size(std::max(buffer_.max_size(), 2 * longest)); // only grows
  parser_->header_limit(static_cast<std::uint32_t>(longest));
  // The first that can be known: which route it is stands in the head.
  parser_->body_limit(routes_.longest_body(*node_));
  head_left_ = longest;
  parse_head();
}

// Beast bounds what it has not parsed yet: lines that come one by one would
// never be too many.
void http_session::parse_head() {
  if (blank_lines_ > 0 && !parser_->got_some() && bytes_of(buffer_) == "\r")
    return read_more(false); // a blank line, as soon as its other half is here
  boost::system::error_code error;
  auto size = parser_->put(buffer_.data(), error);
  buffer_.consume(size);
  auto is_whole = error != http::error::need_more;
  if (size + (is_whole ? 0 : buffer_.size()) > head_left_)
    return on_head(http::error::header_limit);
  head_left_ -= size;
  is_whole ? on_head(error) : read_more(false);
}

// The first bytes of a request end the time between two of them.
void http_session::read_more(bool is_first) {
  constexpr std::size_t longest_read = 65'536; // as Beast reads
  stream_.async_read_some(
    buffer_.prepare(boost::beast::read_size(buffer_, longest_read)),
    [self = shared_from_this(), is_first](auto error, std::size_t size) {
      if (error)
        return self->close();
      self->buffer_.commit(size);
      is_first ? self->read() : self->parse_head();
    });
}

void http_session::on_head(boost::system::error_code error) {
  if (error == http::error::bad_method && blank_lines_ > 0
      && bytes_of(buffer_).starts_with("\r\n")) {
    --blank_lines_;
    buffer_.consume(2);
    return read_head();
  }
  if (error)
    return on_read(error);
  // From here on the request has one reading only.
  auto& head = parser_->get();
  no_ = refusal_of(head);
  route_ = no_ ? nullptr : routes_.find(head);
  head_.reset(); // only chunks bring a trailer
  if (parser_->chunked())
    head_ = head.base();
  auto* guarded
    = route_ ? std::get_if<http_route::guarded>(&route_->how) : nullptr;
  if (guarded)
    go_on_with(guarded->gate->largest_body(*node_), guarded->gate);
  else
    go_on_with(routes_.largest_body, nullptr);
}

void http_session::go_on_with(std::size_t largest_body, const http_gate* gate) {
  std::optional<std::size_t> size;
  if (auto length = parser_->content_length())
    size = *length;
  else if (parser_->chunked())
    parser_->body_limit(largest_body);
  else
    size = 0;
  if (gate && stop_at_gate(*gate, size))
    return;
  if (size.value_or(0) > largest_body)
    return on_read(http::error::body_limit);
  if (!parser_->is_done() && buffer_.size() == 0 // else it has begun
      && waits_for_continue(parser_->get()))
    return answer_continue();
  read_body();
}

// Who is refused gets the answer at once. A short body is read in spite of that
// so that the connection may go on.
bool http_session::stop_at_gate(const http_gate& gate,
                                std::optional<std::size_t> body) {
  constexpr std::size_t short_body = 16'384;
  pass_ = gate.check(*node_, parser_->get(),
                     body.value_or(gate.largest_body(*node_)));
  if (!pass_.no)
    pass_.no = settle(gate);
  if (!pass_.no)
    return false;
  no_ = std::move(pass_.no);
  if (no_->status == 401) // a key may count no longer
    is_trusted_ = routes_.for_operators;
  if (body && *body <= short_body)
    return false;
  expect_nobody();
  no_->last = true;
  respond(parser_->get(), std::move(*no_));
  return true;
}

// The connection stays from now on. Where operators are served, too, only so
// many may.
std::optional<http_answer> http_session::settle(const http_gate& gate) {
  if (routes_.for_operators && !settled_) {
    auto places = gate.places(*node_);
    if (!places->try_acquire(1)) {
      auto result = route_->problem(503, "overloaded", "too many connections");
      result.last = true;
      return result;
    }
    settled_.emplace(places, 1);
  }
  is_trusted_ = true;
  return std::nullopt;
}

// RFC 9110, 10.1.1: who waits hears 100, or at once that it waits in vain.
void http_session::answer_continue() {
  if (no_) {
    expect_nobody();
    no_->last = true; // the body may come in spite of this
    return respond(parser_->get(), std::move(*no_));
  }
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                           [self = shared_from_this()](auto error, auto) {
                             error ? self->close() : self->read_body();
                           });
}

void http_session::read_body() {
  if (parser_->is_done())
    return on_read({});
  http::async_read(
    stream_, buffer_, *parser_,
    [self = shared_from_this()](auto error, auto) { self->on_read(error); });
}

void http_session::on_read(boost::system::error_code error) {
  expect_nobody();
  if (!error) {
    request_ = parser_->release();
    // Beast puts the trailer among the fields of the header, where RFC 9110,
    // 6.5.1, lets nobody put it.
    if (auto head = std::exchange(head_, std::nullopt))
      request_.base() = std::move(*head);
    return handle();
  }
  if (error == http::error::header_limit)
    ++node_->client_counts->headers_refused;
  auto bytes = bytes_of(buffer_);
  auto flaw = flaw_of(error, bytes);
  if (!flaw)
    return close();
  std::string_view target{parser_->get().target()};
  http_request broken;
  broken.version(11); // nothing else is known of the request
  respond(broken, answer_to(*flaw, path_named_by(target, bytes)));
}

} // namespace atrium
