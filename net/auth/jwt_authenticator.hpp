#pragma once

#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/auth/jwt_verifier.hpp"

#include <atomic>

namespace atrium {

/// Checks tokens by the node's own keys, on the lane that asks.
class jwt_authenticator final : public authenticator {
public:
  /// Reads the keys; null and `error` set if that fails. Blocks.
  static std::shared_ptr<jwt_authenticator> make(const auth_options& from,
                                                 std::string& error);

  void check(credentials x, lane_thread& lane,
             std::function<void(verdict)> done) override;

  /// Tokens that are being checked meanwhile see either all old keys and rules
  /// or all new ones; connections that are open stay.
  std::function<void()> prepare(const auth_options& from,
                                std::string& error) override;

private:
  struct standard {
    jwt_rules rules;
    std::shared_ptr<const jwt_keys> keys;
  };

  std::atomic<std::shared_ptr<const standard>> current_;
};

} // namespace atrium
