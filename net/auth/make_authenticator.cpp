#include "atrium/net/auth/make_authenticator.hpp"

#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/jwt_authenticator.hpp"
#include "atrium/net/auth/jwt_keys.hpp"
#include "atrium/net/auth/url_authenticator.hpp"

namespace atrium {

namespace {

std::string check_jwt(const jwt_options& from) {
  auto algorithm = find_jwt_algorithm(from.alg);
  if (algorithm == nullptr)
    return "jwt-alg: --auth jwt needs the algorithm of the tokens";
  // A key of the other kind is refused, not ignored: an operator who has named
  // both does not know which one guards the node.
  auto secret = !from.secret_file.empty();
  auto key = !from.key.empty() || !from.keys.empty();
  if (algorithm->kind == jwt_algorithm::family::hmac)
    return secret && !key
             ? ""
             : "jwt-alg: " + from.alg
                 + " needs --jwt-secret-file and neither --jwt-key nor "
                   "--jwt-keys";
  return key && !secret ? ""
                        : "jwt-alg: " + from.alg
                            + " needs --jwt-key or --jwt-keys and no "
                              "--jwt-secret-file";
}

} // namespace

std::string check_auth(const auth_options& from) {
  if (from.mode == auth_mode::jwt)
    return check_jwt(from.jwt);
  if (from.mode == auth_mode::url && from.backend.url.empty())
    return "auth-url: --auth url needs it";
  return {};
}

std::shared_ptr<authenticator> make_authenticator(const auth_options& from,
                                                  std::string& error) {
  if (from.mode == auth_mode::jwt)
    return jwt_authenticator::make(from, error);
  if (from.mode == auth_mode::url)
    return std::make_shared<url_authenticator>(from);
  return nullptr;
}

} // namespace atrium
