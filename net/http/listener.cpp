#include "atrium/net/http/listener.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/http_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <cstring>

namespace atrium {

namespace {

constexpr std::chrono::milliseconds pause_after_failure{100};

} // namespace

listener::listener(std::vector<lane_thread*> lanes, node_context_ptr node,
                   http_routes routes,
                   std::shared_ptr<pending_connections> pending,
                   std::shared_ptr<const tls_context> tls)
  : lanes_(std::move(lanes)),
    node_(std::move(node)),
    routes_(routes),
    pending_(std::move(pending)),
    tls_(std::move(tls)),
    acceptor_(lanes_.front()->io()),
    retry_(lanes_.front()->io()) {
  // nop
}

std::string listener::start(const listen_address& where) {
  auto error
    = where.path.empty() ? listen_by_tcp(where) : listen_at_file(where.path);
  if (!error.empty())
    return "cannot listen on " + show_address(where) + ": " + error;
  // The caller is the thread of `main`; from here on only the lane's thread
  // touches the acceptor.
  boost::asio::post(acceptor_.get_executor(),
                    [self = shared_from_this()] { self->accept(); });
  return {};
}

std::string listener::listen_by_tcp(const listen_address& where) {
  using boost::asio::ip::tcp;
  boost::system::error_code error;
  // No name is resolved: that would block, and might give several addresses.
  auto host = where.host == "localhost" ? std::string{"127.0.0.1"} : where.host;
  auto ip = boost::asio::ip::make_address(host, error);
  if (error)
    return "'" + where.host + "' is not an IP address";
  tcp::endpoint endpoint{ip, where.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error)
    // Connections of the process before that are in TIME_WAIT would keep a node
    // that is restarted from its port.
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error)
    acceptor_.bind(endpoint, error);
  if (!error)
    acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error)
    return error.message();
  // The acceptor is of any protocol, so its endpoint is mere bytes.
  auto bound = acceptor_.local_endpoint(error);
  std::memcpy(endpoint.data(), bound.data(), bound.size());
  address_ = {where.host, endpoint.port()};
  return {};
}

std::string listener::listen_at_file(const std::string& path) {
  boost::system::error_code error;
  acceptor_.open(boost::asio::local::stream_protocol{}, error);
  if (error)
    return error.message();
  address_ = {{}, 0, path};
  return file_.listen(acceptor_.native_handle(), path);
}

void listener::accept() {
  // The socket is born on the context of its lane: Asio moves none later.
  auto& lane = *lanes_[next_++ % lanes_.size()];
  acceptor_.async_accept(
    lane.io().get_executor(),
    [self = shared_from_this(), &lane](auto error, stream_socket socket) {
      if (!self->acceptor_.is_open())
        return;
      if (error)
        return self->pause(error);
      // The next connection has to be accepted after any failure, or the node
      // would never accept again.
      try {
        self->receive(std::move(socket), lane);
      } catch (const std::exception& failed) { // no memory, most likely
        log::error("connection_dropped", {{"error", failed.what()}},
                   "listener drops a connection");
      }
      self->accept();
    });
}

void listener::receive(stream_socket socket, lane_thread& lane) {
  auto peer = peer_of(socket);
  // No other thread calls `enter` here, so a difference afterwards is due to
  // this connection.
  auto evictions = pending_->evictions();
  auto place = pending_->enter(peer, node_->rules->proxies.contains(peer));
  if (!place || pending_->evictions() != evictions)
    ++node_->client_counts->pending_refused;
  // The socket closes with its destructor. An answer would need a TLS handshake
  // first, and a place for that time.
  if (!place)
    return;
  std::make_shared<http_session>(std::move(socket), lane, node_, routes_,
                                 std::move(place))
    ->run(tls_ ? tls_->current() : nullptr,
          // Operators reach their listener without a balancer.
          !routes_.for_operators && node_->rules->proxy_protocol);
}

// To try at once would spin.
void listener::pause(boost::system::error_code why) {
  namespace errc = boost::system::errc;
  auto hint = why == errc::too_many_files_open
                ? "the process has as many files open as it may (ulimit -n)"
              : why == errc::too_many_files_open_in_system
                ? "the machine has as many files open as it may (fs.file-max)"
                : "";
  log::warn("listener_paused", {{"error", why.message()}, {"cause", hint}},
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
    self->file_.remove();
    self->retry_.cancel();
  });
}

} // namespace atrium
