#pragma once

#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/redis_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <string>
#include <string_view>

namespace atrium {

/// Sends the commands of a queue over the command link of a client, and keeps
/// their deadlines. For the thread of its context.
class queue_caller final : private redis_caller {
public:
  /// Both have to outlive the caller.
  queue_caller(redis_client& client, command_queue& queue);

  /// Takes its turns on the link from now on.
  void start(const profile& what);

  /// Fails what has no answer yet.
  void stop();

  /// Sends what the queue has been given as soon as the link can take it.
  void wake();

private:
  void on_up() override;
  void on_lost() override;
  void on_script(std::string_view sha) override;
  void on_script_refused(std::string_view error) override;
  void compose(std::string& out, std::size_t limit) override;
  std::size_t unanswered() const override;
  std::string_view on_reply(resp_reply reply) override;
  std::string_view on_reply_to(std::size_t which, resp_reply reply) override;
  void on_excused(std::size_t which) override;
  void on_read_end() override;

  void watch_time();

  redis_client& client_;
  command_queue& queue_;
  boost::asio::steady_timer timer_;
  command_queue::clock::time_point watched_{}; // when the timer fires
  bool watching_ = false;                      // it runs
};

} // namespace atrium
