// The way of a TCP connection to its first request: where it comes from, and
// TLS.

#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/http/http_session.hpp"
#include "atrium/net/http/proxy_header.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace atrium {

http_session::http_session(stream_socket socket, lane_thread& lane,
                           node_context_ptr node, http_routes routes,
                           std::shared_ptr<waiting_room::place> place)
  : stream_(std::move(socket)),
    lane_(lane),
    node_(std::move(node)),
    routes_(routes),
    peer_(peer_of(stream_.next_layer())),
    place_(std::move(place)),
    from_{peer_, permit{place_}, {}} {
  // Beast bounds neither the extensions of chunks nor the trailer.
  constexpr std::size_t least = 8192;
  buffer_.max_size(std::max(2 * node_->http.max_header_bytes, least));
}

void http_session::run(std::shared_ptr<ssl_ctx_st> context, bool proxied) {
  boost::asio::post(lane_.io(), [self = shared_from_this(), context, proxied] {
    self->accepted_ = self->lane_.pulse().time();
    self->expect_client();
    self->place_->on_eviction(
      [weak = self->weak_from_this(), &io = self->lane_.io()] {
        boost::asio::post(io, [weak] {
          if (auto evicted = weak.lock())
            evicted->close();
        });
      });
    if (proxied)
      self->hear_proxy(context);
    else
      self->begin(context);
  });
}

std::chrono::seconds http_session::time_left() const {
  auto all = node_->http.handshake_timeout;
  return routes_.for_operators ? all : all + accepted_ - lane_.pulse().time();
}

// The node waits for the client, which may have to leave for another one. For
// what there is to be said to it there is a second in any case.
void http_session::expect_client() {
  place_->idle();
  lane_.pulse().expire_after(*this,
                             std::max(time_left(), std::chrono::seconds{1}));
}

void http_session::expect_nobody() {
  place_->busy();
  heartbeat::cancel_deadline(*this);
}

void http_session::hear_proxy(std::shared_ptr<ssl_ctx_st> context) {
  if (!node_->proxies.contains(peer_))
    return refuse_proxy("is no trusted proxy");
  boost::system::error_code ignored;
  stream_.next_layer().non_blocking(true, ignored);
  read_proxy_header(std::move(context), std::make_shared<std::string>());
}

void http_session::read_proxy_header(std::shared_ptr<ssl_ctx_st> context,
                                     std::shared_ptr<std::string> seen) {
  stream_.next_layer().async_wait(
    stream_socket::wait_read,
    [self = shared_from_this(), context, seen](auto error) {
      auto cut = error == boost::asio::error::operation_aborted
                 && self->node_->life->lets_in();
      if (cut && !seen->empty())
        self->refuse_proxy("says only a part of a header in time");
      else if (error)
        self->close();
      else
        self->take_proxy_header(context, seen);
    });
}

// Looks before it takes: what follows the header may be for TLS.
void http_session::take_proxy_header(std::shared_ptr<ssl_ctx_st> context,
                                     std::shared_ptr<std::string> seen) {
  auto& socket = stream_.next_layer();
  auto before = seen->size();
  boost::system::error_code error;
  seen->resize(proxy_header::longest);
  auto free = boost::asio::buffer(*seen) + before;
  auto n = socket.receive(free, stream_socket::message_peek, error);
  seen->resize(before + (error ? 0 : n));
  if (error == boost::asio::error::would_block)
    return read_proxy_header(std::move(context), std::move(seen));
  if (error && seen->empty())
    return close(); // as probes do
  auto header = proxy_header::read(*seen);
  if (error || header.is == proxy_header::state::broken)
    return refuse_proxy(error ? "ends within its header" : header.flaw);
  auto whole = header.is == proxy_header::state::complete;
  seen->resize(whole ? header.size : seen->size());
  socket.receive(boost::asio::buffer(*seen) + before, 0, error);
  if (!whole)
    return read_proxy_header(std::move(context), std::move(seen));
  is_nameless_ = !header.client;
  peer_ = header.client.value_or(peer_);
  begin(context);
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
  stream_.encrypt(*context);
  stream_.tls()->handshake([self = shared_from_this()](auto error) {
    error ? self->close() : self->read();
  });
}

} // namespace atrium
