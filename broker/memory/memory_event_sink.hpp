#pragma once

#include "atrium/broker/event_receiver.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace atrium {

/// The sink of a node that runs alone: it knows itself which rooms somebody is
/// in. Numbers begin with 1 when the node starts.
class memory_event_sink final : public event_sink {
public:
  /// Gives the events to `to`, on the thread of `io`, which has to run until
  /// the sink is stopped. `node` names this node in them.
  memory_event_sink(boost::asio::io_context& io,
                    std::shared_ptr<event_receiver> to, std::string node,
                    std::size_t max_bytes);

  memory_event_sink(const memory_event_sink&) = delete;
  memory_event_sink& operator=(const memory_event_sink&) = delete;

  /// Stops the sink if that has not happened yet.
  ~memory_event_sink() override;

  void report(backend_event x) override;

  void resize(std::size_t max_bytes) override;

  void stop(std::chrono::milliseconds patience) override;

  event_sink_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
