#pragma once

#include "atrium/net/auth/evp_key.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

struct jwt_options;

/// How tokens are signed: IANA's registry of JOSE algorithms, as far as it
/// recommends them for signatures (RFC 7518, 3.1; RFC 8037, 3.1).
struct jwt_algorithm {
  enum class family : std::uint8_t { hmac, rsa, rsa_pss, ecdsa, eddsa };

  std::string_view name; ///< As in a token's header, e.g. `ES256`.
  family kind;
  std::size_t hash_bytes;           ///< 0: of the key's own choice.
  std::string_view curve;           ///< OpenSSL's name; only for ECDSA.
  std::size_t coordinate_bytes = 0; ///< Half a signature; only for ECDSA.
};

/// Returns the names of all algorithms, with commas between them.
std::string jwt_algorithm_names();

/// Returns why a key is not for this algorithm or too weak for it, or nothing.
std::string check_key_kind(const EVP_PKEY& key, const jwt_algorithm& x);

/// Returns the algorithm called `name`, or null; `none` is not among them.
const jwt_algorithm* find_jwt_algorithm(std::string_view name);

/// What checks signatures. Many threads may use a key at once.
struct jwt_key {
  std::string secret; ///< Of HMAC.
  evp_key parsed;     ///< The public key of the other algorithms.
};

/// The algorithm of a node and the keys for it. Immutable.
class jwt_keys {
public:
  /// Reads what `--jwt-secret-file`, `--jwt-key` and `--jwt-keys` name and
  /// checks that the keys are of the algorithm's kind and strong enough.
  /// Blocks. Null and `error` set if something is wrong, be it with one key of
  /// many.
  static std::shared_ptr<const jwt_keys> load(const jwt_options& from,
                                              std::string& error);

  const jwt_algorithm& algorithm() const {
    return *algorithm_;
  }

  /// Returns the key for a token whose header has this `kid`, or null. Where
  /// there is a folder of keys, `kid` has to name one of them; a token without
  /// `kid`, and every token where there is no folder, needs the single key.
  const jwt_key* find(const std::optional<std::string>& kid) const;

private:
  const jwt_algorithm* algorithm_ = nullptr;
  std::optional<jwt_key> single_;
  bool folder_ = false;
  std::map<std::string, jwt_key> by_kid_;
};

/// Reads a secret from a file: everything but one line break (LF or CR LF) at
/// the end. For the node and for `atrium token`. Blocks.
std::string read_secret(const std::string& path, std::string& error);

/// Reads a small file as it is. Blocks.
std::string read_key_file(const std::string& path, std::string& error);

} // namespace atrium
