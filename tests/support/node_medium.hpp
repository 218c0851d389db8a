#pragma once

#include "atrium/broker/memory/memory_bus.hpp"

#include "support/redis_fixture.hpp"
#include "support/redis_kinds.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

namespace atrium::test {

/// A context and the thread that runs it.
class io_thread {
public:
  ~io_thread() {
    stop();
  }

  /// What still waits is not done.
  void stop() {
    io.stop();
    if (thread_.joinable())
      thread_.join();
  }

  boost::asio::io_context io{1};

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
  std::thread thread_{[this] { io.run(); }};
};

/// What the nodes of a rule meet on. `Subject` is what the rule is about: each
/// that the medium makes stands for one node.
template <class Subject>
class node_medium {
public:
  virtual ~node_medium() = default;

  virtual std::shared_ptr<Subject> make_node() = 0;

  /// Returns the bus on which nodes tell.
  virtual bus& on() = 0;
};

/// One process: all nodes share one subject.
template <class Subject, class Memory>
class memory_node_medium final : public node_medium<Subject> {
public:
  template <class... Ts>
  explicit memory_node_medium(Ts... xs)
    : subject_(std::make_shared<Memory>(bus_, thread_.io, std::move(xs)...)) {
    // nop
  }

  ~memory_node_medium() override {
    thread_.stop();
  }

  std::shared_ptr<Subject> make_node() override {
    return subject_;
  }

  bus& on() override {
    return *bus_;
  }

private:
  io_thread thread_;
  std::shared_ptr<memory_bus> bus_ = std::make_shared<memory_bus>();
  std::shared_ptr<Memory> subject_;
};

/// Redis of some kind.
template <class Subject>
class redis_node_medium : public node_medium<Subject> {
public:
  explicit redis_node_medium(redis_place where) : where_(std::move(where)) {
    // nop
  }

  bus& on() final {
    return bus_;
  }

protected:
  const redis_place where_;

private:
  own_bus bus_{quick_config(where_)};
};

} // namespace atrium::test
