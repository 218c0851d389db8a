#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/names.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace atrium {

class bus;

/// The inboxes of a node that runs alone, and that are gone with it, within a
/// bound in bytes for all of them: over it the oldest dead letters go, and then
/// messages are refused. Publishes on the thread that puts, before `put`
/// returns, unless another thread is publishing already, which then does so for
/// both; and answers before a call returns.
class memory_inbox final : public inbox {
public:
  /// Publishes on this bus. The context, which has to live until the inbox is
  /// stopped, runs nothing but the end of messages.
  memory_inbox(std::shared_ptr<bus> on, boost::asio::io_context& io,
               channel_names names, const inbox_rule& rule);

  void put(std::string user, inbox_entry what,
           std::function<void(inbox_receipt)> done) override;

  void read(inbox_query what, std::function<void(inbox_page)> done) override;

  void acknowledge(std::string user, std::string device, std::string id,
                   std::function<void(errc)> done) override;

  void list(dead_letter_query what,
            std::function<void(dead_letter_page)> done) override;

  void replay(std::string user, std::string id,
              std::function<void(dead_letter_outcome)> done) override;

  void purge(std::string user, std::string id,
             std::function<void(dead_letter_outcome)> done) override;

  void on_dead_letter(std::function<void(const dead_letter&)> heard) override;

  void change(const inbox_rule& to) override;

  /// Returns at once: nothing waits.
  void stop(std::chrono::milliseconds patience) override;

  inbox_stats stats() const override;

private:
  class state;

  std::shared_ptr<state> state_; // shared with the timer
};

} // namespace atrium
