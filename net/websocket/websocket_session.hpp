#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/identity.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/admission/client_expiry.hpp"
#include "atrium/net/admission/request_window.hpp"
#include "atrium/net/http/http_types.hpp"
#include "atrium/net/lane/lane_timers.hpp"
#include "atrium/net/protocol/session_state.hpp"
#include "atrium/net/websocket/client_activity.hpp"
#include "atrium/net/websocket/framing.hpp"
#include "atrium/net/websocket/outbox_relief.hpp"
#include "atrium/net/websocket/request_intake.hpp"
#include "atrium/net/websocket/session_log.hpp"
#include "atrium/net/websocket/websocket_stream.hpp"

#include <memory>
#include <string>

namespace atrium {

class lane_thread;
struct client_rules;
struct node_context;

/// Where a connection comes from, and the places it takes.
struct entry {
  boost::asio::ip::address address;
  permit connection_permit; ///< Of the node, or of the waiting room.
  address_table::permit address_permit; ///< Among those of its address.
};

/// One WebSocket from the upgrade to the last byte: reads messages, is the
/// session of its connection actor, and ends when it is time. What a client has
/// asked, when it was heard and how long it may stay is kept by classes that
/// know nothing of WebSockets.
///
/// Lives on its lane's thread. While as many requests as the window allows are
/// unanswered it reads nothing: TCP then holds the client back.
class websocket_session final
  : public timed,
    public websocket_owner,
    public std::enable_shared_from_this<websocket_session>,
    public client_session { // the last one: see `lane_members`
public:
  /// `speaks` outlives the session.
  websocket_session(transport below, lane_thread& lane,
                    std::shared_ptr<const node_context> node, entry from,
                    const websocket_encoder& speaks);

  /// Answers the upgrade and lets `who` in.
  void accept(const http_request& request, identity who);

  /// Answers the upgrade only to close with a code that a browser can read.
  void reject(const http_request& request, close_code code,
              std::string_view reason);

  // -- client_session ---------------------------------------------------------

  std::size_t append(delivery& x) override;
  void open(const welcome& hello) override;
  void answer(const reply& x) override;
  void push(const reply& x) override {
    write(x);
  }

  void last_until(unix_time end) override;
  void close(close_code code, std::string_view reason,
             std::chrono::milliseconds after) override;
  void find_out(probe_ptr question) override;
  std::size_t queued_bytes() const override {
    return stream_.out().queued_bytes();
  }

  std::string peer() const override {
    return from_.address.to_string();
  }

  // -- timed ------------------------------------------------------------------

  void on_interval() override;
  void expire() override;
  bool doubt(const address_filter& whom) override;
  void settle_doubt() override;

  // -- websocket_owner --------------------------------------------------------

  bool on_heard() override;
  void on_message(std::string_view text) override;
  void on_binary() override;
  void on_ready() override;
  void on_gone(boost::system::error_code why) override;

  // -- stream_owner -----------------------------------------------------------

  void on_teardown() override;
  void on_too_slow() override;

private:
  // Whether it is open and neither side has begun to close it.
  bool is_live() const {
    return state_.is_open() && stream_.is_open();
  }

  void upgrade(const http_request& request);
  void sign_on(identity who, std::string traceparent, std::string device);
  std::chrono::seconds bus_patience() const;

  bool append(const frame& x) {
    // The stream closes by itself after a mistake of the client, and nothing
    // may follow that.
    if (!is_live())
      return false;
    auto& out = stream_.out();
    // Before it is appended: only older messages may go for it.
    if (x.policy() == outbox_policy::latest_only && out.is_stalled())
      relief().drop_older(x);
    out.append(x);
    if (out.is_full() && !relief().relieve())
      on_too_slow();
    return true;
  }

  outbox_relief relief();
  void write(const reply& x);
  void watch_expiry();
  void send_closing(close_code code, std::string_view reason,
                    std::chrono::milliseconds after);
  void count_slow();

  // First what a delivery touches, which is fetched ahead: up to the middle of
  // the stream.
  const client_rules& first_; // the rules when it came
  const websocket_encoder& speaks_;
  session_state state_;
  websocket_stream stream_;
  std::shared_ptr<const node_context> node_;
  lane_thread& lane_;
  entry from_;
  session_log log_;
  request_window window_;
  request_intake intake_;
  client_expiry expiry_;
  client_activity activity_;
};

} // namespace atrium
