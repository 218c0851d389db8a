#include "atrium/net/listener.hpp"

#include "atrium/broker/log.hpp"
#include "atrium/net/http_session.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace atrium {

namespace {

constexpr std::chrono::milliseconds pause_after_failure{100};

} // namespace

listener::listener(std::vector<lane_thread*> lanes, node_context_ptr node,
                   http_routes routes, std::shared_ptr<door> guard,
                   std::shared_ptr<const tls_context> tls)
  : lanes_(std::move(lanes)),
    node_(std::move(node)),
    routes_(routes),
    guard_(std::move(guard)),
    tls_(std::move(tls)),
    acceptor_(lanes_.front()->io()),
    retry_(lanes_.front()->io()) {
  // nop
}

std::string listener::start(const listen_address& where) {
  using boost::asio::ip::tcp;
  boost::system::error_code error;
  auto host = where.host == "localhost" ? std::string{"127.0.0.1"} : where.host;
  auto ip = boost::asio::ip::make_address(host, error);
  if (error)
    return "'" + where.host + "' is not an IP address";
  tcp::endpoint endpoint{ip, where.port};
  auto text = where.host + ":" + std::to_string(where.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error)
    acceptor_.bind(endpoint, error);
  if (!error)
    acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error)
    return "cannot listen on " + text + ": " + error.message();
  address_ = {where.host, acceptor_.local_endpoint(error).port()};
  boost::asio::post(acceptor_.get_executor(),
                    [self = shared_from_this()] { self->accept(); });
  return {};
}

void listener::accept() {
  auto& lane = *lanes_[next_++ % lanes_.size()];
  acceptor_.async_accept(
    lane.io().get_executor(),
    [self = shared_from_this(), &lane](auto error, tcp_socket socket) {
      if (!self->acceptor_.is_open())
        return;
      if (error)
        return self->pause(error);
      auto& guard = self->guard_;
      if (auto place = guard ? guard->knock() : std::optional{gate_ticket{}})
        std::make_shared<http_session>(std::move(socket), lane, self->node_,
                                       self->routes_, std::move(*place))
          ->run(self->tls_ ? self->tls_->current() : nullptr,
                guard != nullptr && self->node_->options.proxy_protocol);
      self->accept();
    });
}

// Out of file descriptors, most likely: trying at once would spin.
void listener::pause(boost::system::error_code why) {
  log::warn("listener_paused", {{"error", why.message()}},
            "listener pauses: accept fails");
  retry_.expires_after(pause_after_failure);
  retry_.async_wait([self = shared_from_this()](auto error) {
    if (!error && self->acceptor_.is_open())
      self->accept();
  });
}

void listener::stop() {
  boost::asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor_.close(ignored);
    self->retry_.cancel();
  });
}

} // namespace atrium
