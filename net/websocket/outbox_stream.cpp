#include "atrium/net/websocket/outbox_stream.hpp"

namespace atrium {

void outbox_stream::read_later(token_bucket::duration pause,
                               std::function<void()> read) {
  pause_ = std::make_unique<boost::asio::steady_timer>(get_executor(), pause);
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
