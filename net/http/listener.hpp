#pragma once

#include "atrium/net/admission/pending_connections.hpp"
#include "atrium/net/http/http_routes.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/transport/listen_address.hpp"
#include "atrium/net/transport/socket_file.hpp"
#include "atrium/net/transport/stream_socket.hpp"
#include "atrium/net/transport/tls_context.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// Accepts connections, by TCP or at a Unix socket, on the first lane's thread
/// and deals them out to the lanes in turn.
class listener : public std::enable_shared_from_this<listener> {
public:
  /// `routes` is what those who connect may ask for, `waiting` bounds how many
  /// do. With `tls` they are to use it.
  listener(std::vector<lane_thread*> lanes, node_context_ptr node,
           http_routes routes, std::shared_ptr<pending_connections> pending,
           std::shared_ptr<const tls_context> tls);

  /// Binds and starts to accept. Returns what went wrong, or nothing.
  std::string start(const listen_address& where);

  /// Where it listens: with the port that the system has chosen for port 0.
  listen_address address() const {
    return address_;
  }

  /// Stops to accept; connections go on. Any thread.
  void stop();

private:
  using protocol = boost::asio::generic::stream_protocol;
  using acceptor
    = boost::asio::basic_socket_acceptor<protocol,
                                         stream_socket::executor_type>;

  std::string listen_by_tcp(const listen_address& where);
  std::string listen_at_file(const std::string& path);
  void accept();
  void receive(stream_socket socket, lane_thread& lane);
  void pause(boost::system::error_code why);

  std::vector<lane_thread*> lanes_;
  node_context_ptr node_;
  http_routes routes_;
  std::shared_ptr<pending_connections> pending_;
  std::shared_ptr<const tls_context> tls_;
  acceptor acceptor_;
  boost::asio::steady_timer retry_;
  listen_address address_;
  socket_file file_;
  std::size_t next_ = 0;
};

} // namespace atrium
