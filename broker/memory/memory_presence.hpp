#pragma once

#include "atrium/broker/presence.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace atrium {

class bus;

/// The presence of a node that runs alone. Tells rooms on the thread that
/// enters or leaves, before that returns, unless another thread is telling
/// already, which then does so for both; and answers before `read` returns.
class memory_presence final : public presence {
public:
  /// Tells rooms on this bus. The context, which has to live until the presence
  /// is stopped, runs nothing but the end of a time of grace.
  memory_presence(std::shared_ptr<bus> on, boost::asio::io_context& io,
                  std::chrono::milliseconds grace);

  void enter(const presence_room& where, presence_member who) override;

  void leave(const presence_room& where, const std::string& user,
             std::uint64_t connection) override;

  void read(const presence_room& where, std::size_t limit,
            answer done) override;

  /// Returns at once: nobody is left who could tell anything.
  void stop(std::chrono::milliseconds patience) override;

  presence_stats stats() const override;

private:
  class state;

  std::shared_ptr<state> state_; // shared with the timer
};

} // namespace atrium
