#include "atrium/net/lane/lane_thread.hpp"

#include "atrium/actors/delivery/lane.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/net/lane/lane_options.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

namespace atrium {

lane_thread::lane_thread(caf::actor_system& system, const lane_options& from,
                         std::shared_ptr<semaphore> queue, std::size_t index)
  : index_(index),
    unit_(system, io_, [this] { return flusher_.is_behind(); }),
    flusher_(io_, from.flush_window, *meter_, unit_),
    timers_(io_, from.ping_interval) {
  port_.queue = std::move(queue);
  auto* unit = static_cast<lane_unit*>(&unit_);
  port_.meter = meter_;
  port_.unit = unit;
  // Before the thread runs: until then the actor's jobs wait in `io_`.
  port_.actor = system.spawn<lane>(unit, port_.queue, index, meter_);
  thread_ = std::thread{[this] { run(); }};
  pthread_getcpuclockid(thread_.native_handle(), &cpu_clock_);
}

lane_thread::~lane_thread() {
  join();
}

// Asks the kernel, which counts anyway. Nothing is known of a thread that has
// ended.
std::chrono::nanoseconds lane_thread::busy() const {
  timespec time{};
  clock_gettime(cpu_clock_, &time);
  return std::chrono::seconds{time.tv_sec}
         + std::chrono::nanoseconds{time.tv_nsec};
}

void lane_thread::cut_unfinished() {
  boost::asio::post(io_, [this] { timers_.expire_all(); });
}

redis_client& lane_thread::connect(const redis_client_config& config) {
  redis_ = make_redis_client(io_, config, &unit_);
  boost::asio::post(io_, [this] { redis_->start(); });
  return *redis_;
}

void lane_thread::join() {
  if (!thread_.joinable())
    return;
  boost::asio::post(io_, [this] {
    if (redis_)
      redis_->stop();
    timers_.stop();
    timers_.expire_all(); // whoever is left would keep the thread running
  });
  work_.reset();
  thread_.join();
}

void lane_thread::run() {
  unit_.enter_thread();
  auto name = "atrium-lane-" + std::to_string(index_);
  // 15 characters are the most: Linux refuses a longer name as a whole.
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      // A defect in one handler must not take the other connections along.
      log::error("lane_exception", {{"error", error.what()}},
                 "lane-{} goes on after an exception", index_);
    }
  }
}

} // namespace atrium
