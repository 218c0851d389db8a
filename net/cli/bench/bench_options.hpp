#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace atrium::bench {

/// Kinds of work that the generator can put on a server.
enum class scenario {
  fanout,
  chat,
  direct,
  broadcast,
  idle,
  churn,
  storm,
  recover,
  presence,
  api
};

/// What the server speaks; all but the first are peers to compare with.
enum class protocol { atrium, floor, socketio, centrifuge, pusher };

/// Everything that can be set on the generator. A zero that is documented as
/// such has been replaced after `parse_bench_options`.
struct bench_options {
  scenario what = scenario::fanout;
  protocol speaks = protocol::atrium;
  std::vector<std::string> urls;         ///< Connections are dealt out to them.
  std::size_t connections = 0;           ///< 0: what is usual for the scenario.
  std::optional<std::size_t> rooms;      ///< None: as above.
  std::optional<std::size_t> publishers; ///< None: as above.
  std::size_t users = 0;                 ///< 0: as many as connections.
  std::size_t window = 0; ///< Unfinished messages per publisher; 0: open loop.
  double rate = 0;        ///< Messages per second in all; 0: closed loop.
  std::size_t size = 128; ///< Bytes of `data`.
  bool history = false;   ///< Rooms are some that the server keeps.
  std::optional<std::size_t> missed; ///< Messages; none: as above.
  std::chrono::milliseconds duration{10'000};
  std::chrono::milliseconds warmup{1'000};
  std::size_t batch = 1;         ///< Publishes in a request of `api`.
  std::string api_key;           ///< Empty: none.
  bool events = false;           ///< Members hear who comes and goes.
  std::vector<pid_t> pids;       ///< Processes of the server.
  std::vector<pid_t> redis_pids; ///< Of its Redis, counted apart.
  bool json = false;
};

/// All scenarios by their names.
const std::map<std::string, scenario>& scenarios();

std::string to_string(scenario what);

} // namespace atrium::bench
