#pragma once

#include "atrium/actors/connection.hpp"
#include "atrium/actors/outlet.hpp"
#include "atrium/net/heartbeat.hpp"
#include "atrium/net/outbox_stream.hpp"
#include "atrium/net/protocol.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <memory>
#include <string>

namespace atrium {

class lane_thread;
struct node_context;

using http_request
  = boost::beast::http::request<boost::beast::http::string_body>;

/// One WebSocket from the upgrade to the last byte: reads frames and makes
/// requests of them, is the outlet of its connection actor, keeps the pulse.
///
///   accepting ──▶ signing on ──welcome──▶ open ──close()──▶ closing ──▶ gone
///       │             │                     │    handshake or 5 s
///       └─────────────┴─ error, timeout ────┴──────────────────────────▶
///
/// Lives on its lane's thread. While as many requests as the window allows are
/// unanswered it reads nothing: TCP then holds the client back.
class websocket_session final
  : public outlet,
    public living,
    public std::enable_shared_from_this<websocket_session> {
public:
  websocket_session(tcp_socket socket, lane_thread& lane,
                    std::shared_ptr<const node_context> node,
                    gate_ticket place);

  /// Answers the upgrade and lets `who` in.
  void accept(http_request request, identity who);

  /// Answers the upgrade only to close with a code that a browser can read.
  void reject(http_request request, close_code code, std::string reason);

  // -- outlet -----------------------------------------------------------------

  void append(const frame& x) override;
  void open(const welcome& hello) override;
  void answer(const reply& x) override;
  void push(const reply& x) override;
  void close(close_code code, std::string_view reason,
             std::chrono::milliseconds after) override;

  // -- living -----------------------------------------------------------------

  void beat() override;
  void expire() override;

private:
  enum class state : std::uint8_t {
    accepting,
    signing_on,
    open,
    closing,
    gone
  };

  void upgrade(const http_request& request, std::function<void()> then);
  void sign_on(identity who);
  void read();
  void on_read(boost::system::error_code error);
  void on_message(std::string_view text);
  void on_gone();
  void read_or_wait();
  void append_text(std::string_view text);

  boost::beast::websocket::stream<outbox_stream, false> stream_;
  lane_thread& lane_;
  std::shared_ptr<const node_context> node_;
  gate_ticket place_; // among the node's connections
  connection_actor actor_;
  boost::beast::flat_buffer buffer_;
  state state_ = state::accepting;
  bool reading_ = false;
  bool heard_ = true; // since the last beat
  std::uint8_t silent_beats_ = 0;
  std::size_t unanswered_ = 0;
};

} // namespace atrium
