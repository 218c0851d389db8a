#pragma once

#include "atrium/broker/redis/link_status.hpp"
#include "atrium/broker/redis/redis_connector.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"
#include "atrium/broker/redis/redis_life.hpp"
#include "atrium/broker/redis/redis_setup.hpp"
#include "atrium/broker/util/backoff.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Keeps one connection to Redis alive, for one thread.
///
///                  ┌──────────────────── lose, pause ─────────────────────┐
///                  ▼              │            │              │           │
///     start ──▶ connecting ──▶ setting up ──▶ up ──┴─────────┘
///
/// Each step has a time of its own, and every failure is tried again after a
/// pause, the server being looked for anew. Questions for a sign of life
/// (`redis_life`) go out when no answer is outstanding; while one is due
/// nothing else is composed, so that it is late by a round trip and never left
/// out. Nothing is buffered here but one write at a time: what gathers
/// meanwhile stays with the dialog and goes out in the next one.
class redis_link {
public:
  /// `name` tells the links of one client apart, e.g. "sub"; `where` says where
  /// the server is, and lives as long as the link. The context must outlive the
  /// link.
  redis_link(boost::asio::io_context& io, redis_client_config config,
             std::string name, link_purpose purpose,
             std::unique_ptr<redis_locator> where);

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
  void ask_soon();

  /// Drops the connection if there is one, and connects anew.
  void drop(std::string_view reason);

  /// The same, if it is one to this address.
  void drop_if_at(const dial_protocol::endpoint& where,
                  std::string_view reason);

  /// Everything works again: the next loss starts with a short pause.
  void settled();

  /// It is asked by this key whether the server takes writes.
  void set_write_key(std::string key) {
    life_.set_write_key(std::move(key));
  }

  /// Returns what names the server since its start; empty: it has not said.
  std::string_view incarnation() const noexcept {
    return setup_ ? setup_->incarnation() : std::string_view{};
  }

  /// Returns the host that it leads to, or has led to, as it was looked for.
  const std::string& host() const noexcept {
    return host_;
  }

  /// Returns since when the link is known to have worked.
  gap_clock::steady proven() const noexcept {
    return life_.proven();
  }

  /// Returns how the link is. Any thread.
  const link_status& status() const noexcept {
    return status_;
  }

private:
  enum class state { down, connecting, setting_up, up };

  void connect();
  void set_up(redis_connector::outcome x);
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
  void report_up(log::level level);
  void report_loss(std::string_view reason, backoff::duration pause);
  void arm(std::chrono::milliseconds delay, void (redis_link::*action)());

  template <class F>
  auto if_fresh(F f);

  const redis_client_config config_;
  const std::string name_;
  redis_dialog* dialog_ = nullptr; // null: not started

  redis_connector connector_;
  dial_stream stream_;
  dial_protocol::endpoint peer_;
  std::string host_;
  boost::asio::steady_timer timer_;
  backoff backoff_;

  state state_ = state::down;
  std::uint64_t generation_ = 0; // handlers of older connections do nothing
  std::uint64_t armed_ = 0;      // nor do those of older timers
  std::optional<redis_setup> setup_;
  resp_reader reader_;
  std::vector<char> in_;
  std::string out_;
  std::string trouble_;    // why to drop the link after this reply
  std::string last_loss_;  // what the log says already
  bool is_settled_ = true; // since it was last up
  bool is_told_ = true;    // that it is up
  bool writing_ = false;
  redis_life life_;
  link_status status_;
};

} // namespace atrium
