#pragma once

#include "atrium/broker/redis/publish_accounting.hpp"
#include "atrium/broker/redis/publish_queue.hpp"
#include "atrium/broker/redis/redis_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <string>
#include <string_view>

namespace atrium {

/// Publishes over the command link of a client. For the thread of its context.
class redis_publisher final : private redis_caller {
public:
  redis_publisher(redis_client& client, publish_accounting& accounting);

  /// Takes its turns on the link from now on.
  void start();

  /// Fails what has no answer yet.
  void stop();

  /// Takes a publish that the accounting has admitted; `wake` sends it.
  void push(publish_job job);

  /// Sends what was pushed as soon as the link can take it.
  void wake();

private:
  void on_up() override {
    // nop
  }
  void on_lost() override;
  void compose(std::string& out, std::size_t limit) override;
  std::size_t unanswered() const override;
  std::string_view on_reply(resp_reply reply) override;

  void watch_deadlines();

  redis_client& client_;
  publish_queue queue_;
  boost::asio::steady_timer timer_;
  bool watching_ = false; // the timer runs
};

} // namespace atrium
