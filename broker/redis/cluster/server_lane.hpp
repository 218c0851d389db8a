#pragma once

#include "atrium/broker/redis/cluster/cluster_command.hpp"
#include "atrium/broker/redis/cluster/lane_scripts.hpp"
#include "atrium/broker/redis/cluster/lane_user.hpp"
#include "atrium/broker/redis/cluster/server_health.hpp"
#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

class slot_queue;

/// What is said over the link to one of many servers: what is in flight there,
/// and how the server is. Pure state, for one thread.
class server_lane final : public redis_dialog {
public:
  using clock = std::chrono::steady_clock;
  using clock_function = std::function<clock::time_point()>;

  /// With so many bytes in flight it takes no more.
  static constexpr std::size_t window = std::size_t{512} << 10;

  server_lane(lane_user& user, std::size_t number, cluster_server server,
              clock_function now);

  std::size_t number() const noexcept {
    return number_;
  }

  const cluster_server& server() const noexcept {
    return server_;
  }

  lane_scripts& scripts() noexcept {
    return scripts_;
  }

  server_health& health() noexcept {
    return health_;
  }

  const server_health& health() const noexcept {
    return health_;
  }

  /// Returns whether what follows a command will be served if that is.
  bool is_trusted() const noexcept {
    return health_.is_trusted() && !scripts_.is_pending();
  }

  /// Returns whether `compose` has something to write.
  bool has_work() const noexcept {
    return health_.is_up() && !health_.hangs()
           && (!ready.empty() || scripts_.is_due());
  }

  /// Gives up what is in flight, and returns it.
  std::vector<cluster_command*> take_sent();

  /// Returns when it last had something to do.
  clock::time_point used() const noexcept {
    return used_;
  }

  void use(clock::time_point now) noexcept {
    used_ = now;
  }

  template <class F>
  void for_each_sent(F&& f) {
    for (auto& x : sent_)
      if (x.what != nullptr)
        f(*x.what);
  }

  /// Slots with something that may be sent.
  std::deque<slot_queue*> ready;

  /// It has no slots any more.
  bool is_leaving = false;

  /// Tells apart the servers, and each from itself before it was lost.
  std::uint64_t life = 0;

  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void on_turned_away(const dial_protocol::endpoint& from,
                      std::string_view reason) override {
    user_.on_turned_away(*this, from, reason);
  }
  void compose(std::string& out) override;
  bool idle() const override {
    return sent_.empty();
  }
  void on_proven() override {
    scripts_.on_proven();
    user_.on_proven(*this);
  }
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

private:
  // Whatever gets an answer: a command, or whose script is loaded, or neither
  // (ASKING).
  struct entry {
    cluster_command* what = nullptr;
    std::shared_ptr<caller_record> loads;
  };

  void load_scripts(std::string& out);
  void push(entry x);

  lane_user& user_;
  const std::size_t number_;
  const cluster_server server_;
  const clock_function now_;
  lane_scripts scripts_;
  std::deque<entry> sent_;
  std::size_t in_flight_ = 0; // bytes
  server_health health_;
  clock::time_point used_;
};

} // namespace atrium
