#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"
#include "atrium/broker/redis/redis_link.hpp"
#include "atrium/broker/redis/subscriber_table.hpp"
#include "atrium/broker/redis/subscription_tracker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Listens to channels over one link. For the thread of its context.
class link_listener final : private redis_dialog {
public:
  using given = subscriber_table::given;
  using audience = subscriber_table::audience;

  /// Both have to outlive it.
  link_listener(redis_link& link, gap_clock& clock, const bus_log& log,
                subscription_tracker::kind how
                = subscription_tracker::kind::plain);

  void start() {
    link_.start(*this);
  }

  /// Closes the link and lets go of all subscribers.
  void stop();

  void add(bus_listener_ptr who);

  /// Returns whether it was the last one of its channel.
  bool remove(const bus_listener_ptr& who);

  void confirm(const std::string& channel, std::function<void()> carried);
  void wake();

  /// Asks anew for what was refused; to be called about once a second.
  void retry();

  std::uint64_t received() const noexcept {
    return table_.received();
  }

  std::size_t channels() const noexcept {
    return tracker_.wanted();
  }

  /// Calls `f` after each read.
  void on_counted(std::function<void()> f) {
    counted_ = std::move(f);
  }

  /// Returns the channels that the server has given to another one since the
  /// last call.
  std::vector<given> take_given_away() {
    return table_.take_given_away();
  }

  /// Lets go of a channel whose subscribers go on elsewhere; nothing if there
  /// are none. They may have missed what came in the time before the link has
  /// last proved that it works. `wake` unsubscribes.
  std::optional<audience> take(const std::string& channel,
                               std::chrono::seconds before);

  /// Takes over a channel that is new here; `wake` subscribes.
  void put(const std::string& channel, audience from);

private:
  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void compose(std::string& out) override;
  bool idle() const override;
  void on_asked() override;
  void on_proven() override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

  redis_link& link_;
  subscriber_table table_;
  subscription_tracker tracker_;
  std::function<void()> counted_;
};

} // namespace atrium
