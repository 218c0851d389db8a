#pragma once

#include "atrium/net/http/http_routes.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/websocket/outbox_stream.hpp"
#include "atrium/net/websocket/websocket_session.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// A TCP connection before it is a WebSocket: answers HTTP requests, one after
/// the other, and hands the socket on at an upgrade. For an operator's each
/// request has to be complete within the handshake timeout; for a client's that
/// is the time from accepting it to the upgrade, whatever it asks for in
/// between. Lives on its lane's thread.
class http_session : public living,
                     public std::enable_shared_from_this<http_session> {
public:
  /// `routes` is what may be asked for here; `place` is that of a connection
  /// that has not upgraded yet.
  http_session(stream_socket socket, lane_thread& lane, node_context_ptr node,
               http_routes routes, std::shared_ptr<waiting_room::place> place);

  /// Reads requests until the connection ends; with a context through TLS. What
  /// is `proxied` says first where it comes from.
  void run(std::shared_ptr<ssl_ctx_st> context, bool proxied);

  /// Nobody waits for an answer.
  void beat() override {
    // nop
  }

  /// The request took too long, or the node stops.
  void expire() override {
    close();
  }

private:
  void hear_proxy(std::shared_ptr<ssl_ctx_st> context);
  void read_proxy_header(std::shared_ptr<ssl_ctx_st> context,
                         std::shared_ptr<std::string> seen);
  void take_proxy_header(std::shared_ptr<ssl_ctx_st> context,
                         std::shared_ptr<std::string> seen);
  void refuse_proxy(std::string_view why);
  void begin(const std::shared_ptr<ssl_ctx_st>& context);
  void read();
  void read_head();
  void on_head(boost::system::error_code error);
  void answer_continue();
  void read_body();
  void on_read(boost::system::error_code error);
  std::optional<http_answer> refusal_of(http_request& x);
  void handle(http_request request);
  void serve(http_route::prompt answer, http_request request);
  void serve(http_route::patient ask, http_request request);
  void serve(http_route::stream take_over, http_request request);
  void serve(http_route::websocket, http_request request);
  void upgrade(http_request request);
  void let_in(http_request request, identity who);
  void refuse(http_request request, const struct refusal& why);
  void refuse_malformed(const struct http_flaw& x);
  void respond(const http_request& to, http_answer x);
  std::shared_ptr<websocket_session> make_websocket(entry from);
  std::chrono::seconds time_left() const;
  void expect_client();
  void expect_nobody();
  void linger();
  void close();

  transport stream_;
  lane_thread& lane_;
  node_context_ptr node_;
  http_routes routes_;
  boost::asio::ip::address peer_; // who has connected; a proxy maybe
  std::shared_ptr<waiting_room::place> place_;
  entry from_;
  std::chrono::seconds accepted_{0}; // by the clock of the lane's heartbeat
  boost::beast::flat_buffer buffer_;
  std::optional<
    boost::beast::http::request_parser<boost::beast::http::string_body>>
    parser_;
  std::optional<boost::beast::http::request_header<>> head_; // before chunks
  bool is_nameless_ = false; // the proxy has not said who the client is
  unsigned blank_lines_ = 0; // that may still come before a request
};

} // namespace atrium
