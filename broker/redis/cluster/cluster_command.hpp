#pragma once

#include "atrium/broker/redis/cluster/kept_reply.hpp"
#include "atrium/broker/redis/redis_caller.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

class server_lane;
struct caller_record;

/// A command that a caller has composed, until that caller has the answer.
struct cluster_command {
  cluster_command(caller_record& by, std::uint64_t number,
                  std::uint16_t of_slot, std::string_view what)
    : whose(&by), serial(number), slot(of_slot), bytes(what) {
    // nop
  }

  caller_record* whose;
  std::uint64_t serial; // grows in the order in which they are composed
  std::uint16_t slot;
  std::string bytes;

  bool is_excused = false;  // it does not count in the caller's window
  bool has_bounced = false; // it was sent and had no effect
  unsigned bounces = 0;     // so often since it should have gone elsewhere
  unsigned reloads = 0;     // so often for want of its script
  std::uint64_t life = 0;   // of the server for which it was composed
  server_lane* asked{};     // who takes it this time, if not the slot's owner
  cluster_command* next{};  // of those of its slot that are not sent
  std::optional<kept_reply> early; // waits for answers to older commands
};

/// A caller and what it has no answer to.
struct caller_record {
  redis_caller* who; // null: removed
  redis_caller::profile what;
  std::deque<std::unique_ptr<cluster_command>> commands; // by serial
  std::size_t in_window = 0;                             // bytes
  std::string last_error; // what the log says already
  bool answered = false;  // since the last end of a read
};

} // namespace atrium
