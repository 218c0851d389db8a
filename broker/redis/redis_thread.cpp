#include "atrium/broker/redis/redis_thread.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>
#include <utility>

namespace atrium {

redis_thread::redis_thread(redis_client_config config)
  : config_(std::move(config)), client_(make_redis_client(io_, config_)) {
  // Posted, since only the thread of the context may call the client.
  boost::asio::post(io_, [this] { client_->start(); });
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "atrium-bus");
}

redis_thread::~redis_thread() {
  boost::asio::post(io_, [this] {
    client_->stop();
    // `work_` keeps run() from returning. Handlers of closed sockets do not run
    // any more: `io_` is destroyed after the client and drops them.
    io_.stop();
  });
  thread_.join();
}

// A handler that throws must not take the others with it. After an exception
// run() may be called again without restart() (Asio, "Effect of exceptions").
void redis_thread::run() noexcept {
  while (!io_.stopped())
    call_guarded(client_->log(), [this] { io_.run(); });
}

} // namespace atrium
