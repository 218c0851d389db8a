#pragma once

#include "atrium/actors/util/pinned.hpp"
#include "atrium/net/lane/asio_unit.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <functional>
#include <thread>
#include <vector>

namespace atrium::test {

/// An actor on a unit, which does what a test wants.
class pinned_probe final : public pinned<caf::event_based_actor> {
public:
  using start = std::function<caf::behavior(pinned_probe&)>;

  pinned_probe(caf::actor_config& config, lane_unit* unit, start f)
    : pinned(config, unit), start_(std::move(f)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return start_(*this);
  }

private:
  start start_;
};

/// A unit whose thread is that of the test, and which runs in `io.poll()`.
struct unit_fixture {
  unit_fixture() {
    unit.enter_thread();
  }

  caf::actor spawn(pinned_probe::start f) {
    return sys.spawn<pinned_probe>(static_cast<lane_unit*>(&unit), std::move(f));
  }

  void end(const caf::actor& x) {
    caf::anon_send_exit(x, caf::exit_reason::kill);
    io.poll();
  }

  /// Does something on a thread that is not the unit's.
  template <class F>
  static void elsewhere(F f) {
    std::thread{std::move(f)}.join();
  }

  caf::actor_system_config config;
  caf::actor_system sys{config};
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
    io.get_executor()}; // or `poll` would stop it
  bool busy = false;
  asio_unit unit{sys, io, [this] { return busy; }};
  std::vector<int> seen;
};

} // namespace atrium::test
