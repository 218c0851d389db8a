#pragma once

#include "atrium/actors/limits.hpp"
#include "atrium/actors/observable.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/watch_list.hpp"
#include "atrium/broker/names.hpp"
#include "atrium/broker/util/live.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

class bus;
class connection_control;
class event_log;
class event_sink;
class semaphore;
class hook_watch;
class connection_limiter;
class inbox;
class presence;
class room_homes;
class room_types;
class task_pool;
struct backlogs;
struct cluster_counters;
struct delivery_counters;
struct directory_counters;
struct lane_port;
struct room_counters;
struct user_counters;

/// Everything that actors depend on, made once when the node starts; only what
/// is `live` may be replaced later. Tests make their own. Names its parts only:
/// whoever uses one includes it.
struct environment : std::enable_shared_from_this<environment> {
  environment();

  ~environment();

  std::string node_id;

  /// First part of this run's connection ids; no other node or run has it.
  std::string run_id;

  /// Of the program, for operators.
  std::string version;

  std::shared_ptr<class bus> bus;
  std::shared_ptr<class connection_limiter>
    limiter; ///< Null: users have no limit.
  std::shared_ptr<class presence>
    presence;                         ///< Null: no room tells who is in it.
  std::shared_ptr<class inbox> inbox; ///< Null: no message is durable.
  std::shared_ptr<event_sink> sink;   ///< Null: no back end hears of anything.
  std::shared_ptr<connection_control> control; ///< Reaches all connections.
  channel_names names{"dev:atrium"};
  live<struct limits> limits;
  std::function<unix_time()> now;
  std::vector<lane_port> lanes;

  // What went wrong, or was done, since the start. Not null, as what follows.
  std::shared_ptr<delivery_counters> delivery_counts;
  std::shared_ptr<room_counters> room_counts;
  std::shared_ptr<user_counters> user_counts;
  std::shared_ptr<directory_counters> directory_counts;
  std::shared_ptr<cluster_counters> cluster_counts;

  std::shared_ptr<event_log> events;
  std::shared_ptr<struct backlogs> backlogs;

  /// Bound of what waits in all queues from the bus.
  std::shared_ptr<semaphore> bus_queue;
  std::shared_ptr<hook_watch> hooks;
  std::shared_ptr<const room_types> rooms; ///< Which logic runs in which.
  std::shared_ptr<room_homes> homes; ///< Null: each node runs all its rooms.
  std::shared_ptr<task_pool> tasks;  ///< Of the rooms' logic.
  live<watch_list> watched;          ///< Whom the log tells everything of.
};

using environment_ptr = std::shared_ptr<const environment>;

/// Names the connection with this number for clients: `<run_id>-<number>`.
std::string connection_id(const environment& env, actor_number number);

/// Returns the run of the node that has the connection called `id`.
std::string_view run_of(std::string_view id);

/// Returns where what this run, or a connection of it, has sent comes from.
message_source::place place_of(const environment& env, std::string_view run);

/// Returns the number of the connection of this node and run that is called
/// `id`, or 0.
actor_number connection_number(const environment& env, std::string_view id);

} // namespace atrium
