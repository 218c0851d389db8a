#pragma once

#include "atrium/broker/redis/queue_caller.hpp"
#include "atrium/broker/redis/redis_task.hpp"
#include "atrium/broker/redis/script_queue.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace atrium {

/// A task that asks Redis by some scripts, each with a queue of its own, and
/// takes what is to be asked from any thread.
class script_task : public redis_task {
public:
  /// Calls of one script.
  struct line {
    line(redis_client& client, std::string_view with)
      : queue(client.log()), caller(client, queue), script(with) {
      // nop
    }

    script_queue queue;
    queue_caller caller;
    const std::string_view script;
    bool begun = false;
  };

  void start();

  /// Takes a call over to the thread of the client, or fails it: too much
  /// waits, or the task has ended. Any thread.
  void ask(line& to, std::unique_ptr<script_call> x);

protected:
  /// Calls fail after `patience`. The log calls refused scripts `event`, and
  /// `refused` is the sentence; both are constants.
  script_task(redis_client& client, std::chrono::milliseconds patience,
              log::event event, std::string_view refused);

  /// Adds a line, which lasts as long as the task. Before the start.
  line& add_line(std::string_view script);

  /// Pushes a call of the task itself, which has no bound. From the thread of
  /// the client.
  void push_own(line& to, std::unique_ptr<script_call> x);

  /// Adds what is due, before what waits is sent; returns when something is
  /// due next.
  virtual clock::time_point prepare(clock::time_point now) {
    return now + std::chrono::hours{1};
  }

  /// Whether the command link is up has changed, or the task has ended.
  virtual void connected(bool is_up) = 0;

private:
  struct request {
    line* to;
    std::unique_ptr<script_call> what;
  };

  void take_requests();

  clock::time_point work(clock::time_point now) final;
  bool is_settled() const final;
  void on_end(clock::time_point now) final;
  void publish_stats() final;
  void on_up() final;
  void on_lost() final;
  void compose(std::string& out, std::size_t limit) final;
  std::size_t unanswered() const final;
  std::string_view on_reply(resp_reply reply) final;
  void on_read_end() final;

  const std::chrono::milliseconds patience_;
  const log::event event_;
  const std::string_view refused_;
  std::deque<line> lines_;
  handoff<std::vector<request>> requests_; // of any thread
};

} // namespace atrium
