#pragma once

#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Asks a sentinel which server is the master, one question at a time, and
/// whenever the link has come up. For one thread.
class sentinel_asker final : public redis_dialog {
public:
  struct answer {
    redis_host master;
    std::uint64_t epoch = 0; ///< 0 where the sentinel may not say.
  };

  /// Takes an answer; null: the sentinel knows no such master. Returns why the
  /// next sentinel is to be asked, or nothing.
  using handler = std::function<std::string(const std::optional<answer>&)>;

  sentinel_asker(std::string master, handler on_answer)
    : master_(std::move(master)), on_answer_(std::move(on_answer)) {
    // nop
  }

  /// A question is to be asked; the link has to be woken.
  void want() noexcept {
    is_due_ = true;
  }

  /// Returns whether no answer is outstanding.
  bool idle() const override {
    return missing_ == 0;
  }

private:
  void on_up() override {
    is_due_ = true;
  }
  void on_down(gap_clock::steady, std::string_view) override {
    missing_ = 0;
  }
  void compose(std::string& out) override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override {
    // nop
  }

  const std::string master_;
  const handler on_answer_;
  bool is_due_ = false;
  unsigned missing_ = 0;        // replies to the question
  std::optional<answer> found_; // by the first of them
  std::string complaint_;
};

} // namespace atrium
