#pragma once

#include "atrium/net/cli/bench/bench_options.hpp"
#include "atrium/net/cli/bench/dialect.hpp"
#include "atrium/net/cli/bench/endpoint.hpp"
#include "atrium/net/cli/bench/websocket_codec.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::bench {

using steady = std::chrono::steady_clock;

/// Why a connection has ended.
struct ending {
  enum class cause {
    unreachable, ///< `detail` is an errno.
    refused,     ///< `detail` is the HTTP status of the upgrade, 0 if none.
    closed,      ///< `detail` is the server's close code.
    broken,      ///< Lost without a close frame, or not the protocol.
    finished,    ///< After `swarm::close`.
  };
  cause why = cause::broken;
  int detail = 0;
};

std::string to_string(const ending& x);

/// One WebSocket to a server, of the size of what thousands of them may cost.
struct client {
  enum class state { idle, connecting, upgrading, greeting, ready, closing };

  std::size_t index = 0;
  int fd = -1;
  state is = state::idle;
  bool dirty = false;     ///< Is in the list of what to flush.
  bool wants_out = false; ///< Waits until the socket takes more.
  bool settled = false;   ///< For the listener: has joined its room.
  std::string out;        ///< What the socket has not taken yet.
  std::string head;       ///< Of the upgrade's reply, while incomplete.
  frame_reader reader;
};

/// Hears of what happens to the clients of a swarm. It may send, close and
/// reset from within a call, but not open.
class swarm_listener {
public:
  virtual ~swarm_listener() = default;
  /// `text` is the server's welcome; empty if it has none.
  virtual void ready(client& who, std::string_view text) = 0;
  virtual void joined(client& who, std::string_view text) = 0;
  virtual void left(client& who) = 0;
  virtual void message(client& who, std::string_view text,
                       steady::time_point now)
    = 0;
  virtual void told(client& who, std::string_view text) = 0;
  virtual void failed(client& who, std::string_view text) = 0;
  virtual void gone(client& who, const ending& how) = 0;
};

/// Many clients in one thread: sockets, epoll and frames. What is sent goes
/// out with the next `turn`, in one write per socket.
class swarm {
public:
  swarm(const bench_options& from, swarm_listener& listener);
  ~swarm();
  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;

  /// Looks the servers up and raises the limit of open files. Returns what is
  /// wrong, or nothing.
  std::string prepare();

  std::size_t size() const {
    return clients_.size();
  }

  client& at(std::size_t index) {
    return clients_[index];
  }

  const dialect& speaks() const {
    return *dialect_;
  }

  /// Bytes received since the start, without those of upgrades.
  std::uint64_t bytes_received() const {
    return bytes_received_;
  }

  /// Starts to connect a client, which is idle, to one of the servers.
  void open(client& who, std::size_t server, const std::string& user);

  void send_text(client& who, std::string_view text);

  /// Sends the bytes of whole frames.
  void send_frame(client& who, std::string_view bytes);

  /// Asks the server to close; `gone` follows when it has done so.
  void close(client& who);

  /// Drops the connection without a word to anybody.
  void reset(client& who);

  /// Writes what is to be sent, waits for sockets until `until`, for at most
  /// 100 ms, and handles what they have.
  void turn(steady::time_point until);

private:
  void watch(client& who, std::uint32_t events, bool add);
  void flush();
  void write(client& who);
  void handle(client& who, std::uint32_t events);
  void connected(client& who);
  void read(client& who);
  void read_upgrade(client& who, std::string_view bytes);
  void read_frames(client& who, std::string_view bytes);
  void handle_frame(client& who, const server_frame& x);
  void handle_text(client& who, std::string_view text);
  void handle_signal(client& who, std::string_view text);
  void end(client& who, const ending& how);

  std::vector<client> clients_;
  std::vector<endpoint> servers_;
  std::unique_ptr<dialect> dialect_;
  swarm_listener& listener_;
  std::vector<client*> dirty_;
  std::array<char, 65'536> buffer_; ///< Shared by all sockets.
  steady::time_point now_;          ///< Of the read that is being handled.
  std::uint64_t bytes_received_ = 0;
  int epoll_ = -1;
};

} // namespace atrium::bench
