#pragma once

#include "atrium/net/websocket/counted_read.hpp"
#include "atrium/net/websocket/outbox_writer.hpp"

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// The layer between Beast's WebSocket stream and the transport, a model of
/// Beast's AsyncStream. Reads pass through, counted and paced. Beast's own
/// writes (handshake and control frames) are appended whole to the outbox in
/// which our frames are: Beast alone would make one system call per message.
class outbox_stream : public outbox_writer {
public:
  using executor_type = stream_socket::executor_type;
  using next_layer_type = stream_socket;

  /// `most` bytes may wait, by `outbox::held`. What is read is paced by
  /// `frames`, which outlives the stream.
  outbox_stream(transport below, flusher& by, std::size_t most,
                const token_rate& frames)
    : outbox_writer(std::move(below), by, most), pace_(frames) {
    // nop
  }

  executor_type get_executor() {
    return below().get_executor();
  }

  stream_socket& next_layer() {
    return below().next_layer();
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    counted_read<std::decay_t<Handler>, Buffers> counted{
      std::forward<Handler>(handler), buffers, &counters().received_bytes,
      &pace_};
    auto pause = pace_.take_pause();
    if (pause == pause.zero())
      return below().async_read_some(buffers, std::move(counted));
    auto kept = std::make_shared<decltype(counted)>(std::move(counted));
    read_later(pause, [this, buffers, kept] {
      below().async_read_some(buffers, std::move(*kept));
    });
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::string bytes{boost::asio::buffers_begin(buffers),
                      boost::asio::buffers_end(buffers)};
    auto n = bytes.size();
    boost::system::error_code error;
    if (!append_own(std::move(bytes)))
      error = boost::asio::error::no_buffer_space;
    boost::asio::post(
      get_executor(),
      boost::beast::bind_handler(std::forward<Handler>(handler), error, n));
  }

private:
  void read_later(token_bucket::duration pause, std::function<void()> read);

  void on_closed() override;

  frame_meter pace_;
  std::unique_ptr<boost::asio::steady_timer> pause_; // null unless it reads
                                                     // slower
};

/// Writes what is left, then ends the TCP connection as Beast does.
template <class Handler>
void async_teardown(boost::beast::role_type role, outbox_stream& stream,
                    Handler&& handler) {
  auto kept
    = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
  stream.begin_teardown([role, &stream, kept] {
    boost::beast::websocket::async_teardown(role, stream.next_layer(),
                                            std::move(*kept));
  });
}

} // namespace atrium
