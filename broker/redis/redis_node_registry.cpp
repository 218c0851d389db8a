#include "atrium/broker/redis/redis_node_registry.hpp"

#include "atrium/broker/redis/node_registry_queue.hpp"
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

namespace {

using clock_type = node_registry_queue::clock;

node_registry_keys keys_of(const channel_names& names) {
  return {names.nodes() + ":beats", names.nodes() + ":reports"};
}

} // namespace

class redis_node_registry::impl final : private redis_caller {
public:
  impl(redis_client& client, redis_node_registry_config config)
    : client_(client),
      report_(config.report),
      queue_(keys_of(config.names), config.timing, std::move(config.report),
             client.log()),
      timer_(client.io()),
      requests_(client.io(), [this] { take_requests(); }) {
    // nop
  }

  void join() {
    boost::asio::post(client_.io(), [this] {
      client_.add(*this, {heartbeat_script, "node_roll_refused",
                          "the registry of nodes is refused"});
    });
  }

  void start() {
    boost::asio::post(client_.io(), [this] {
      if (!last_)
        queue_.start(clock_type::now());
      go_on();
    });
  }

  // The second call returns when what was posted before has run: nothing refers
  // to the registry any more.
  void stop(std::chrono::milliseconds patience) {
    if (stopped_.exchange(true))
      return;
    boost::asio::post(client_.io(), [this, patience] {
      last_ = clock_type::now() + patience;
      queue_.leave();
      go_on();
    });
    ended_.get_future().wait();
    run_on(client_.io(), [] {});
  }

  void list(std::chrono::milliseconds patience, answer done) {
    auto left = requests_.leave([&](std::vector<request>& to) {
      if (to.size() >= node_registry_queue::max_waiting)
        return false;
      to.push_back({std::move(done), clock_type::now() + patience});
      return true;
    });
    if (!left)
      done(list_alone(report_(), "the registry takes no more requests"));
  }

  node_registry_stats stats() const {
    std::lock_guard guard{mutex_};
    auto result = stats_;
    result.read_at = std::max(result.read_at, made_at_);
    return result;
  }

private:
  /// Somebody who wants the listing.
  struct request {
    answer done;
    clock_type::time_point deadline;
  };

  void take_requests() {
    take(requests_.take());
    go_on();
  }

  void take(std::vector<request> requests) {
    for (auto& x : requests)
      queue_.list(std::move(x.done), x.deadline, clock_type::now());
  }

  // Whatever has happened: does what is due, and sees to it that this is called
  // when something is.
  void go_on() {
    if (is_over_)
      return;
    queue_.tick(clock_type::now());
    client_.wake();
    publish_stats();
    if (last_ && (queue_.is_settled() || clock_type::now() >= *last_))
      return end();
    auto next = queue_.due();
    timer_.expires_at(last_ ? std::min(next, *last_) : next);
    timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec)
        go_on();
    });
  }

  // Not from a call of the client, which still has to make others.
  void go_on_soon() {
    boost::asio::post(client_.io(), [this] { go_on(); });
  }

  void end() {
    is_over_ = true;
    requests_.close();
    take(requests_.take());
    queue_.answer_all(clock_type::now());
    client_.remove(*this);
    timer_.cancel();
    publish_stats();
    ended_.set_value();
  }

  void publish_stats() {
    std::lock_guard guard{mutex_};
    stats_ = queue_.stats();
  }

  // -- redis_caller -----------------------------------------------------------

  void on_up() override {
    queue_.on_up(clock_type::now());
    go_on_soon();
  }

  void on_lost() override {
    queue_.on_lost();
    go_on_soon();
  }

  void on_script(std::string_view sha) override {
    queue_.on_script(sha);
  }

  void on_script_refused(std::string_view error) override {
    queue_.on_script_refused(error);
  }

  void compose(std::string& out, std::size_t) override {
    queue_.compose(out);
  }

  std::size_t unanswered() const override {
    return queue_.unanswered();
  }

  std::string_view on_reply(resp_reply reply) override {
    return queue_.on_reply(reply, clock_type::now());
  }

  void on_read_end() override {
    go_on_soon();
  }

  redis_client& client_;
  const clock_type::time_point made_at_ = clock_type::now();
  const std::function<node_info()> report_;
  node_registry_queue queue_;
  boost::asio::steady_timer timer_;
  std::optional<clock_type::time_point> last_; // the registry stops
  bool is_over_ = false;
  std::atomic<bool> stopped_ = false;
  std::promise<void> ended_;
  handoff<std::vector<request>> requests_; // of other threads

  mutable std::mutex mutex_;
  node_registry_stats stats_;
};

redis_node_registry::redis_node_registry(redis_client& client,
                                         redis_node_registry_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->join();
}

redis_node_registry::~redis_node_registry() {
  impl_->stop({});
}

void redis_node_registry::start() {
  impl_->start();
}

void redis_node_registry::list(std::chrono::milliseconds patience,
                               answer done) {
  impl_->list(patience, std::move(done));
}

void redis_node_registry::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

node_registry_stats redis_node_registry::stats() const {
  return impl_->stats();
}

} // namespace atrium
