#pragma once

#include <boost/asio/io_context.hpp>
#include <caf/execution_unit.hpp>

#include <functional>
#include <utility>

namespace atrium {

/// Runs pinned actors (actors/util/pinned.hpp) on an `io_context` that one
/// thread runs, between that thread's socket events. Must outlive the actors.
class asio_unit final : public caf::execution_unit {
public:
  /// While `is_busy()`, the thread has something to do before its actors.
  asio_unit(caf::actor_system& system, boost::asio::io_context& io,
            std::function<bool()> is_busy)
    : caf::execution_unit(&system), io_(io), is_busy_(std::move(is_busy)) {
    // nop
  }

  /// Schedules `job`, taking over one reference to it. Any thread.
  void exec_later(caf::resumable* job) override;

private:
  void run(caf::resumable* job);

  boost::asio::io_context& io_;
  std::function<bool()> is_busy_;
};

} // namespace atrium
