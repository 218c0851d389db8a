#pragma once

#include "atrium/net/auth/jwt_keys.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// Returns whether `signature` is that of `text` (RFC 7515, 5.2) by `key`,
/// which is of the algorithm's kind (`jwt_keys::load`). Only looks at bytes:
/// what header and claims say does not matter. Some 100 µs of CPU at most.
bool is_jwt_signature(std::string_view text, std::string_view signature,
                      const jwt_key& key, const jwt_algorithm& by);

/// Returns the signature of `text` by a secret or a private key in PEM; empty
/// if the key is not of the algorithm's kind.
std::string jwt_signature_of(std::string_view text, const std::string& key,
                             const jwt_algorithm& by);

} // namespace atrium
