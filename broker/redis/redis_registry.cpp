#include "atrium/broker/redis/redis_registry.hpp"

#include "atrium/broker/redis/redis_link.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>

namespace atrium {

namespace {

using clock_type = registry_queue::clock;

constexpr std::chrono::seconds farewell{1}; // for departures when it stops

} // namespace

class redis_registry::core final : private redis_dialog {
public:
  explicit core(redis_registry_config config)
    : log_(config.link.log),
      queue_(
        std::move(config.rules), config.timing,
        [names = std::move(config.names)](std::string_view user) {
          return names.user(user) + ":connections";
        },
        log_),
      timer_(io_),
      link_(io_, config.link, "reg", *this) {
    // nop
  }

  void start() {
    boost::asio::post(io_, [this] {
      link_.start();
      tick();
    });
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "atrium-registry");
  }

  void stop() {
    if (!thread_.joinable())
      return;
    boost::asio::post(io_, [this] {
      last_ = clock_type::now() + farewell;
      end_if_settled();
    });
    thread_.join();
    std::lock_guard guard{mutex_};
    stopped_ = true;
    apply(std::exchange(staged_, {}));
    queue_.decide_all();
  }

  /// One arrival, or one departure, which has no answer.
  struct wish {
    std::string user;
    newcomer who;
    answer done;
  };

  void stage(wish x) {
    std::unique_lock guard{mutex_};
    if (stopped_) {
      guard.unlock();
      if (x.done)
        x.done({true});
      return;
    }
    staged_.push_back(std::move(x));
    if (!std::exchange(woken_, true))
      boost::asio::post(io_, [this] { take_staged(); });
  }

  registry_stats stats() const {
    std::lock_guard guard{mutex_};
    return stats_;
  }

private:
  void run() {
    while (!io_.stopped())
      call_guarded(log_, [this] { io_.run(); });
  }

  void take_staged() {
    apply(drain());
    link_.wake();
    publish_stats();
  }

  std::vector<wish> drain() {
    std::lock_guard guard{mutex_};
    woken_ = false;
    return std::exchange(staged_, {});
  }

  void apply(std::vector<wish> wishes) {
    auto now = clock_type::now();
    for (auto& x : wishes)
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
    queue_.tick(clock_type::now());
    link_.wake();
    publish_stats();
    end_if_settled();
    timer_.expires_after(registry_queue::tick_time);
    timer_.async_wait([this](boost::system::error_code ec) {
      if (!ec)
        tick();
    });
  }

  void end_if_settled() {
    if (last_ && (queue_.is_settled() || clock_type::now() >= *last_)) {
      link_.stop();
      io_.stop();
    }
  }

  // -- redis_dialog -----------------------------------------------------------

  void on_up() override {
    queue_.on_up();
  }

  void on_proven() override {
    link_.settled();
  }

  void on_down(gap_clock::steady, std::string_view) override {
    queue_.on_lost();
    publish_stats();
  }

  void compose(std::string& out) override {
    queue_.compose(out, clock_type::now());
  }

  bool idle() const override {
    return queue_.idle();
  }

  std::string_view on_reply(resp_reply reply) override {
    if (is_error(reply))
      report(loggable(reply.front().text));
    auto flaw = queue_.on_reply(reply);
    return flaw.empty() ? demotion_in(reply) : flaw;
  }

  void on_read_end() override {
    publish_stats();
    end_if_settled();
  }

  // The same complaint about each of thousands of places is one line.
  void report(std::string_view error) {
    if (error == last_error_)
      return;
    last_error_ = error;
    log_to(log_, log::level::warn, "registry_refused", {{"error", last_error_}},
           "the registry of users is refused");
  }

  const bus_log log_;
  boost::asio::io_context io_{1};
  registry_queue queue_;
  boost::asio::steady_timer timer_;
  redis_link link_;
  std::string last_error_;                     // what the log says already
  std::optional<clock_type::time_point> last_; // the registry stops
  std::thread thread_;

  mutable std::mutex mutex_;
  std::vector<wish> staged_;
  registry_stats stats_;
  bool woken_ = false; // the thread is about to look
  bool stopped_ = false;
};

redis_registry::redis_registry(redis_registry_config config)
  : core_(std::make_unique<core>(std::move(config))) {
  core_->start();
}

redis_registry::~redis_registry() {
  core_->stop();
}

void redis_registry::enter(const std::string& user, newcomer who, answer done) {
  core_->stage({user, std::move(who), std::move(done)});
}

void redis_registry::leave(const std::string& user, std::uint64_t connection) {
  core_->stage({user, newcomer{connection}, nullptr});
}

void redis_registry::stop() {
  core_->stop();
}

registry_stats redis_registry::stats() const {
  return core_->stats();
}

} // namespace atrium
