// The way of a TCP connection to its first request: where it comes from, and
// TLS.

#include "atrium/net/http_session.hpp"
#include "atrium/net/proxy_header.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>

namespace atrium {

http_session::http_session(stream_socket socket, lane_thread& lane,
                           node_context_ptr node, http_routes routes,
                           gate_ticket place)
  : stream_(std::move(socket)),
    lane_(lane),
    node_(std::move(node)),
    routes_(routes),
    peer_(peer_of(stream_.next_layer())),
    from_{peer_, std::move(place), {}} {
  // nop
}

void http_session::run(std::shared_ptr<ssl_ctx_st> context, bool proxied) {
  boost::asio::post(lane_.io(), [self = shared_from_this(), context, proxied] {
    auto& by = self->node_->options;
    self->lane_.pulse().expire_after(*self, by.handshake_timeout);
    if (proxied)
      self->hear_proxy(context);
    else
      self->begin(context);
  });
}

// Reads no more than the header: what follows may be for TLS.
void http_session::hear_proxy(std::shared_ptr<ssl_ctx_st> context) {
  if (!node_->proxies.contains(peer_))
    return close();
  auto header = std::make_shared<std::string>(proxy_header::fixed_size, '\0');
  boost::asio::async_read(
    stream_, boost::asio::buffer(*header),
    [self = shared_from_this(), context, header](auto error, auto) {
      auto size = error ? std::nullopt : proxy_header::size_of(*header);
      if (!size)
        return self->close();
      header->resize(*size);
      boost::asio::async_read(
        self->stream_, boost::asio::buffer(*header) + proxy_header::fixed_size,
        [self, context, header](auto failure, auto) {
          auto said = failure ? std::nullopt : proxy_header::parse(*header);
          if (!said)
            return self->close();
          self->peer_ = said->client.value_or(self->peer_);
          self->begin(context);
        });
    });
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
