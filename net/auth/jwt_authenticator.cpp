#include "atrium/net/auth/jwt_authenticator.hpp"

#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/default_rights.hpp"

namespace atrium {

std::shared_ptr<jwt_authenticator>
jwt_authenticator::make(const auth_options& from, std::string& error) {
  auto result = std::make_shared<jwt_authenticator>();
  auto apply = result->prepare(from, error);
  if (!apply)
    return nullptr;
  apply();
  return result;
}

void jwt_authenticator::check(credentials x, lane_thread&,
                              std::function<void(verdict)> done) {
  if (x.token.empty())
    return done(failure{{}, errc::token_invalid, "there is no token", {}});
  auto now = std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
  // The pointer keeps the keys alive for this check: SIGHUP may put new ones in
  // their place on the main thread meanwhile.
  auto by = current_.load();
  done(verify_jwt(x.token, *by->keys, by->rules, now));
}

// All or nothing: half of the new keys would refuse tokens that were good a
// moment ago.
std::function<void()> jwt_authenticator::prepare(const auth_options& from,
                                                 std::string& error) {
  auto keys = jwt_keys::load(from.jwt, error);
  if (!keys)
    return nullptr;
  jwt_rules rules{from.jwt.issuer, from.jwt.audience, from.jwt.leeway,
                  default_rights(from)};
  auto next = std::make_shared<const standard>(
    standard{std::move(rules), std::move(keys)});
  return [this, next = std::move(next)] { current_.store(next); };
}

} // namespace atrium
