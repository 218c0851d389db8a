#pragma once

#include "atrium/broker/backoff.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/redis_bus.hpp"
#include "atrium/broker/redis_setup.hpp"
#include "atrium/broker/redis_socket.hpp"
#include "atrium/broker/resp.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What is said over a `redis_link`. All calls come from the link's thread.
class redis_dialog {
public:
  virtual ~redis_dialog() = default;

  /// The link is set up.
  virtual void on_up() = 0;

  /// The link is lost. Whatever was published before `proven` has arrived, for
  /// the answer to a PING that was sent then came after it.
  virtual void on_down(unix_time proven) = 0;

  /// Appends what is to be written next, a few 100 KiB at most; called
  /// whenever the link can write, and again when that is written.
  virtual void compose(std::string& out) = 0;

  /// Returns whether all that was composed is answered.
  virtual bool idle() const = 0;

  /// Takes one reply. Returns why the link must be dropped, or nothing.
  virtual std::string_view on_reply(resp_reply reply) = 0;

  /// All replies of one read have been given.
  virtual void on_read_end() = 0;
};

/// Keeps one connection to Redis alive, for one thread.
///
///                   ┌────────────── lose, pause ───────────────┐
///                   ▼               │              │           │
///     start ──▶ connecting ──▶ setting up ──▶ up ──┴───────────┘
///
/// A PING asks for a sign of life, unless answers are outstanding anyway, which
/// will do as well; hence the next answer after a PING is always its own.
/// Nothing is buffered here but one write at a time: what gathers meanwhile
/// stays with the dialog and goes out in the next one.
class redis_link {
public:
  /// `name` tells the links of one bus apart, e.g. "sub". The dialog and the
  /// context must outlive the link.
  redis_link(boost::asio::io_context& io, const redis_bus_config& config,
             std::string name, redis_dialog& dialog);

  redis_link(const redis_link&) = delete;
  redis_link& operator=(const redis_link&) = delete;

  /// Starts to connect.
  void start();

  /// Closes the connection for good, without `on_down`.
  void stop();

  /// The dialog has something to write.
  void wake();

  /// Everything works again: the next loss starts with a short pause.
  void settled() noexcept {
    backoff_.reset();
  }

private:
  enum class state { down, connecting, setting_up, up };

  void connect();
  void dial(const redis_endpoints& targets);
  void set_up();
  void go_up();

  void read();
  void on_read(std::size_t size);
  bool on_reply(resp_reply reply);
  bool on_setup_reply(resp_reply reply);
  void write();

  void ask_for_life();
  void check_life();
  void time_out();

  void lose(std::string_view reason);
  void close();
  void report_loss(std::string_view reason, backoff::duration pause);
  void arm(std::chrono::milliseconds delay, void (redis_link::*action)());

  template <class F>
  auto if_fresh(F f);

  const redis_bus_config config_;
  const std::string name_;
  redis_dialog& dialog_;

  boost::asio::ip::tcp::resolver resolver_;
  redis_protocol::socket socket_;
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
  bool ping_due_ = false;
  bool pinging_ = false; // the next answer is to our PING
  bool silent_ = false;  // no byte since we asked
  unix_time asked_at_{};
  unix_time proven_{};
};

} // namespace atrium
