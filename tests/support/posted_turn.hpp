#pragma once

#include "atrium/broker/util/turn.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace atrium {

/// A turn without actors: ends behind the handlers that are ready.
class posted_turn final : public turn {
public:
  explicit posted_turn(boost::asio::io_context& io) : io_(io) {
    // nop
  }

  using turn::enter_thread;

  void at_end(turn_end_task& x) override {
    boost::asio::post(io_, [&x] { x.on_turn_end(); });
  }

private:
  boost::asio::io_context& io_;
};

} // namespace atrium
