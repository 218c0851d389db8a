#pragma once

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/redis_task.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace atrium {

/// A task that sends the commands of a queue, which is pure state and gets the
/// time with each call.
template <class Queue>
class queue_task : public redis_task {
protected:
  /// Makes the queue from `xs`.
  template <class... Ts>
  explicit queue_task(redis_client& client, Ts&&... xs)
    : redis_task(client), queue_(std::forward<Ts>(xs)...) {
    // nop
  }

  bool is_settled() const override {
    return queue_.is_settled();
  }

  void on_up() override {
    queue_.on_up(clock::now());
    go_on_soon();
  }

  void on_lost() override {
    queue_.on_lost();
    on_read_end();
  }

  void on_script(std::string_view sha) override {
    queue_.on_script(sha);
  }

  void on_script_refused(std::string_view error) override {
    queue_.on_script_refused(error);
  }

  void compose(std::string& out, std::size_t limit) override {
    queue_.compose(out, limit, clock::now());
  }

  std::size_t unanswered() const override {
    return queue_.unanswered();
  }

  std::string_view on_reply(resp_reply reply) override {
    return on_reply_to(0, reply);
  }

  // Most have one or two commands in flight, and take answers in order.
  std::string_view on_reply_to(std::size_t which, resp_reply reply) override {
    if constexpr (requires { queue_.on_reply_to(which, reply, clock::now()); })
      return queue_.on_reply_to(which, reply, clock::now());
    else
      return queue_.on_reply(reply, clock::now());
  }

  Queue queue_;
};

} // namespace atrium
