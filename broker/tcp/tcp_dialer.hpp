#pragma once

#include "atrium/broker/tcp/dial_targets.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Opens a connection to the first of several addresses that accepts one: tries
/// them in order, the next one when the last one has failed or has not answered
/// for a moment, and keeps the others going meanwhile (RFC 8305, section 5). An
/// address that swallows everything thus costs a moment. For one thread, that
/// of the context.
class tcp_dialer {
public:
  /// How long it waits before the next address is tried as well: what RFC 8305
  /// recommends.
  static constexpr std::chrono::milliseconds stagger{250};

  /// A socket and where it leads, or why none of the addresses has answered.
  struct outcome {
    dial_protocol::socket socket;
    dial_protocol::endpoint peer;
    std::string error;
  };

  using handler = std::function<void(outcome)>;

  /// Each address has `patience` to answer.
  tcp_dialer(boost::asio::io_context& io, std::chrono::milliseconds patience)
    : io_(io), patience_(patience) {
    // nop
  }

  tcp_dialer(const tcp_dialer&) = delete;
  tcp_dialer& operator=(const tcp_dialer&) = delete;

  ~tcp_dialer() {
    cancel();
  }

  /// Calls `done` once, never before it returns, unless `cancel` comes first.
  /// One dial at a time; there has to be at least one target.
  void dial(dial_targets targets, handler done);

  /// Gives up what is under way.
  void cancel();

private:
  class race;

  boost::asio::io_context& io_;
  const std::chrono::milliseconds patience_;
  std::shared_ptr<race> race_;
};

} // namespace atrium
