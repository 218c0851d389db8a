#pragma once

#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/auth/jwt_keys.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace atrium {

/// What a good signature does not make up for.
struct jwt_rules {
  std::string issuer;   ///< What `iss` has to be; empty: anything.
  std::string audience; ///< What `aud` has to be or to have; empty: anything.
  std::chrono::seconds leeway{5};          ///< Between the clocks of two hosts.
  std::shared_ptr<const rights> everybody; ///< Granted to all; may be null.
};

/// Longest token that is looked at, in bytes.
inline constexpr std::size_t longest_token = 8192;

/// Checks a JSON Web Token (RFC 7519) in JWS compact form, and says whose it
/// is; otherwise `token_invalid` or `token_expired` with a text that repeats
/// nothing of it. The algorithm in the header has to be the node's: it is read
/// before any key is touched, so neither `none` nor a public key that is taken
/// for a secret gets anywhere. `exp` and `sub` are required. Takes some 100 µs
/// of CPU at most (ECDSA), so it may run on an I/O thread.
verdict verify_jwt(const std::string& token, const jwt_keys& keys,
                   const jwt_rules& rules, unix_time now);

} // namespace atrium
