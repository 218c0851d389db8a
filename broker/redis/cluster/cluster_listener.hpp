#pragma once

#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/link_listener.hpp"
#include "atrium/broker/redis/timed_listener.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace atrium {

/// Listens to channels over one link for each of several servers: to each
/// channel where its slot is. When a slot goes elsewhere, its channels are
/// subscribed there, which for their subscribers is a gap.
class cluster_listener final : public timed_listener {
public:
  /// What it has to know of its client.
  struct parts {
    boost::asio::io_context& io;
    const bus_log& log;
    /// Returns the link to a server, which lives as long as the client. Without
    /// a name: one that leads nowhere, for channels whose slot nobody has.
    std::function<redis_link&(const cluster_server&)> link = {};
    /// The map is not what a server has said.
    std::function<void()> on_doubt = {};
    /// It begins, and from now on `set_map` is called; returns the first map.
    std::function<slot_map(cluster_listener&)> on_begin = {};
    /// It has stopped.
    std::function<void()> on_over = {};
    subscription_tracker::kind how = subscription_tracker::kind::plain;
  };

  cluster_listener(parts of, gap_clock time);

  /// Another map is true from now on.
  void set_map(slot_map map);

  /// Returns whether it uses the link to that server, by name.
  bool listens_at(const std::string& name) const {
    return ears_.contains(name);
  }

  void start() override;
  void stop() override;
  void add(bus_listener_ptr who) override;
  void remove(const bus_listener_ptr& who) override;
  void confirm(const std::string& channel,
               std::function<void()> carried) override;
  void wake() override;

private:
  using steady = std::chrono::steady_clock;

  struct ear {
    cluster_server where;
    std::unique_ptr<link_listener> on;
  };

  /// Who listens to a channel, and since when.
  struct place {
    link_listener* at;
    steady::time_point since;
  };

  /// So long before a slot has gone its messages may have passed us by: while
  /// it is on its way, scripts publish where nobody listens yet.
  static constexpr std::chrono::seconds longest_move{60};

  /// A channel that is sent away again so soon is left alone until the next
  /// second.
  static constexpr std::chrono::seconds pause{1};

  ear& ear_at(const cluster_server& where);
  link_listener& home_of(const std::string& channel);
  void move(const std::string& channel, place& from, link_listener& to);
  void move_all();
  void follow(ear& from);
  void retry() override;
  void count_all();

  const parts of_;
  slot_map map_;
  bool is_started_ = false;
  std::map<std::string, ear> ears_; // by name; '': where nobody listens
  string_map<place> places_;        // of each channel
};

} // namespace atrium
