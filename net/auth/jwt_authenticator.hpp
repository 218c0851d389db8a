#pragma once

#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/auth/jwt_verifier.hpp"

#include <atomic>

namespace atrium {

/// Checks tokens by the node's own keys, on the lane that asks.
class jwt_authenticator final : public authenticator {
public:
  /// Reads the keys; null and `error` set if that fails. Blocks.
  static std::shared_ptr<jwt_authenticator>
  make(const jwt_options& from, std::shared_ptr<const rights> everybody,
       std::string& error);

  jwt_authenticator(const jwt_options& from, jwt_rules rules,
                    std::shared_ptr<const jwt_keys> keys);

  void check(credentials x, lane_thread& lane,
             std::function<void(verdict)> done) override;

  /// Tokens that are being checked meanwhile see either all old keys or all new
  /// ones; connections that are open stay.
  std::string reload() override;

private:
  const jwt_options from_;
  const jwt_rules rules_;
  std::atomic<std::shared_ptr<const jwt_keys>> keys_;
};

} // namespace atrium
