#pragma once

namespace atrium {

/// The session whose frames an outbox_writer writes.
class stream_owner {
public:
  virtual ~stream_owner() = default;

  /// Everything is said; what is missing is the other side's end of the TCP
  /// connection, for which nobody should wait for long.
  virtual void on_teardown() = 0;

  /// The socket has not taken what it should for too long.
  virtual void on_too_slow() = 0;
};

} // namespace atrium
