#pragma once

#include "atrium/actors/publication.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/actors/util/probe.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace atrium {

/// The socket side of one connection, as actors see it: whatever is appended
/// reaches the client in this order, or the connection is closed. Only called
/// on the thread of the connection's lane; never blocks. When the queue goes
/// over its bound the session closes itself as a slow consumer, so no call
/// fails.
class client_session {
public:
  virtual ~client_session() = default;

  /// Queues a message, in the encoding of its client. Returns how many bytes
  /// that are; 0 if the client cannot get it any more, because the connection
  /// is on its way out.
  virtual std::size_t append(delivery& x) = 0;

  /// Starts to read requests; until then the client hears nothing but `hello`.
  virtual void open(const welcome& hello) = 0;

  /// Answers one request. Successes are written only if the request has an id.
  /// Every request is answered once, which makes room for a further one.
  virtual void answer(const reply& x) = 0;

  /// Tells the client something it did not ask for.
  virtual void push(const reply& x) = 0;

  /// Lets the connection last until then, instead of the time it had before.
  virtual void last_until(unix_time end) = 0;

  /// Says why, then closes. Later calls do nothing. `after` is the hint when to
  /// reconnect.
  virtual void close(close_code code, std::string_view reason,
                     std::chrono::milliseconds after)
    = 0;

  /// Finds out whether the client is still there, and answers with yes as soon
  /// as something comes from it; also when nothing could come. Otherwise the
  /// question is dropped with the connection, or answered by whoever asks when
  /// its time is over.
  virtual void find_out(probe_ptr question) {
    question->answer(true);
  }

  /// Bytes that wait for the client.
  virtual std::size_t queued_bytes() const {
    return 0;
  }

  /// Where the client comes from.
  virtual std::string peer() const {
    return {};
  }
};

} // namespace atrium
