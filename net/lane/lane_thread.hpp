#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/net/lane/asio_unit.hpp"
#include "atrium/net/lane/flusher.hpp"
#include "atrium/net/lane/lane_timers.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <ctime>
#include <memory>
#include <thread>

namespace atrium {

class redis_client;
struct lane_options;
struct redis_client_config;

/// One I/O thread with everything that lives on it: sockets, their sessions,
/// the connections' actors and the lane's own. Nothing on it needs a lock.
class lane_thread {
public:
  /// `queue` bounds what waits for the lane's actor.
  lane_thread(caf::actor_system& system, const lane_options& from,
              std::shared_ptr<semaphore> queue, std::size_t index);

  lane_thread(const lane_thread&) = delete;
  lane_thread& operator=(const lane_thread&) = delete;

  /// Joins if that has not happened yet.
  ~lane_thread();

  /// Cuts whoever is still coming or going: requests that are not complete,
  /// closes that are not answered. Any thread.
  void cut_unfinished();

  /// Has the thread keep up a client of Redis until it ends. Once, before
  /// anybody needs the client; everything else of it is for this thread.
  redis_client& connect(const redis_client_config& config);

  /// The client, or null.
  redis_client* redis() const {
    return redis_.get();
  }

  /// Ends the thread; all actors pinned to it have to be gone. To be done
  /// before the actor system ends: a thread that has run actors holds on to the
  /// system's logger, and the system waits for that.
  void join();

  boost::asio::io_context& io() {
    return io_;
  }

  asio_unit& unit() {
    return unit_;
  }

  flusher& flushes() {
    return flusher_;
  }

  lane_timers& timers() {
    return timers_;
  }

  std::size_t index() const {
    return index_;
  }

  /// What happens on the lane, for those who are on its thread.
  lane_counters& counters() {
    return meter_->counters();
  }

  /// How long its thread has been busy since it began: CPU time. Any thread.
  std::chrono::nanoseconds busy() const;

  /// The lane's actor and its queue, for those who send to it.
  const lane_port& port() const {
    return port_;
  }

private:
  using work_guard
    = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  void run();

  std::size_t index_;
  boost::asio::io_context io_{1};
  work_guard work_{io_.get_executor()};
  asio_unit unit_;
  std::shared_ptr<lane_meter> meter_ = std::make_shared<lane_meter>();
  flusher flusher_;
  lane_timers timers_;
  lane_port port_;
  std::unique_ptr<redis_client> redis_; // null: it has none
  std::thread thread_;
  clockid_t cpu_clock_{};
};

} // namespace atrium
