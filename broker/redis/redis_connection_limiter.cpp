#include "atrium/broker/redis/redis_connection_limiter.hpp"

#include "atrium/broker/redis/queue_task.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/handoff.hpp"
#include "atrium/broker/util/snapshot.hpp"

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace atrium {

class redis_connection_limiter::impl final : public queue_task<limiter_queue> {
public:
  impl(redis_client& client, redis_connection_limiter_config config)
    : queue_task(
      client, config.rules, config.timing,
      [names = std::move(config.names)](std::string_view user) {
        return names.user(user) + ":connections";
      },
      client.log(), std::move(config.dead_runs)),
      rules_(pack(config.rules.most, config.rules.policy)),
      requests_(
        client.io(), [this] { go_on(); }, client.turns()) {
    // nop
  }

  /// One arrival, or one departure, which has no answer.
  struct request {
    std::string user;
    newcomer who;
    answer done;
  };

  void leave(request x) {
    auto left = requests_.leave([&](std::vector<request>& to) {
      to.push_back(std::move(x));
      return true;
    });
    if (!left && x.done)
      x.done({true});
  }

  void change_rules(std::size_t most, surplus_policy policy) {
    rules_ = pack(most, policy);
  }

  limiter_stats stats() const {
    return stats_.get();
  }

private:
  // In one word, which is what any thread may replace.
  struct rules {
    std::uint32_t most;
    surplus_policy policy;
  };

  static rules pack(std::size_t most, surplus_policy policy) {
    return {static_cast<std::uint32_t>(most), policy};
  }

  void take_requests(clock::time_point now) {
    auto by = rules_.load();
    queue_.change_rules(by.most, by.policy);
    for (auto& x : requests_.take())
      if (x.done)
        queue_.enter(x.user, std::move(x.who), std::move(x.done), now);
      else
        queue_.leave(x.user, x.who.connection);
  }

  // -- redis_task -------------------------------------------------------------

  // The queue counts its ticks: an arrival must not add one.
  clock::time_point work(clock::time_point now) override {
    take_requests(now);
    if (now >= next_tick_) {
      queue_.tick(now);
      next_tick_ = now + limiter_queue::tick_time;
    }
    return next_tick_;
  }

  // In this order: whoever has come too late for Redis is decided about here.
  void on_end(clock::time_point now) override {
    requests_.close();
    take_requests(now);
    queue_.decide_all();
  }

  void publish_stats() override {
    stats_.set(queue_.stats());
  }

  std::atomic<rules> rules_; // as any thread has set them
  clock::time_point next_tick_{};
  handoff<std::vector<request>> requests_; // of any thread
  snapshot<limiter_stats> stats_;
};

redis_connection_limiter::redis_connection_limiter(
  redis_client& client, redis_connection_limiter_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start({limiter_script, "registry_refused",
                "the registry of users is refused", true});
}

redis_connection_limiter::~redis_connection_limiter() {
  impl_->stop({});
}

void redis_connection_limiter::enter(const std::string& user, newcomer who,
                                     answer done) {
  impl_->leave({user, std::move(who), std::move(done)});
}

void redis_connection_limiter::leave(const std::string& user,
                                     std::uint64_t connection) {
  impl_->leave({user, newcomer{connection}, nullptr});
}

void redis_connection_limiter::change_rules(std::size_t most,
                                            surplus_policy policy) {
  impl_->change_rules(most, policy);
}

void redis_connection_limiter::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

limiter_stats redis_connection_limiter::stats() const {
  return impl_->stats();
}

} // namespace atrium
