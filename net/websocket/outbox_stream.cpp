#include "atrium/net/websocket/outbox_stream.hpp"

namespace atrium {

void outbox_stream::read_later(token_bucket::duration pause,
                               std::function<void()> read) {
  pause_ = std::make_unique<boost::asio::steady_timer>(get_executor(), pause);
  // `read` has Beast's handler, and with it the session. Called after `cancel`,
  // too: the read then fails, and Beast hears of the end.
  pause_->async_wait([this, read = std::move(read)](auto) {
    pause_.reset();
    read();
  });
}

void outbox_stream::on_closed() {
  if (pause_)
    pause_->cancel();
}

} // namespace atrium
