#pragma once

#include "atrium/actors/util/lane_unit.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_control_block.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace atrium {

/// Runs pinned actors (actors/util/pinned.hpp) on an `io_context` that one
/// thread runs. Must outlive the actors.
///
/// A turn begins behind the handlers of sockets that are ready. Actors run in
/// the order in which they became ready, those that become ready meanwhile in
/// the same turn, for a bounded time; then comes what was put off to the turn's
/// end; then sockets get theirs.
class asio_unit final : public lane_unit {
public:
  /// While `is_busy()`, the thread has something to do before its actors.
  asio_unit(caf::actor_system& system, boost::asio::io_context& io,
            std::function<bool()> is_busy)
    : lane_unit(&system), io_(io), is_busy_(std::move(is_busy)) {
    // nop
  }

  /// Drops what has not run; no thread runs the context any more.
  ~asio_unit() override;

  using turn::enter_thread;

  /// Schedules `job`, taking over one reference to it. Any thread.
  void exec_later(caf::resumable* job) override;

  void hand_over(caf::scheduled_actor& to, std::uint32_t& waiting,
                 caf::mailbox_element_ptr what) override;

  void at_end(turn_end_task& x) override;

private:
  // An actor with one message, or with what is in its mailbox.
  struct work {
    caf::resumable* job = nullptr;    // owns a reference
    caf::strong_actor_ptr actor = {}; // keeps alive the two that follow
    caf::scheduled_actor* to = nullptr;
    std::uint32_t* waiting = nullptr;
    caf::mailbox_element_ptr message = {};
  };

  using end_list
    = boost::intrusive::list<turn_end_task,
                             boost::intrusive::constant_time_size<false>>;

  void schedule();
  void take_foreign();
  void take_turn();
  void run_actors();
  void run_ends();
  std::size_t run(work x); // returns how many messages that counts for
  void handle(work& x);

  boost::asio::io_context& io_;
  std::function<bool()> is_busy_;
  std::deque<work> ready_;
  end_list ends_;
  bool scheduled_ = false; // a turn

  std::mutex mutex_;
  std::vector<caf::resumable*> foreign_; // made ready by other threads
};

} // namespace atrium
