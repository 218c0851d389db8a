#include "atrium/net/lane/asio_unit.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <chrono>

namespace atrium {

namespace {

using clock = std::chrono::steady_clock;

// By time, not by number: one message to a large room is 10 000 appends. Longer
// turns share more writes, but clients that send wait for them.
constexpr std::chrono::milliseconds longest_turn{1};
constexpr std::size_t slice = 8; // messages between two looks at the clock

using activation = caf::scheduled_actor::activation_result;

// What CAF's `activate` does, without what is for an actor that has not begun,
// has ended or waits for a time: 66 instructions less for each message.
activation activate(caf::scheduled_actor& to, caf::execution_unit* unit,
                    caf::mailbox_element& x) {
  if (!to.getf(caf::abstract_actor::is_initialized_flag) || !to.alive()
      || to.getf(caf::abstract_actor::has_timeout_flag))
    return to.activate(unit, x);
  to.context(unit);
  auto result = to.reactivate(x);
  // A behaviour that has been chosen meanwhile may have a timeout.
  auto& behaviors = to.bhvr_stack();
  if (result == activation::success && !behaviors.empty()
      && behaviors.back().timeout().valid())
    to.set_receive_timeout();
  return result;
}

} // namespace

asio_unit::~asio_unit() {
  for (auto& x : ready_)
    if (x.job != nullptr)
      caf::intrusive_ptr_release(x.job);
  for (auto* x : foreign_)
    caf::intrusive_ptr_release(x);
}

// -- becoming ready -----------------------------------------------------------

// Never at once: the sender may be an actor of this thread, or a handler of a
// socket, in the middle of something.
void asio_unit::exec_later(caf::resumable* job) {
  // A pinned actor passes its unit along when it sends, so jobs of the pool
  // come by here, too.
  if (job->subtype() != caf::resumable::io_actor) {
    system().scheduler().enqueue(job);
    return;
  }
  if (is_this_thread()) {
    ready_.push_back({.job = job});
    return schedule();
  }
  std::lock_guard guard{mutex_};
  foreign_.push_back(job);
  // The first one wakes the thread, which takes all of them at once.
  if (foreign_.size() == 1)
    boost::asio::post(io_, [this] { take_foreign(); });
}

void asio_unit::hand_over(caf::scheduled_actor& to, std::uint32_t& waiting,
                          caf::mailbox_element_ptr what) {
  ++waiting;
  ready_.push_back({.actor = caf::strong_actor_ptr{to.ctrl()},
                    .to = &to,
                    .waiting = &waiting,
                    .message = std::move(what)});
  schedule();
}

void asio_unit::at_end(turn_end_task& x) {
  if (x.is_linked())
    return;
  ends_.push_back(x);
  schedule();
}

// Asio queues what is posted behind the handlers that are ready, so their work
// is part of the turn.
void asio_unit::schedule() {
  if (!std::exchange(scheduled_, true))
    boost::asio::post(io_, [this] { take_turn(); });
}

void asio_unit::take_foreign() {
  std::vector<caf::resumable*> jobs;
  {
    std::lock_guard guard{mutex_};
    jobs.swap(foreign_);
  }
  for (auto* job : jobs)
    ready_.push_back({.job = job});
  schedule();
}

// -- a turn -------------------------------------------------------------------

void asio_unit::take_turn() {
  // However the turn ends: what is left, or was asked for meanwhile, gets the
  // next one. An exception must not cost the lane its turns.
  struct next_turn {
    ~next_turn() {
      unit.scheduled_ = false;
      if (!unit.ready_.empty() || !unit.ends_.empty())
        unit.schedule();
    }
    asio_unit& unit;
  } last{*this};
  run_actors();
  run_ends();
}

void asio_unit::run_actors() {
  auto end = clock::now() + longest_turn;
  std::size_t handled = 0;
  while (!ready_.empty() && !is_busy_()) {
    auto look = handled + slice;
    while (!ready_.empty() && handled < look) {
      auto next = std::move(ready_.front());
      ready_.pop_front();
      handled += run(std::move(next));
    }
    if (clock::now() >= end)
      return;
  }
}

// Only those that are there: what they ask for is for the next turn.
void asio_unit::run_ends() {
  end_list now;
  now.swap(ends_);
  try {
    while (!now.empty()) {
      auto& x = now.front();
      now.pop_front(); // off the list first: it may ask again
      x.on_turn_end();
    }
  } catch (...) {
    ends_.splice(ends_.begin(), now);
    throw;
  }
}

std::size_t asio_unit::run(work x) {
  if (x.job == nullptr) {
    handle(x);
    return 1;
  }
  if (x.job->resume(this, slice) == caf::resumable::resume_later)
    ready_.push_back(std::move(x));
  else
    // Nothing left to do, or dead: the reference that came with the job goes.
    // The next message brings another one.
    caf::intrusive_ptr_release(x.job);
  return slice;
}

void asio_unit::handle(work& x) {
  --*x.waiting;
  // An actor that has ended since bounces what it is asked, and one that skips
  // a message gets it again: both are the mailbox's to do.
  if (x.to->mailbox().closed()
      || activate(*x.to, this, *x.message) == activation::skipped)
    x.to->caf::scheduled_actor::enqueue(std::move(x.message), this);
}

} // namespace atrium
