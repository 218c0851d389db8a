#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/names.hpp"

#include <memory>

namespace atrium {

class redis_client;

/// What a `redis_inbox` needs to know.
struct redis_inbox_config {
  channel_names names{"dev:atrium"};
  inbox_rule rule{};

  /// For so long somebody waits for an answer.
  std::chrono::milliseconds patience{5'000};

  /// How often this node looks for what has expired.
  std::chrono::milliseconds interval{5'000};
};

/// The inboxes of nodes that share a Redis, over the command link of a client,
/// from whose thread it makes most calls.
///
/// While the link is down, what is asked waits within bounds, and until its
/// deadline; what was on its way is asked again, since inboxes know what they
/// have.
class redis_inbox : public inbox {
public:
  using config = redis_inbox_config;

  /// Returns at once. The client has to outlive the inbox.
  redis_inbox(redis_client& client, redis_inbox_config config);

  redis_inbox(const redis_inbox&) = delete;
  redis_inbox& operator=(const redis_inbox&) = delete;

  /// Stops the inbox if that has not happened yet.
  ~redis_inbox() override;

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

  void stop(std::chrono::milliseconds patience) override;

  inbox_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
