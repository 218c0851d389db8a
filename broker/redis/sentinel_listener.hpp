#pragma once

#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// Hears from a sentinel when another server becomes the master. For one
/// thread.
class sentinel_listener final : public redis_dialog {
public:
  /// From now on nothing is missed; before, it may have been.
  using start_handler = std::function<void()>;
  using move_handler
    = std::function<void(const redis_host& from, const redis_host& to)>;

  sentinel_listener(std::string master, start_handler on_start,
                    move_handler on_move)
    : master_(std::move(master)),
      on_start_(std::move(on_start)),
      on_move_(std::move(on_move)) {
    // nop
  }

private:
  void on_up() override {
    is_due_ = true;
  }
  void on_down(gap_clock::steady, std::string_view) override {
    is_subscribing_ = false;
  }
  void compose(std::string& out) override;
  bool idle() const override {
    return !is_subscribing_;
  }
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override {
    // nop
  }

  const std::string master_;
  const start_handler on_start_;
  const move_handler on_move_;
  bool is_due_ = false;
  bool is_subscribing_ = false;
  std::string complaint_;
};

} // namespace atrium
