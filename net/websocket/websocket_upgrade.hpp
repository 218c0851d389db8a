#pragma once

#include "atrium/net/http/http_session.hpp"
#include "atrium/net/websocket/websocket_session.hpp"

#include <memory>

namespace atrium {

/// A client that asks for a WebSocket:
///
///   1. is the request a sound one, and is nothing behind it?
///   2. may one more come in, and from this address?
///   3. may a page of this origin connect, and is the device's name valid?
///   4. who is the user? The authenticator may take its time.
///   5. is there still a place, and does the node mean to stay?
///
/// Then a websocket_session takes the connection over; else the HTTP session
/// answers why not. Lives on its lane's thread.
class websocket_upgrade
  : public std::enable_shared_from_this<websocket_upgrade> {
public:
  explicit websocket_upgrade(std::shared_ptr<http_session> from);

  void run();

private:
  void enter();
  void identify();
  void authenticate();
  void let_in(identity who);
  void refuse(const refusal& why);
  std::shared_ptr<websocket_session> make_session(permit held);

  std::shared_ptr<http_session> from_;
  node_context_ptr node_;
  boost::asio::ip::address address_;     // of the client, behind proxies
  address_table::permit address_permit_; // among those of its address
};

/// The route at which WebSockets begin.
void upgrade_to_websocket(std::shared_ptr<http_session> from);

} // namespace atrium
