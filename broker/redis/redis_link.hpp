#pragma once

#include "atrium/broker/redis/link_status.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"
#include "atrium/broker/redis/redis_life.hpp"
#include "atrium/broker/redis/redis_setup.hpp"
#include "atrium/broker/redis/resp.hpp"
#include "atrium/broker/tcp/dial_targets.hpp"
#include "atrium/broker/tcp/name_lookup.hpp"
#include "atrium/broker/tcp/tcp_dialer.hpp"
#include "atrium/broker/util/backoff.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Keeps one connection to Redis alive, for one thread.
///
///                  ┌──────────────────── lose, pause ─────────────────────┐
///                  ▼              │            │              │           │
///     start ──▶ resolving ──▶ dialing ──▶ setting up ──▶ up ──┴───────────┘
///
/// Each step has a time of its own, and every failure is tried again after a
/// pause, the name being resolved anew. Questions for a sign of life
/// (`redis_life`) go out when no answer is outstanding; while one is due
/// nothing else is composed, so that it is late by a round trip and never left
/// out. Nothing is buffered here but one write at a time: what gathers
/// meanwhile stays with the dialog and goes out in the next one.
class redis_link {
public:
  /// `name` tells the links of one client apart, e.g. "sub". The context must
  /// outlive the link.
  redis_link(boost::asio::io_context& io, redis_client_config config,
             std::string name,
             redis_life::purpose purpose = redis_life::purpose::commands);

  redis_link(const redis_link&) = delete;
  redis_link& operator=(const redis_link&) = delete;

  /// Starts to connect. The dialog must live until `stop`.
  void start(redis_dialog& dialog) {
    dialog_ = &dialog;
    arm({}, &redis_link::connect);
  }

  /// Closes the connection for good, without `on_down`.
  void stop();

  /// The dialog has something to write.
  void wake();

  /// Asks for a sign of life now rather than later.
  void ask_soon() {
    life_.call();
    wake();
  }

  /// Drops the connection if there is one, and connects anew.
  void drop(std::string_view reason) {
    if (state_ != state::down)
      lose(reason);
  }

  /// The same, if it is one to this address.
  void drop_if_at(const dial_protocol::endpoint& where,
                  std::string_view reason);

  /// Everything works again: the next loss starts with a short pause.
  void settled() noexcept {
    backoff_.reset();
  }

  /// Returns what names the server since its start; empty: it has not said.
  std::string_view incarnation() const noexcept {
    return setup_ ? setup_->incarnation() : std::string_view{};
  }

  /// Returns how the link is. Any thread.
  const link_status& status() const noexcept {
    return status_;
  }

private:
  enum class state { down, resolving, dialing, setting_up, up };

  void connect();
  void dial(dial_targets targets);
  void set_up(tcp_dialer::outcome x);
  void go_up();

  void read();
  void on_read(std::size_t size);
  bool on_reply(resp_reply reply);
  bool on_setup_reply(resp_reply reply);
  void write();

  void look_after_life();
  void on_life_reply(resp_reply reply);
  void time_out();

  void lose(std::string_view reason);
  void close();
  void report_loss(std::string_view reason, backoff::duration pause);
  void arm(std::chrono::milliseconds delay, void (redis_link::*action)());

  template <class F>
  auto if_fresh(F f);

  const redis_client_config config_;
  const std::string name_;
  redis_dialog* dialog_ = nullptr; // null: not started

  name_lookup lookup_;
  tcp_dialer dialer_;
  dial_protocol::socket socket_;
  dial_protocol::endpoint peer_;
  target_order order_;
  boost::asio::steady_timer timer_;
  backoff backoff_;

  state state_ = state::down;
  std::uint64_t generation_ = 0; // handlers of older connections do nothing
  std::uint64_t armed_ = 0;      // nor do those of older timers
  std::optional<redis_setup> setup_;
  resp_reader reader_;
  std::vector<char> in_;
  std::string out_;
  std::string trouble_;   // why to drop the link after this reply
  std::string last_loss_; // what the log says already
  bool writing_ = false;
  redis_life life_;
  link_status status_;
};

} // namespace atrium
