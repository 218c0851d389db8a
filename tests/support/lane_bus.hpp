#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/util/handoff.hpp"

#include "support/own_redis.hpp"
#include "support/posted_turn.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <memory>
#include <thread>

namespace atrium::test {

/// A thread with turns and a Redis client on it, as lanes are.
class lane_redis {
public:
  explicit lane_redis(const redis_client_config& config)
    : client(make_redis_client(io, config, &turns)) {
    boost::asio::post(io, [this] {
      turns.enter_thread();
      client->start();
    });
    thread_ = std::thread{[this] { io.run(); }};
  }

  ~lane_redis() {
    run_on(io, [this] { client->stop(); });
    work_.reset();
    thread_.join();
  }

  boost::asio::io_context io{1};
  posted_turn turns{io};
  const std::unique_ptr<redis_client> client;

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
  std::thread thread_;
};

/// A bus that is called on the thread of its client only, as the actors of a lane do.
class lane_bus final : public bus {
public:
  explicit lane_bus(const bus_settings& x)
    : lane_(std::make_shared<lane_redis>(x)), below_(*lane_->client, x) {
    // nop
  }

  subscription subscribe(std::string channel, std::shared_ptr<subscriber> who) override {
    std::shared_ptr<subscription> held;
    run_on(lane_->io, [&] {
      held = std::make_shared<subscription>(below_.subscribe(std::move(channel), std::move(who)));
    });
    // It may end after the bus.
    return subscription{
      [lane = lane_, held]() mutable { run_on(lane->io, [&] { held.reset(); }); }};
  }

  void publish(std::string channel, shared_bytes payload, receipt_handler done) override {
    run_on(lane_->io,
           [&] { below_.publish(std::move(channel), std::move(payload), std::move(done)); });
  }

  history_log* history() override {
    return &log_;
  }

  void ping(std::function<void()> answer) override {
    run_on(lane_->io, [&] { below_.ping(std::move(answer)); });
  }

  void confirm(std::string channel, std::function<void()> carried) override {
    run_on(lane_->io, [&] { below_.confirm(std::move(channel), std::move(carried)); });
  }

  void stop() override {
    below_.stop();
  }

  bus_stats stats() const override {
    return below_.stats();
  }

private:
  /// The log, called on the same thread.
  class lane_log final : public history_log {
  public:
    explicit lane_log(lane_bus& of) : of_(of) {
      // nop
    }

    void append(std::string channel, log_entry what, receipt_handler done) override {
      run_on(of_.lane_->io, [&] {
        of_.below_.history()->append(std::move(channel), std::move(what), std::move(done));
      });
    }

    void read(std::string channel, history_query what, page_handler done) override {
      run_on(of_.lane_->io, [&] {
        of_.below_.history()->read(std::move(channel), std::move(what), std::move(done));
      });
    }

    void remove(std::string channel, std::function<void(errc)> done) override {
      run_on(of_.lane_->io,
             [&] { of_.below_.history()->remove(std::move(channel), std::move(done)); });
    }

    history_stats stats() const override {
      return of_.below_.history()->stats();
    }

  private:
    lane_bus& of_;
  };

  std::shared_ptr<lane_redis> lane_;
  redis_bus below_;
  lane_log log_{*this};
};

} // namespace atrium::test
