#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/net/lane/lane_thread.hpp"
#include "atrium/net/transport/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <memory>
#include <string>

namespace atrium {

/// What happens in the node, told to one operator as Server-Sent Events (HTML
/// standard, 9.2) until the client hangs up. Looks into the node's event log
/// four times a second; a client that does not keep up misses the oldest events
/// and is told how many. Lives on its lane's thread.
class event_stream : public timed,
                     public std::enable_shared_from_this<event_stream> {
public:
  /// `first` is the number of the first event; 0: of those to come.
  event_stream(transport client, lane_thread& lane, environment_ptr node,
               std::uint64_t first);

  void run(permit held);

  /// Nobody waits for an answer.
  void on_interval() override {
    // nop
  }

  /// The client takes nothing any more, or the node stops.
  void expire() override {
    close();
  }

private:
  void listen();
  void look();
  void pause();
  void write(std::string text);
  void close();

  transport client_;
  lane_thread& lane_;
  environment_ptr node_;
  permit permit_;
  boost::asio::steady_timer timer_;
  std::uint64_t next_ = 0;
  std::size_t quiet_ = 0; // looks in vain
  std::string out_;
  std::array<char, 256> ignored_{};
};

} // namespace atrium
