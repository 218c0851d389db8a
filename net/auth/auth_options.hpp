#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

/// Who says who somebody is.
enum class auth_mode : std::uint8_t {
  none, ///< What the client says.
  jwt,  ///< A signed token.
  url,  ///< The operator's backend.
};

/// Which tokens are accepted.
struct jwt_options {
  std::string alg; ///< Required with `jwt`.
  std::string secret_file;
  std::string key;
  std::string keys;
  std::string issuer;   ///< Empty: not checked.
  std::string audience; ///< Empty: not checked.
  std::chrono::seconds leeway{5};
};

/// The operator's backend, which knows the owner of a token.
struct backend_options {
  std::string url; ///< Required with `url`.
  std::vector<std::string> headers;
  std::chrono::seconds timeout{5};
  std::size_t concurrency = 256; ///< Questions under way on the node.
};

/// How users prove who they are, and what everybody may do.
struct auth_options {
  auth_mode mode = auth_mode::none;
  std::vector<std::string> default_rooms;
  jwt_options jwt;
  backend_options backend;
};

} // namespace atrium
