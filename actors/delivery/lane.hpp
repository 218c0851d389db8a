#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/delivery/lane_followers.hpp"
#include "atrium/actors/delivery/lane_members.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/lane_interface.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <caf/stateful_actor.hpp>

#include <optional>
#include <random>

namespace atrium {

/// The state of a lane: the fan-out of its I/O thread. Gets one message per
/// envelope, whatever the number of receivers, and appends it to their
/// sessions, which share what their codec has made of it; who flushes them, and
/// when, is not its business.
class lane_state {
public:
  static inline constexpr auto name = "lane";

  void start(lane_actor::pointer self, std::shared_ptr<semaphore> queue,
             std::size_t index, std::shared_ptr<lane_meter> meter);

  void open(const open_session& x);

  /// A connection's actor has ended.
  void lost(const caf::down_msg& x);

  void enter(const add_member& x);

  void exit(const remove_member& x);

  void catch_up_on(const catch_up& x);

  /// Clients that catch up may have taken something.
  void tick();

  void deliver(const fan_out& x);

  void deliver_all(const fan_out_all& x);

  void tell(const tell_member& x);

  void tell_room(const tell_members& x);

  void tell_all_connections(const tell_all& x);

  void drop_room(const room_died& x);

  void close(const close_one& x);

  void close_some(const close_all& x);

  /// Asks the connection's client whether it is there.
  void find_out(const probe_one& x);

  void pass_on(const probe_answered& x);

  children list(const list_connections& x) const;

  children list(const list_slowest& x) const;

  friend caf::error inspect(json_inspector& f, lane_state& x);

private:
  void ask_for_more();
  void dismiss(client_session& out);
  void give_back(const publication& x);

  lane_actor::pointer self_ = nullptr;
  std::shared_ptr<semaphore> queue_; // of messages that wait for this lane
  std::shared_ptr<lane_meter> meter_;
  lane_members members_;
  std::string name_;
  lane_followers followers_;
  bool is_asking_ = false; // a timer is under way
  std::uint64_t fan_outs_ = 0;
  std::uint64_t lost_ = 0;         // connections whose actor has failed
  std::optional<close_all> going_; // the node stops
  std::vector<std::weak_ptr<client_session>>
    closing_;             // who is still to be told
  std::size_t slice_ = 0; // of them, at a time
  std::minstd_rand random_{std::random_device{}()};
};

/// Spawnable class: `spawn<lane>(unit, queue, index, meter)`. Told to exit by
/// the node.
class lane
  : public caf::stateful_actor<lane_state, observed<pinned<lane_actor::base>>> {
public:
  lane(caf::actor_config& config, lane_unit* unit,
       std::shared_ptr<semaphore> queue, std::size_t index = 0,
       std::shared_ptr<lane_meter> meter = std::make_shared<lane_meter>());

  behavior_type make_behavior() override;
};

} // namespace atrium
