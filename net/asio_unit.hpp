#pragma once

#include <boost/asio/io_context.hpp>
#include <caf/execution_unit.hpp>

namespace atrium {

/// Runs pinned actors (actors/pinned.hpp) on an `io_context` that one thread
/// runs, between that thread's socket events. Must outlive the actors.
class asio_unit final : public caf::execution_unit {
public:
  asio_unit(caf::actor_system& system, boost::asio::io_context& io)
    : caf::execution_unit(&system), io_(io) {
    // nop
  }

  /// Schedules `job`, taking over one reference to it. Any thread.
  void exec_later(caf::resumable* job) override;

private:
  void run(caf::resumable* job);

  boost::asio::io_context& io_;
};

} // namespace atrium
