#pragma once

#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"
#include "atrium/broker/redis/redis_link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// Asks a Redis Cluster who has which slots: when it starts, every 30 seconds,
/// and when somebody has reason to doubt, at most once a second. It asks one
/// node, and another one when that has no news for those who doubt. For one
/// thread, that of the context.
class cluster_watch final : private redis_dialog {
public:
  static constexpr std::chrono::seconds interval{30};
  static constexpr std::chrono::seconds pause{1};

  using handler = std::function<void(slot_map)>;

  /// Calls `on_map` with each answer.
  cluster_watch(boost::asio::io_context& io, const redis_client_config& config,
                handler on_map);

  void start();
  void stop();

  /// What the last answer said may be wrong: asks again, soon.
  void doubt() noexcept {
    is_doubted_ = true;
  }

private:
  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void compose(std::string& out) override;
  bool idle() const override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;
  void tick();

  const handler on_map_;
  redis_link link_;
  boost::asio::steady_timer timer_;
  bool is_over_ = false;
  bool is_due_ = false;     // asks as soon as the link can
  bool is_doubted_ = false; // at the next tick
  unsigned doubts_ = 0;     // since the last answer with news
  slot_map known_;
  bool is_asking_ = false;
  std::chrono::seconds since_{0}; // the last question
};

} // namespace atrium
