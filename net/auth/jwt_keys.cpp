#include "atrium/net/auth/jwt_keys.hpp"

#include "atrium/broker/util/read_file.hpp"
#include "atrium/net/auth/auth_options.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace atrium {

namespace {

using family = jwt_algorithm::family;

constexpr std::size_t largest_file = 65536;
constexpr int fewest_rsa_bits = 2048; // RFC 7518, section 3.3

constexpr std::array<jwt_algorithm, 13> algorithms = {{
  {"HS256", family::hmac, 32, {}},
  {"HS384", family::hmac, 48, {}},
  {"HS512", family::hmac, 64, {}},
  {"RS256", family::rsa, 32, {}},
  {"RS384", family::rsa, 48, {}},
  {"RS512", family::rsa, 64, {}},
  {"PS256", family::rsa_pss, 32, {}},
  {"PS384", family::rsa_pss, 48, {}},
  {"PS512", family::rsa_pss, 64, {}},
  {"ES256", family::ecdsa, 32, "prime256v1", 32},
  {"ES384", family::ecdsa, 48, "secp384r1", 48},
  {"ES512", family::ecdsa, 64, "secp521r1", 66},
  {"EdDSA", family::eddsa, 0, {}},
}};

// RFC 7518, 3.4: each ECDSA algorithm has one curve. A key on another curve is
// a mistake of the operator, and stops the start.
bool is_on_curve(const EVP_PKEY* key, std::string_view curve) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1
         && std::string_view{name.data(), size} == curve;
}

jwt_key read_public_key(const std::string& path, const jwt_algorithm& x,
                        std::string& error) {
  jwt_key result;
  auto pem = read_key_file(path, error);
  if (error.empty()) {
    result.parsed = read_public_pem(pem);
    error = result.parsed ? check_key_kind(*result.parsed, x)
                          : "has no public key in PEM (BEGIN PUBLIC KEY)";
  }
  if (!error.empty())
    error = path + ": " + error;
  return result;
}

std::map<std::string, jwt_key> read_folder(const std::string& path,
                                           const jwt_algorithm& x,
                                           std::string& error) {
  std::map<std::string, jwt_key> result;
  std::error_code failed;
  for (std::filesystem::directory_iterator i{path, failed}, end;
       !failed && i != end; i.increment(failed)) {
    // So a key can be written under another name and renamed then: no SIGHUP
    // finds half of one.
    if (i->path().extension() != ".pem")
      continue;
    auto key = read_public_key(i->path().string(), x, error);
    if (!error.empty())
      return {};
    result.emplace(i->path().stem().string(), std::move(key));
  }
  if (failed)
    error = path + ": " + failed.message();
  else if (result.empty())
    error = path + ": there is no <kid>.pem";
  return result;
}

} // namespace

std::string jwt_algorithm_names() {
  std::string result;
  for (auto& x : algorithms)
    result.append(result.empty() ? "" : ", ").append(x.name);
  return result;
}

std::string check_key_kind(const EVP_PKEY& key, const jwt_algorithm& x) {
  auto kind = EVP_PKEY_get_base_id(&key);
  auto name = std::string{x.name};
  switch (x.kind) {
  case family::hmac:
    return name + " needs no key";
  case family::ecdsa:
    return kind == EVP_PKEY_EC && is_on_curve(&key, x.curve)
             ? ""
             : name + " needs a key on " + std::string{x.curve};
  case family::eddsa:
    return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448
             ? ""
             : name + " needs a key on Ed25519 or Ed448";
  default:
    break;
  }
  if (kind != EVP_PKEY_RSA)
    return name + " needs an RSA key";
  if (EVP_PKEY_get_bits(&key) < fewest_rsa_bits)
    return "an RSA key needs 2048 bits at least";
  return {};
}

const jwt_algorithm* find_jwt_algorithm(std::string_view name) {
  auto i = std::ranges::find(algorithms, name, &jwt_algorithm::name);
  return i != algorithms.end() ? &*i : nullptr;
}

std::string read_key_file(const std::string& path, std::string& error) {
  auto result = read_file(path, largest_file + 1);
  if (!result)
    error = "cannot read the file";
  else if (result->size() > largest_file)
    error = "is too large for a key";
  return std::move(result).value_or(std::string{});
}

std::string read_secret(const std::string& path, std::string& error) {
  auto result = read_key_file(path, error);
  if (!result.ends_with('\n'))
    return result;
  result.resize(result.size() - (result.ends_with("\r\n") ? 2 : 1));
  return result;
}

std::shared_ptr<const jwt_keys> jwt_keys::load(const jwt_options& from,
                                               std::string& error) {
  auto result = std::make_shared<jwt_keys>();
  // The options were checked by `check_auth`, before every load.
  auto& x = *find_jwt_algorithm(from.alg);
  result->algorithm_ = &x;
  if (x.kind == family::hmac) {
    auto secret = read_secret(from.secret_file, error);
    // RFC 7518, section 3.2: a shorter one is weaker than the hash.
    if (error.empty() && secret.size() < x.hash_bytes)
      error = std::string{x.name} + " needs a secret of "
              + std::to_string(x.hash_bytes) + " bytes at least";
    if (!error.empty())
      error = from.secret_file + ": " + error;
    result->single_ = jwt_key{std::move(secret), nullptr};
  } else {
    if (!from.key.empty())
      result->single_ = read_public_key(from.key, x, error);
    result->folder_ = !from.keys.empty();
    if (error.empty() && result->folder_)
      result->by_kid_ = read_folder(from.keys, x, error);
  }
  return error.empty() ? result : nullptr;
}

const jwt_key* jwt_keys::find(const std::optional<std::string>& kid) const {
  // The `kid` is only looked up among names that were read at start. It never
  // becomes a path, so a token cannot choose a file.
  if (kid && folder_) {
    auto i = by_kid_.find(*kid);
    return i != by_kid_.end() ? &i->second : nullptr;
  }
  return single_ ? &*single_ : nullptr;
}

} // namespace atrium
