#pragma once

#include "atrium/actors/outlet.hpp"
#include "atrium/actors/session/connection.hpp"
#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/admission/client_meter.hpp"
#include "atrium/net/http/http_routes.hpp"
#include "atrium/net/lane/heartbeat.hpp"
#include "atrium/net/protocol/protocol.hpp"
#include "atrium/net/websocket/client_pulse.hpp"
#include "atrium/net/websocket/close_codes.hpp"
#include "atrium/net/websocket/outbox_stream.hpp"
#include "atrium/net/websocket/session_log.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <memory>
#include <string>
#include <vector>

namespace atrium {

class lane_thread;
struct node_context;

/// Where a connection comes from, and the places it takes.
struct entry {
  boost::asio::ip::address address;
  permit connection_permit; ///< Of the node, or of the waiting room.
  address_table::permit address_permit; ///< Among those of its address.
};

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
    public stream_owner,
    public std::enable_shared_from_this<websocket_session> {
public:
  websocket_session(transport below, lane_thread& lane,
                    std::shared_ptr<const node_context> node, entry from);

  /// Answers the upgrade and lets `who` in.
  void accept(http_request request, identity who);

  /// Answers the upgrade only to close with a code that a browser can read.
  void reject(http_request request, close_code code, std::string reason);

  // -- outlet -----------------------------------------------------------------

  bool append(const frame& x) override;
  void open(const welcome& hello) override;
  void answer(const reply& x) override;
  void push(const reply& x) override;
  void last_until(unix_time end) override;
  void close(close_code code, std::string_view reason,
             std::chrono::milliseconds after) override;
  void find_out(probe_ptr question) override;
  std::size_t queued_bytes() const override;
  std::string peer() const override;

  // -- living -----------------------------------------------------------------

  void beat() override;
  void expire() override;
  bool doubt(const address_filter& whom) override;
  void settle_doubt() override;

  // -- stream_owner -----------------------------------------------------------

  void on_teardown() override;
  void on_too_slow() override;

private:
  enum class state : std::uint8_t {
    accepting,
    signing_on,
    open,
    closing,
    gone
  };

  /// What is said when the node goes away and every request is answered.
  struct farewell {
    std::string reason;
    std::chrono::milliseconds after;
  };

  void upgrade(const http_request& request, std::function<void()> then);
  void sign_on(identity who, std::string traceparent);
  std::chrono::seconds bus_patience() const;
  void hear();
  void read();
  void on_read(boost::system::error_code error);
  void on_message(std::string_view text);
  void on_request(client_request& x, client_meter::duration wait);
  void on_refresh(refresh_request& x, client_meter::duration wait);
  void refuse_pace(std::string id, client_meter::duration wait);
  void watch_end();
  void say_goodbye(close_code code, std::string_view reason,
                   std::chrono::milliseconds after);
  void on_gone(boost::system::error_code why = {});
  void count_mistake(const failure& x);
  void read_or_wait();
  void relieve();
  void count_slow();
  void write(const reply& x);

  boost::beast::websocket::stream<outbox_stream, false> stream_;
  lane_thread& lane_;
  std::shared_ptr<const node_context> node_;
  entry from_;
  session_log log_;
  connection_actor actor_;
  unix_time end_ = never; // of the client's token
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<farewell> farewell_;
  state state_ = state::accepting;
  bool reading_ = false;
  std::uint8_t doubt_ = 0; // seconds until it is settled; 0: there is none
  std::size_t unanswered_ = 0;
  std::size_t unanswered_bytes_ = 0; // since there was none
  client_pulse pulse_;
  std::vector<probe_ptr> probes_; // who wants to know whether the client lives
  client_meter meter_;
};

} // namespace atrium
