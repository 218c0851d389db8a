#pragma once

#include "atrium/net/lane/asio_unit.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>

#include <thread>

namespace atrium::test {

/// A unit with a thread of its own that has nothing but actors, and now and then
/// something to do before them. All of them have to be gone when it ends.
class lane_in_thread {
public:
  explicit lane_in_thread(caf::actor_system& sys)
    : unit(sys, io_, [this] { return ++looks_ % 7 == 0; }) {
    thread_ = std::thread{[this] {
      unit.enter_thread();
      io_.run();
    }};
  }

  ~lane_in_thread() {
    work_.reset();
    thread_.join();
  }

private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
    io_.get_executor()};
  unsigned looks_ = 0;

public:
  asio_unit unit;

private:
  std::thread thread_;
};

} // namespace atrium::test
