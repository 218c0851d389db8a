#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace atrium {

/// Does something again and again on the thread of an `io_context`, first at
/// once. Must live until that thread has ended.
class ticker {
public:
  ticker(boost::asio::io_context& io, std::chrono::microseconds pause,
         std::function<void()> work)
    : timer_(io), pause_(pause), work_(std::move(work)) {
    boost::asio::post(io, [this] { tick(); });
  }

  /// Ends it. Any thread; what is under way is finished.
  void stop() {
    boost::asio::post(timer_.get_executor(), [this] {
      stopped_ = true; // the timer may have expired already
      timer_.cancel();
    });
  }

private:
  void tick() {
    if (stopped_)
      return;
    // Before the work, which may throw when there is no memory.
    timer_.expires_after(pause_);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error)
        tick();
    });
    work_();
  }

  boost::asio::steady_timer timer_;
  std::chrono::microseconds pause_;
  std::function<void()> work_;
  bool stopped_ = false;
};

} // namespace atrium
