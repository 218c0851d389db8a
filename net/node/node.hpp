#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/net/http/listener.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/node/file_budget.hpp"
#include "atrium/net/node/operator_services.hpp"
#include "atrium/net/node/reloader.hpp"
#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/options.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

class redis_lease;
class redis_thread;

/// One node: the bus, the lanes, the actors and the listener, from start to
/// stop. Not thread-safe: it belongs to the thread that runs `main`.
class node {
public:
  /// Makes everything that needs no network; reads the keys for tokens. `rooms`
  /// says which logic runs in which rooms, `table` what the options are.
  node(options with, room_types rooms, option_table table = {});

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Stops the node if that has not happened yet.
  ~node();

  /// Takes over what is live of these options, and reads keys and certificates
  /// anew; connections stay. If anything is wrong that is logged, and nothing
  /// changes. Not while the node stops.
  void reload(const parsed_options& next);

  /// What it runs with: `reload` changes them.
  const options& current_options() const {
    return options_;
  }

  /// What its sessions have in common.
  const node_context& context() const {
    return *context_;
  }

  /// Starts to listen. Returns what went wrong, or nothing.
  std::string start();

  /// Where the node listens for clients, after `start`.
  listen_address address() const {
    return listener_->address();
  }

  /// Where it listens for operators, after `start`, if it does.
  std::optional<listen_address> internal_address() const;

  const std::string& id() const {
    return context_->env->node_id;
  }

  /// Goes away in order (phases: node_life.hpp):
  ///
  ///   draining  1. `/ready` says no, and for the drain delay that is all
  ///   stopping  2. the listener accepts nobody any more
  ///             3. clients are told and closed, spread over the drain window;
  ///                requests of back ends are finished, and no more taken
  ///             4. rooms, users and the broadcaster stop, and with them their
  ///                subscriptions; users and rooms give up what others know of
  ///                them; the back end hears of it; the node leaves the
  ///                registry; the bus sends what it still has, and ends
  ///             5. the lanes' actors and the inspector end; tasks of rooms,
  ///                for which nobody waits any more, return
  ///   stopped   6. threads end, then the actor system
  ///
  /// When all clients have been told, the grace time begins. Returns false if
  /// it was up before everybody had gone.
  bool stop();

  /// How long a stop may take: drain delay, drain window and grace time. What
  /// has not begun has no clients, and needs no more than the last of these.
  std::chrono::milliseconds longest_stop() const;

  /// What a stop waits for at the moment. Any thread.
  std::string waits_for() const;

private:
  class actor_config : public caf::actor_system_config {
  public:
    explicit actor_config(const options& from);
  };

  std::unique_ptr<lane_thread> make_lane(std::size_t index);
  std::shared_ptr<environment> make_environment(room_types rooms);
  void add_files_to_reload();
  void add_reload_parts(environment& env, live<client_rules>& rules);
  void add_lanes(environment& to);
  std::shared_ptr<authenticator> read_files();
  std::string internal_for_others() const;
  void drain();
  void tell_connections();
  void finish_requests(std::chrono::steady_clock::time_point deadline);
  bool close_connections(std::chrono::steady_clock::time_point deadline);
  bool stop_actors(std::chrono::steady_clock::time_point deadline);

  /// What the bus and others call: goes last.
  std::unique_ptr<redis_thread> redis_; // none: the node runs alone
  std::shared_ptr<redis_lease> lease_;  // likewise
  options options_;
  option_table table_;
  reloader reloader_{options_, table_};
  actor_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<std::unique_ptr<lane_thread>> lanes_;
  /// Serves operators: has no clients, so it answers also when the lanes do
  /// not.
  std::unique_ptr<lane_thread> internal_lane_;
  std::shared_ptr<bus> internal_bus_; // null: there is no Redis, or no listener
  std::shared_ptr<node_life> life_ = std::make_shared<node_life>();
  std::shared_ptr<tls_context> tls_; // none: bare TCP
  std::shared_ptr<tls_context> internal_tls_;
  std::shared_ptr<class administrators> administrators_;
  std::shared_ptr<class api_keys> api_keys_;
  std::shared_ptr<class event_secret> event_secret_; // null: none is used
  std::unique_ptr<operator_services> operators_;
  node_context_ptr context_;
  std::shared_ptr<listener> listener_;
  std::shared_ptr<listener> internal_listener_; // none if it is off
  std::string error_;                           // why it cannot start
  std::shared_ptr<const class hook_watch> hooks_;
  std::shared_ptr<class task_pool> tasks_;
  file_budget files_;
  std::vector<std::function<void(const options&)>> resize_buses_;
  std::atomic<const char*> waits_for_ = "nothing";
};

} // namespace atrium
