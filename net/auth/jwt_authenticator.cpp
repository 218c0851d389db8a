#include "atrium/net/auth/jwt_authenticator.hpp"

namespace atrium {

std::shared_ptr<jwt_authenticator>
jwt_authenticator::make(const jwt_options& from,
                        std::shared_ptr<const rights> everybody,
                        std::string& error) {
  auto keys = jwt_keys::load(from, error);
  if (!keys)
    return nullptr;
  jwt_rules rules{from.issuer, from.audience, from.leeway,
                  std::move(everybody)};
  return std::make_shared<jwt_authenticator>(from, std::move(rules),
                                             std::move(keys));
}

jwt_authenticator::jwt_authenticator(const jwt_options& from, jwt_rules rules,
                                     std::shared_ptr<const jwt_keys> keys)
  : from_(from), rules_(std::move(rules)), keys_(std::move(keys)) {
  // nop
}

void jwt_authenticator::check(credentials x, lane_thread&,
                              std::function<void(verdict)> done) {
  if (x.token.empty())
    return done(failure{{}, errc::token_invalid, "there is no token", {}});
  auto now = std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
  // The pointer that `load` returns keeps the keys alive for this check: SIGHUP
  // may put new ones in their place on the main thread meanwhile.
  done(verify_jwt(x.token, *keys_.load(), rules_, now));
}

std::string jwt_authenticator::reload() {
  std::string error;
  // All or nothing: half of the new keys would refuse tokens that were good a
  // moment ago.
  if (auto keys = jwt_keys::load(from_, error))
    keys_.store(std::move(keys));
  return error;
}

} // namespace atrium
