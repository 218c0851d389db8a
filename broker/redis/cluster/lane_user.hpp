#pragma once

#include "atrium/broker/redis/cluster/cluster_command.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <string_view>
#include <vector>

namespace atrium {

class server_lane;

/// Whom a lane serves.
class lane_user {
public:
  virtual ~lane_user() = default;

  virtual void on_lane_up(server_lane& x) = 0;

  /// The link is lost, with these commands in flight.
  virtual void on_lane_down(server_lane& x,
                            const std::vector<cluster_command*>& lost,
                            std::string_view reason)
    = 0;

  virtual void on_turned_away(server_lane& x,
                              const dial_protocol::endpoint& from,
                              std::string_view reason)
    = 0;
  virtual void on_proven(server_lane& x) = 0;

  /// The lane is about to write.
  virtual void gather_for(server_lane& x) = 0;

  /// Returns what is to be sent next, or null.
  virtual cluster_command* next_for(server_lane& x) = 0;

  /// These do what `redis_dialog` says.
  virtual std::string_view on_answer(server_lane& x, cluster_command& to,
                                     resp_reply reply)
    = 0;
  virtual void on_loaded(server_lane& x, caller_record& whose, resp_reply reply)
    = 0;
  virtual void on_lane_read_end(server_lane& x) = 0;
};

} // namespace atrium
