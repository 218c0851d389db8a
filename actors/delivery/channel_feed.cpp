#include "atrium/actors/delivery/channel_feed.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/queue_cost.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/presence_packet.hpp"
#include "atrium/broker/room_note.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace atrium {

namespace {

using cause = interrupted::cause;

// The end of a feed on the bus's thread: does nothing but put messages into the
// actor's mailbox, never more than the semaphore has places for.
class mailbox_subscriber final : public subscriber {
public:
  mailbox_subscriber(listener_actor to, const environment& env,
                     channel_feed::bound queue)
    : to_(std::move(to)),
      queue_(std::move(queue)),
      env_(env.shared_from_this()) {
    // nop
  }

  void on_subscribed() override {
    caf::anon_send(to_, subscribed{});
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    auto n = batch.size();
    std::size_t bytes = 0;
    for (auto& x : batch)
      bytes += queue_cost(x->size());
    // All or nothing: a batch is one read of the bus and becomes one message.
    if (auto* full = enter(bytes, n)) {
      env_->delivery_counts->room_queue_drops += n;
      return miss(*full, batch);
    }
    // Either semaphore may owe the actor a gap. The gap has to come before
    // newer messages, and both go into one mailbox.
    queue_.queue->settle(key());
    env_->bus_queue->settle(key());
    caf::anon_send(to_, packets{std::move(batch), permit_for(bytes, n)});
  }

  void on_gap(unix_time from, unix_time to) override {
    caf::anon_send(to_, interrupted{from, to, cause::repaired});
  }

  void on_refused(const std::string& reason) override {
    caf::anon_send(to_, channel_refused{reason});
  }

private:
  // Returns the semaphore that has no place for it, if there is one.
  semaphore* enter(std::size_t bytes, std::size_t n) {
    auto& all = *env_->bus_queue;
    if (!queue_.queue->try_acquire(bytes, n))
      return queue_.queue.get();
    if (all.try_acquire(bytes, n))
      return nullptr;
    queue_.queue->release(bytes, n);
    return &all;
  }

  permit permit_for(std::size_t bytes, std::size_t n) {
    auto& sum = *env_->backlogs.*queue_.sum;
    sum.fetch_add(n, std::memory_order_relaxed);
    // The permit may outlive this subscriber: packets wait for an actor whose
    // subscription has ended.
    return permit{[own = queue_.queue, env = env_, &sum, bytes, n] {
      sum.fetch_sub(n, std::memory_order_relaxed);
      env->bus_queue->release(bytes, n);
      own->release(bytes, n);
    }};
  }

  void miss(semaphore& full, const std::vector<shared_bytes>& batch) {
    auto from = unix_time::max();
    auto to = unix_time::min();
    for (auto& x : batch) {
      // Only the time is read: there is no time for more where so much comes.
      // Notes have none, but data that may look like one.
      auto said = is_notes(*x) ? std::nullopt : packet_time(*x);
      auto time = said.value_or(env_->now());
      from = std::min(from, time);
      to = std::max(to, time);
    }
    // Remembered by the semaphore that was full: when it drains is the time to
    // tell.
    full.miss(key(), from, to, [who = to_](unix_time since, unix_time until) {
      caf::anon_send(who, interrupted{since, until, cause::dropped});
    });
  }

  // Not the address: the semaphore of the node outlives this, and another one
  // may be made where this was.
  std::uint64_t key() const {
    return to_->id();
  }

  listener_actor to_;
  channel_feed::bound queue_;
  environment_ptr env_;
};

} // namespace

void channel_feed::open(const environment& env, bus& by,
                        const std::string& channel, listener_actor to,
                        bound queue) {
  // A circle on purpose: the bus holds the actor, and the actor's state holds
  // the subscription. The circle ends when the actor quits, and the state with
  // it.
  held_ = by.subscribe(channel, std::make_shared<mailbox_subscriber>(
                                  std::move(to), env, std::move(queue)));
}

std::vector<incoming> channel_feed::decode(const packets& in,
                                           const environment& env) {
  std::vector<incoming> result;
  result.reserve(in.batch.size());
  // Of no use to whoever has not asked for them.
  events_.clear();
  notes_.clear();
  for (auto& bytes : in.batch)
    if (is_presence(*bytes))
      add_event(bytes, env);
    else if (is_notes(*bytes))
      add_notes(bytes, env);
    else
      add(bytes, env, result);
  return result;
}

// Its receivers hear of a gap, as of everything that a node cannot give them.
void channel_feed::leave_out(unix_time time) {
  if (!left_out_)
    left_out_ = interrupted{time, time, cause::dropped};
  left_out_->from = std::min(left_out_->from, time);
  left_out_->to = std::max(left_out_->to, time);
}

void channel_feed::add(const shared_bytes& bytes, const environment& env,
                       std::vector<incoming>& out) {
  auto decoded = decode_incoming(bytes, env);
  if (auto* x = std::get_if<incoming>(&decoded)) {
    out.push_back(std::move(*x));
    ++decoded_;
  } else if (auto* big = std::get_if<too_large>(&decoded)) {
    leave_out(big->time);
  } else {
    // Counted, and no gap: of what cannot be read nobody knows whether it was a
    // message, and of which time.
    ++malformed_;
  }
}

void channel_feed::add_event(const shared_bytes& bytes,
                             const environment& env) {
  auto decoded = decode_presence_event(bytes, env);
  if (auto* x = std::get_if<presence_event>(&decoded))
    events_.push_back(std::move(*x));
  else
    ++malformed_;
}

void channel_feed::add_notes(const shared_bytes& bytes,
                             const environment& env) {
  auto decoded = decode_room_notes(bytes, env);
  if (auto* x = std::get_if<room_notes>(&decoded))
    notes_.push_back(std::move(*x));
  else
    ++malformed_;
}

} // namespace atrium
