#include "atrium/broker/redis/redis_node_roll.hpp"

#include "atrium/broker/redis/redis_link.hpp"
#include "atrium/broker/redis/roll_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <thread>
#include <utility>

namespace atrium {

namespace {

using clock_type = roll_queue::clock;

roll_keys keys_of(const channel_names& names) {
  return {names.nodes() + ":beats", names.nodes() + ":reports"};
}

} // namespace

class redis_node_roll::core final : private redis_dialog {
public:
  explicit core(redis_node_roll_config config)
    : log_(config.link.log),
      report_(config.report),
      queue_(keys_of(config.names), config.timing, std::move(config.report),
             log_),
      timer_(io_),
      link_(io_, config.link, "roll", *this) {
    // nop
  }

  void run() {
    boost::asio::post(io_, [this] { link_.start(); });
    thread_ = std::thread{[this] {
      while (!io_.stopped())
        call_guarded(log_, [this] { io_.run(); });
    }};
    pthread_setname_np(thread_.native_handle(), "atrium-roll");
  }

  void start() {
    boost::asio::post(io_, [this] {
      if (!last_)
        queue_.start(clock_type::now());
      go_on();
    });
  }

  void stop(std::chrono::milliseconds patience) {
    if (!thread_.joinable())
      return;
    boost::asio::post(io_, [this, patience] {
      last_ = clock_type::now() + patience;
      queue_.leave();
      go_on();
    });
    thread_.join();
    take(end());
    queue_.answer_all(clock_type::now());
  }

  void list(std::chrono::milliseconds patience, answer done) {
    if (auto late = stage({std::move(done), clock_type::now() + patience}))
      late(list_alone(report_(), "the roll takes no more questions"));
  }

  node_roll_stats stats() const {
    std::lock_guard guard{mutex_};
    return stats_;
  }

private:
  /// Somebody who wants the listing.
  struct wish {
    answer done;
    clock_type::time_point deadline;
  };

  // Returns the answer to those who come too late or are too many.
  answer stage(wish x) {
    std::lock_guard guard{mutex_};
    if (stopped_ || staged_.size() >= roll_queue::max_waiting)
      return std::move(x.done);
    staged_.push_back(std::move(x));
    if (!std::exchange(woken_, true))
      boost::asio::post(io_, [this] {
        take(drain());
        go_on();
      });
    return nullptr;
  }

  std::vector<wish> drain() {
    std::lock_guard guard{mutex_};
    woken_ = false;
    return std::exchange(staged_, {});
  }

  std::vector<wish> end() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    return std::exchange(staged_, {});
  }

  void take(std::vector<wish> wishes) {
    for (auto& x : wishes)
      queue_.list(std::move(x.done), x.deadline, clock_type::now());
  }

  // Whatever has happened: does what is due, and sees to it that this is called
  // when something is.
  void go_on() {
    queue_.tick(clock_type::now());
    link_.wake();
    publish_stats();
    if (last_ && (queue_.is_settled() || clock_type::now() >= *last_)) {
      link_.stop();
      io_.stop();
      return;
    }
    auto next = queue_.due();
    timer_.expires_at(last_ ? std::min(next, *last_) : next);
    timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec)
        go_on();
    });
  }

  void publish_stats() {
    std::lock_guard guard{mutex_};
    stats_ = queue_.stats();
  }

  // -- redis_dialog -----------------------------------------------------------

  void on_up() override {
    queue_.on_up(clock_type::now());
  }

  void on_proven() override {
    link_.settled();
  }

  void on_down(gap_clock::steady, std::string_view) override {
    queue_.on_lost();
    go_on();
  }

  void compose(std::string& out) override {
    queue_.compose(out);
  }

  bool idle() const override {
    return queue_.idle();
  }

  std::string_view on_reply(resp_reply reply) override {
    if (is_error(reply))
      report(loggable(reply.front().text));
    auto flaw = queue_.on_reply(reply, clock_type::now());
    return flaw.empty() ? demotion_in(reply) : flaw;
  }

  void on_read_end() override {
    boost::asio::post(io_, [this] { go_on(); });
  }

  // The same complaint about every beat is one line.
  void report(std::string_view error) {
    if (error == last_error_)
      return;
    last_error_ = error;
    log_to(log_, log::level::warn, "node_roll_refused",
           {{"error", last_error_}}, "the roll of nodes is refused");
  }

  const bus_log log_;
  const std::function<node_report()> report_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
    work_{io_.get_executor()};
  roll_queue queue_;
  boost::asio::steady_timer timer_;
  redis_link link_;
  std::string last_error_;                     // what the log says already
  std::optional<clock_type::time_point> last_; // the roll stops
  std::thread thread_;

  mutable std::mutex mutex_;
  std::vector<wish> staged_;
  node_roll_stats stats_;
  bool woken_ = false; // the thread is about to look
  bool stopped_ = false;
};

redis_node_roll::redis_node_roll(redis_node_roll_config config)
  : core_(std::make_unique<core>(std::move(config))) {
  core_->run();
}

redis_node_roll::~redis_node_roll() {
  core_->stop({});
}

void redis_node_roll::start() {
  core_->start();
}

void redis_node_roll::list(std::chrono::milliseconds patience, answer done) {
  core_->list(patience, std::move(done));
}

void redis_node_roll::stop(std::chrono::milliseconds patience) {
  core_->stop(patience);
}

node_roll_stats redis_node_roll::stats() const {
  return core_->stats();
}

} // namespace atrium
