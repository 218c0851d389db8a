#include "atrium/broker/redis/redis_connection_limiter.hpp"

#include "atrium/broker/redis/limiter_script.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace atrium {

using clock_type = limiter_queue::clock;

class redis_connection_limiter::impl final : private redis_caller {
public:
  impl(redis_client& client, redis_connection_limiter_config config)
    : client_(client),
      queue_(
        std::move(config.rules), config.timing,
        [names = std::move(config.names)](std::string_view user) {
          return names.user(user) + ":connections";
        },
        client.log()),
      timer_(client.io()),
      requests_(client.io(), [this] { take_requests(); }) {
    // nop
  }

  void start() {
    boost::asio::post(client_.io(), [this] {
      client_.add(*this, {limiter_script, "registry_refused",
                          "the registry of users is refused"});
      tick();
    });
  }

  // The second call returns when what was posted before has run: nothing refers
  // to the limiter any more.
  void stop(std::chrono::milliseconds patience) {
    if (stopped_.exchange(true))
      return;
    boost::asio::post(client_.io(), [this, patience] {
      last_ = clock_type::now() + patience;
      tick();
    });
    ended_.get_future().wait();
    run_on(client_.io(), [] {});
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

  limiter_stats stats() const {
    std::lock_guard guard{mutex_};
    return stats_;
  }

private:
  void take_requests() {
    apply(requests_.take());
    client_.wake();
    publish_stats();
  }

  void apply(std::vector<request> requests) {
    auto now = clock_type::now();
    for (auto& x : requests)
      if (x.done)
        queue_.enter(x.user, std::move(x.who), std::move(x.done), now);
      else
        queue_.leave(x.user, x.who.connection);
  }

  void publish_stats() {
    std::lock_guard guard{mutex_};
    stats_ = queue_.stats();
  }

  void tick() {
    if (is_over_)
      return;
    auto now = clock_type::now();
    queue_.tick(now);
    client_.wake();
    publish_stats();
    if (last_ && (queue_.is_settled() || now >= *last_))
      return end();
    auto next = now + limiter_queue::tick_time;
    timer_.expires_at(last_ ? std::min(next, *last_) : next);
    timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec)
        tick();
    });
  }

  // In this order: whoever has come too late for Redis is decided about here.
  void end() {
    is_over_ = true;
    requests_.close();
    apply(requests_.take());
    queue_.decide_all();
    client_.remove(*this);
    timer_.cancel();
    publish_stats();
    ended_.set_value();
  }

  // -- redis_caller -----------------------------------------------------------

  void on_up() override {
    queue_.on_up();
  }

  void on_lost() override {
    queue_.on_lost();
    on_read_end();
  }

  void on_script(std::string_view sha) override {
    queue_.on_script(sha);
  }

  void on_script_refused(std::string_view) override {
    queue_.on_script_refused();
  }

  void compose(std::string& out, std::size_t limit) override {
    queue_.compose(out, limit, clock_type::now());
  }

  std::size_t unanswered() const override {
    return queue_.unanswered();
  }

  std::string_view on_reply(resp_reply reply) override {
    return queue_.on_reply(reply);
  }

  // The end is not for a call of the client, which still has to make others.
  void on_read_end() override {
    publish_stats();
    if (last_)
      boost::asio::post(client_.io(), [this] { tick(); });
  }

  redis_client& client_;
  limiter_queue queue_;
  boost::asio::steady_timer timer_;
  std::optional<clock_type::time_point> last_; // the limiter stops
  bool is_over_ = false;
  std::atomic<bool> stopped_ = false;
  std::promise<void> ended_;
  handoff<std::vector<request>> requests_; // of other threads

  mutable std::mutex mutex_;
  limiter_stats stats_;
};

redis_connection_limiter::redis_connection_limiter(
  redis_client& client, redis_connection_limiter_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start();
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

void redis_connection_limiter::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

limiter_stats redis_connection_limiter::stats() const {
  return impl_->stats();
}

} // namespace atrium
