#include "atrium/net/events/webhook.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/handoff.hpp"
#include "atrium/broker/util/snapshot.hpp"
#include "atrium/net/events/event_secret.hpp"
#include "atrium/net/events/webhook_queue.hpp"
#include "atrium/net/http_client/http_exchange.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <utility>

namespace atrium {

namespace {

std::size_t size_of(const std::vector<std::string>& events) {
  std::size_t result = 0;
  for (auto& x : events)
    result += x.size();
  return result;
}

} // namespace

class webhook::impl {
public:
  using clock = webhook_queue::clock;

  impl(boost::asio::io_context& io, webhook_setup setup)
    : io_(io),
      setup_(std::move(setup)),
      timer_(io),
      deadline_(io),
      queue_(setup_.node, setup_.run),
      news_(io, [this] { go_on(); }) {
    stats_.set(queue_.stats());
  }

  bool has_room() const {
    return bytes_ < webhook_queue::enough_bytes;
  }

  std::size_t bytes() const {
    return bytes_;
  }

  void take(std::vector<std::string> events) {
    bytes_ += size_of(events);
    news_.leave([&](std::vector<std::string>& to) {
      std::ranges::move(events, std::back_inserter(to));
      return true;
    });
  }

  void on_room(std::function<void()> heard) {
    auto set = [this, heard] { heard_ = heard; };
    // Whoever takes it back has to know that no call is under way.
    heard ? boost::asio::post(io_, set) : run_on(io_, set);
  }

  void stop(std::chrono::milliseconds patience) {
    if (stopped_.exchange(true))
      return;
    boost::asio::post(io_, [this] {
      stopping_ = true;
      queue_.hurry();
      go_on();
    });
    emptied_.get_future().wait_for(patience);
    news_.close();
    run_on(io_, [this] { end(); });
  }

  event_sink_stats stats() const {
    return stats_.get();
  }

private:
  void go_on() {
    if (is_over_)
      return;
    auto now = clock::now();
    auto news = news_.take();
    queued_ += size_of(news);
    queue_.add(std::move(news), now);
    if (auto* batch = queue_.next(now))
      post(*batch);
    watch_time();
    show();
    if (stopping_ && queue_.is_empty() && !std::exchange(is_emptied_, true))
      emptied_.set_value();
  }

  // Other threads count what the queue does not have yet, so the number moves
  // by what the queue has got rid of.
  void show() {
    auto now = queue_.stats();
    stats_.set(now);
    auto had_room = has_room();
    bytes_ += now.bytes - std::exchange(queued_, now.bytes);
    if (!had_room && has_room() && heard_)
      heard_();
  }

  void watch_time() {
    auto next = queue_.due();
    if (!next)
      return;
    timer_.expires_at(*next);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error)
        go_on();
    });
  }

  void post(const webhook_queue::batch& x) {
    http_post what{setup_.url, setup_.trust, {}, x.body, setup_.timeout};
    what.fields.emplace_back("X-Atrium-Batch", x.id);
    if (setup_.secret)
      what.fields.emplace_back("X-Atrium-Signature",
                               setup_.secret->sign(x.body));
    exchange_
      = http_exchange::begin(io_, std::move(what), [this](http_result result) {
          deadline_.cancel();
          on_result(result);
        });
    deadline_.expires_after(setup_.timeout);
    deadline_.async_wait(
      [this, asked = exchange_](boost::system::error_code error) {
        if (error || asked != exchange_)
          return;
        asked->cancel();
        on_result({"no answer in time"});
      });
  }

  void on_result(const http_result& x) {
    exchange_.reset();
    auto verdict
      = queue_.on_answer(x.error.empty() ? x.status : 0,
                         read_retry_after(x.retry_after), clock::now());
    tell(x, verdict);
    go_on();
  }

  void tell(const http_result& x, webhook_queue::verdict verdict) {
    using kind = webhook_queue::verdict;
    auto why = x.error.empty() ? "status " + std::to_string(x.status) : x.error;
    auto was_failing = std::exchange(is_failing_, verdict == kind::later);
    if (verdict == kind::refused)
      log::error("events_refused", {{"reason", why}},
                 "the back end at {} refuses events for good",
                 setup_.url.authority);
    else if (is_failing_ && !was_failing)
      log::warn("events_failed", {{"reason", why}},
                "the back end at {} takes no events", setup_.url.authority);
    else if (was_failing && !is_failing_)
      log::warn("events_taken", "the back end at {} takes events again",
                setup_.url.authority);
  }

  void end() {
    is_over_ = true;
    heard_ = nullptr;
    timer_.cancel();
    deadline_.cancel();
    if (exchange_)
      std::exchange(exchange_, nullptr)->cancel();
    auto left = queue_.stats().waiting;
    if (left != 0)
      log::error("events_lost", {{"lost", left}},
                 "node ends before the back end at {} has taken all events",
                 setup_.url.authority);
  }

  boost::asio::io_context& io_;
  const webhook_setup setup_;
  boost::asio::steady_timer timer_;    // for the next batch
  boost::asio::steady_timer deadline_; // of the one under way
  webhook_queue queue_;
  std::shared_ptr<http_exchange> exchange_; // null: none is under way
  std::function<void()> heard_;
  std::size_t queued_ = 0; // of `bytes_`, what the queue has
  bool is_failing_ = false;
  bool stopping_ = false;
  bool is_emptied_ = false;
  bool is_over_ = false;

  std::atomic<bool> stopped_ = false; // by any thread
  std::promise<void> emptied_;
  std::atomic<std::size_t> bytes_ = 0; // that it was given and has not posted
  handoff<std::vector<std::string>> news_;
  snapshot<event_sink_stats> stats_;
};

webhook::webhook(boost::asio::io_context& io, webhook_setup setup)
  : impl_(std::make_unique<impl>(io, std::move(setup))) {
  // nop
}

webhook::~webhook() {
  impl_->stop({});
}

bool webhook::has_room() const {
  return impl_->has_room();
}

std::size_t webhook::bytes() const {
  return impl_->bytes();
}

void webhook::take(std::vector<std::string> events) {
  impl_->take(std::move(events));
}

void webhook::on_room(std::function<void()> heard) {
  impl_->on_room(std::move(heard));
}

void webhook::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

event_sink_stats webhook::stats() const {
  return impl_->stats();
}

} // namespace atrium
