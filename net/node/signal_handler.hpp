#pragma once

#include "atrium/broker/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace atrium {

/// Catches the signals for a node, from its construction on: one that comes
/// while the node starts is not lost. The second signal to stop (SIGTERM or
/// SIGINT) ends the process at once, whatever it is doing, and also as process
/// 1 of a container, for which the default action of a signal is none. One at a
/// time; belongs to the thread of `main`.
class signal_handler {
public:
  /// `usual` is the level of the log that the options say.
  explicit signal_handler(log::level usual);

  signal_handler(const signal_handler&) = delete;
  signal_handler& operator=(const signal_handler&) = delete;

  /// Calls `reload` on SIGHUP, which returns the level that the options say
  /// then; changes the log's level on SIGUSR1. Returns after the first signal
  /// to stop.
  void serve(const std::function<log::level()>& reload);

private:
  void reload_on_signal(const std::function<log::level()>& reload);
  void change_level_on_signal();

  log::level usual_level_;
  boost::asio::io_context io_{1};
  boost::asio::posix::stream_descriptor stop_;
  boost::asio::signal_set reload_;
  boost::asio::signal_set level_;
};

} // namespace atrium
