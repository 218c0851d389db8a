#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/lane_thread.hpp"
#include "atrium/net/listener.hpp"
#include "atrium/net/node_context.hpp"
#include "atrium/net/options.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// One node: the bus, the lanes, the actors and the listener, from start to
/// stop. Not thread-safe: it belongs to the thread that runs `main`.
class node {
public:
  /// Makes everything that needs no network. `rooms` says which logic runs in
  /// which rooms.
  node(options from, room_types rooms);

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Stops the node if that has not happened yet.
  ~node();

  /// Starts to listen. Returns what went wrong, or nothing.
  std::string start();

  /// Where the node listens, after `start`.
  listen_address address() const {
    return listener_->address();
  }

  const std::string& id() const {
    return context_->env->node_id;
  }

  /// Goes away in order, within the grace time:
  ///
  ///   1. the listener accepts nobody any more
  ///   2. clients are told and closed, a few at a time
  ///   3. rooms, users and everyone stop, and with them their subscriptions
  ///   4. the bus ends
  ///   5. the lanes' actors end, then their threads, then the actor system
  ///
  /// Returns false if the time was up before everybody had gone.
  bool stop();

private:
  class actor_config : public caf::actor_system_config {
  public:
    explicit actor_config(const options& from);
  };

  environment_ptr make_environment(const options& from, room_types rooms);
  bool close_connections(std::chrono::steady_clock::time_point deadline);
  bool stop_actors(std::chrono::steady_clock::time_point deadline);

  actor_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<std::unique_ptr<lane_thread>> lanes_;
  node_context_ptr context_;
  std::shared_ptr<listener> listener_;
  bool stopped_ = false;
};

} // namespace atrium
