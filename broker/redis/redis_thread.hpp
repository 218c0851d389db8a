#pragma once

#include "atrium/broker/redis/redis_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>

namespace atrium {

/// A Redis client with a context and a thread of its own, `atrium-bus`: it
/// makes all calls of the client and to its callers. The callers have to be
/// stopped before it.
class redis_thread {
public:
  /// Starts the thread and returns at once; the links come up by themselves.
  explicit redis_thread(redis_client_config config);

  redis_thread(const redis_thread&) = delete;
  redis_thread& operator=(const redis_thread&) = delete;

  /// Closes the links and ends the thread; not from that thread.
  ~redis_thread();

  redis_client& client() noexcept {
    return *client_;
  }

  /// How it was made. Any thread.
  const redis_client_config& config() const noexcept {
    return config_;
  }

private:
  void run() noexcept;

  const redis_client_config config_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
    work_{io_.get_executor()};
  const std::unique_ptr<redis_client> client_;
  std::thread thread_;
};

} // namespace atrium
