#pragma once

#include "atrium/net/admission/pending_connections.hpp"
#include "atrium/net/http/http_routes.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/http/proxy_header.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/transport/transport.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace atrium {

/// A TCP connection before it is anything else: says where it comes from, sets
/// up TLS, then answers HTTP requests, one after the other, until a route takes
/// it over. A client's has the handshake timeout for all of that; for an
/// operator's, and for one that has passed a gate, that is the time of each
/// request. Lives on its lane's thread.
class http_session : public timed,
                     public std::enable_shared_from_this<http_session> {
public:
  /// `routes` is what may be asked for here; `place` is that of a connection
  /// that has not upgraded yet.
  http_session(stream_socket socket, lane_thread& lane, node_context_ptr node,
               http_routes routes,
               std::shared_ptr<pending_connections::place> place);

  /// Reads requests until the connection ends; with a context through TLS. What
  /// is `proxied` says first where it comes from.
  void run(std::shared_ptr<ssl_ctx_st> context, bool proxied);

  // -- for a route that has been given the session ----------------------------

  /// The request that is to be answered.
  http_request& request() {
    return request_;
  }

  /// What its gate has found out about it.
  const http_pass& pass() const {
    return pass_;
  }

  lane_thread& lane() const {
    return lane_;
  }

  const node_context_ptr& node() const {
    return node_;
  }

  /// Returns where the client is: before all proxies that are trusted.
  boost::asio::ip::address client() const;

  /// Whether the client has sent more than the request.
  bool has_more() const {
    return buffer_.size() != 0;
  }

  /// False when the node has closed the connection, since it stops.
  bool is_open() const {
    return stream_.next_layer().is_open();
  }

  /// The place of a connection that is no WebSocket yet.
  const std::shared_ptr<pending_connections::place>& place() const {
    return place_;
  }

  /// Answers the request, and goes on with the next one.
  void answer(http_answer x) {
    respond(request_, std::move(x));
  }

  /// Hands the connection over; the session is of no more use then.
  transport take_connection() {
    return std::move(stream_);
  }

  // -- timed ------------------------------------------------------------------

  /// Nobody waits for an answer.
  void on_interval() override {
    // nop
  }

  /// The request took too long, or the node stops.
  void expire() override {
    close();
  }

private:
  void read_proxy_header(std::shared_ptr<ssl_ctx_st> context);
  void on_proxy_header(const std::shared_ptr<ssl_ctx_st>& context,
                       boost::system::error_code error,
                       const proxy_header& header);
  void refuse_proxy(std::string_view why);
  void begin(const std::shared_ptr<ssl_ctx_st>& context);
  void read();
  void read_head();
  void parse_head();
  void read_more(bool is_first);
  void on_head(boost::system::error_code error);
  void go_on_with(std::size_t largest_body, const http_gate* gate);
  std::optional<http_answer> settle(const http_gate& gate);
  bool stop_at_gate(const http_gate& gate, std::optional<std::size_t> body);
  void answer_continue();
  void read_body();
  void on_read(boost::system::error_code error);
  http_answer answer_to(const struct http_flaw& x, std::string_view path) const;
  std::optional<http_answer> refusal_of(http_request& x);
  void handle();
  http_route::responder respond_later();
  void respond(const http_request& to, http_answer x);
  void go_on();
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
  std::shared_ptr<pending_connections::place> place_;
  std::chrono::seconds accepted_{0}; // by the clock of the lane's timers
  boost::beast::flat_buffer buffer_;
  std::optional<
    boost::beast::http::request_parser<boost::beast::http::string_body>>
    parser_;
  std::optional<boost::beast::http::request_header<>> head_; // before chunks
  http_request request_;              // the last one that was complete
  std::optional<http_answer> no_;     // to what may not be asked for
  const http_route* route_ = nullptr; // of what may; else null
  http_pass pass_;
  bool is_trusted_;               // every request has a deadline of its own
  std::optional<permit> settled_; // its place behind a gate
  bool is_nameless_ = false;      // the proxy has not said who the client is
  unsigned blank_lines_ = 0;      // that may still come before a request
  std::size_t head_left_ = 0;     // bytes that may still come of its header
};

} // namespace atrium
