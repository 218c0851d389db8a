#pragma once

#include "atrium/net/cli/bench/cpu_cost.hpp"
#include "atrium/net/cli/bench/interrupt.hpp"
#include "atrium/net/cli/bench/process_usage.hpp"
#include "atrium/net/cli/bench/report.hpp"
#include "atrium/net/cli/bench/swarm.hpp"

#include <cstdint>
#include <string>

namespace atrium::bench {

/// Which client belongs to which server, room and user.
class layout {
public:
  explicit layout(const bench_options& from);

  /// Deals clients out so that those of a room, and the first of every room,
  /// are on all servers.
  std::size_t server_of(std::size_t client) const;

  /// Only if there are rooms.
  std::size_t room_of(std::size_t client) const {
    return client % rooms_;
  }

  std::size_t user_of(std::size_t client) const {
    return client % users_;
  }

  std::size_t rooms() const {
    return rooms_;
  }

  std::size_t users() const {
    return users_;
  }

  /// Names, different in each run of the generator. Rooms with a history begin
  /// with `kept:`, which is a namespace to Centrifugo; those of `presence` with
  /// `present:` or `counted:`.
  std::string room_name(std::size_t room) const;
  std::string user_name(std::size_t user) const;

  std::uint16_t run() const {
    return run_;
  }

private:
  std::size_t servers_;
  std::size_t rooms_;
  std::size_t users_;
  std::uint16_t run_;
  std::string room_prefix_;
};

/// What all scenarios have in common: clients that connect, join their rooms
/// and are counted.
class crowd : public swarm_listener {
public:
  explicit crowd(const bench_options& from);

  /// Connects all clients, `at_once` of them at a time, and waits until all
  /// have joined their rooms. Returns what went wrong, or nothing.
  std::string gather(std::size_t at_once = 200);

  /// Closes all connections, politely if the server is quick enough.
  void disperse();

  void ready(client& who, std::string_view text) override;
  void joined(client& who, std::string_view text) override;
  void left(client& who) override;
  void message(client& who, std::string_view text,
               steady::time_point now) override;
  void told(client& who, std::string_view text) override;
  void failed(client& who, std::string_view text) override;
  void gone(client& who, const ending& how) override;

protected:
  /// Connects one client, with the user and server that the layout says.
  void open(client& who);

  /// Lets the swarm work until `until` or SIGINT.
  void work(steady::time_point until);

  /// Returns the line of progress.
  virtual std::string progress() = 0;

  /// Shows progress if it is time to.
  void tick(steady::time_point now);

  /// What went wrong first, or nothing.
  const std::string& trouble() const {
    return first_trouble_;
  }

  /// Adds how connections and requests fared, and fails if they did not well.
  void add_trouble(report& out) const;

  /// Adds CPU of server and generator over some work, per unit of work.
  void add_cpu(report& out, const usage& server, const usage& own,
               double seconds, double units, const std::string& unit) const {
    bench::add_cpu(out, options_.pids.empty() ? nullptr : &server, own, seconds,
                   units, unit);
  }

  /// Adds memory per connection: what gathering has cost.
  void add_memory(report& out) const;

  bench_options options_;
  layout layout_;
  swarm swarm_;
  std::size_t open_ = 0; ///< Clients that are ready and in their room.
  std::size_t lost_ = 0; ///< Connections that ended without being asked to.
  bool losing_ = false;  ///< Set while connections may end.

private:
  bool is_gathering() const;

  progress_line progress_;
  steady::time_point next_progress_;
  std::size_t pending_ = 0; ///< Clients on their way to be open.
  std::size_t refusals_ = 0;
  std::string first_trouble_;
  usage before_;
  usage after_;
};

} // namespace atrium::bench
