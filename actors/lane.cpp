#include "atrium/actors/lane.hpp"

#include "atrium/broker/log.hpp"

namespace atrium {

void lane_core::start(lane_actor::pointer self, std::shared_ptr<gate> queue) {
  self_ = self;
  queue_ = std::move(queue);
}

void lane_core::open(const open_outlet& x) {
  self_->monitor(x.connection);
  roster_.add(x.connection, x.out);
  if (going_)
    x.out->close(going_->code, going_->reason, {});
}

void lane_core::lost(const caf::down_msg& x) {
  auto out = roster_.remove(x.source.id());
  if (!out || x.reason == caf::exit_reason::user_shutdown)
    return;
  log::error("lane loses a connection: {}", to_string(x.reason));
  out->close(close_code::internal, "the connection's actor has failed", {});
}

void lane_core::enter(const enter_room& x) {
  auto* out = roster_.find(x.connection);
  if (out == nullptr)
    return; // closed meanwhile; the room gets to know it by itself
  out->answer(x.answer);
  roster_.enter(x.room, x.connection);
}

void lane_core::exit(const exit_room& x) {
  auto* out = roster_.find(x.connection);
  if (out == nullptr)
    return;
  roster_.exit(x.room, x.connection);
  out->answer(x.answer);
}

void lane_core::deliver(const fan_out& x) {
  queue_->leave(1);
  auto content = x.content.counted_apart();
  roster_.for_members(x.room, [&](outlet& out, actor_number who) {
    if (who != x.skip)
      out.append(content);
  });
}

void lane_core::deliver_all(const fan_out_all& x) {
  queue_->leave(1);
  auto content = x.content.counted_apart();
  roster_.for_all([&](outlet& out) { out.append(content); });
}

void lane_core::tell(const tell_member& x) {
  if (auto* out = roster_.find(x.connection))
    out->append(x.content);
}

void lane_core::tell_room(const tell_members& x) {
  roster_.for_members(x.room,
                      [&](outlet& out, actor_number) { out.push(x.what); });
}

void lane_core::tell_everyone(const tell_all& x) {
  roster_.for_all([&](outlet& out) { out.push(x.what); });
}

void lane_core::evict_members(const room_died& x) {
  for (auto& member : roster_.dissolve(x.room)) {
    member.out->push(failure{{}, errc::internal, "the room has died", x.name});
    self_->send(member.connection, evicted{x.name});
  }
}

void lane_core::close_some(const close_all& x) {
  constexpr std::size_t at_once = 200;
  if (!std::exchange(going_, x))
    closing_ = roster_.outlets();
  for (std::size_t i = 0; i < at_once && !closing_.empty(); ++i) {
    if (auto out = closing_.back().lock())
      out->close(x.code, x.reason, {});
    closing_.pop_back();
  }
  if (!closing_.empty())
    self_->send(self_, x);
}

lane::lane(caf::actor_config& config, caf::execution_unit* unit,
           std::shared_ptr<gate> queue)
  : stateful_actor(config, unit) {
  state.start(this, std::move(queue));
  set_down_handler([this](const caf::down_msg& x) { state.lost(x); });
}

lane::behavior_type lane::make_behavior() {
  return {
    [this](const open_outlet& x) { state.open(x); },
    [this](const enter_room& x) { state.enter(x); },
    [this](const exit_room& x) { state.exit(x); },
    [this](const fan_out& x) { state.deliver(x); },
    [this](const fan_out_all& x) { state.deliver_all(x); },
    [this](const tell_member& x) { state.tell(x); },
    [this](const tell_members& x) { state.tell_room(x); },
    [this](const tell_all& x) { state.tell_everyone(x); },
    [this](const room_died& x) { state.evict_members(x); },
    [this](const close_all& x) { state.close_some(x); },
  };
}

} // namespace atrium
