#include "atrium/net/auth/authenticator.hpp"

#include "atrium/net/auth/jwt_authenticator.hpp"
#include "atrium/net/auth/jwt_keys.hpp"
#include "atrium/net/auth/url_authenticator.hpp"

namespace atrium {

namespace {

std::string check_jwt(const options& from) {
  auto algorithm = find_jwt_algorithm(from.jwt_alg);
  if (algorithm == nullptr)
    return "jwt-alg: --auth jwt needs the algorithm of the tokens";
  auto secret = !from.jwt_secret_file.empty();
  auto key = !from.jwt_key.empty() || !from.jwt_keys.empty();
  if (algorithm->kind == jwt_algorithm::family::hmac)
    return secret && !key
             ? ""
             : "jwt-alg: " + from.jwt_alg
                 + " needs --jwt-secret-file and neither --jwt-key nor "
                   "--jwt-keys";
  return key && !secret ? ""
                        : "jwt-alg: " + from.jwt_alg
                            + " needs --jwt-key or --jwt-keys and no "
                              "--jwt-secret-file";
}

} // namespace

std::string check_auth(const options& from) {
  switch (from.auth) {
  case auth_mode::jwt:
    return check_jwt(from);
  case auth_mode::url:
    return from.auth_url.empty() ? "auth-url: --auth url needs it" : "";
  default:
    break;
  }
  if (from.listen.is_loopback() || from.allow_anonymous)
    return {};
  return "listen: other machines can reach " + from.listen.host
         + ", and users need no proof of who they are; set --auth jwt, or "
           "--allow-anonymous if that is meant";
}

std::shared_ptr<authenticator> make_authenticator(const options& from,
                                                  std::string& error) {
  std::vector<room_grant> rooms;
  for (auto& x : from.default_rooms)
    read_room_grant(x, rooms.emplace_back()); // checked with the options
  auto everybody
    = std::make_shared<const rights>(std::move(rooms), false, false);
  if (from.auth == auth_mode::jwt)
    return jwt_authenticator::make(from, std::move(everybody), error);
  if (from.auth == auth_mode::url)
    return std::make_shared<url_authenticator>(from, std::move(everybody));
  return nullptr;
}

} // namespace atrium
