// Tokens: as they come, which nobody can have signed; and payloads of any kind with a
// good signature, so that what reads the claims is reached.

#include "atrium/broker/util/text.hpp"
#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/jwt_verifier.hpp"

#include "property.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace atrium;
using fuzz::require;

namespace {

const std::string secret(32, 's');
constexpr unix_time now{std::chrono::milliseconds{1'700'000'000'000}};

std::shared_ptr<const jwt_keys> make_keys() {
  auto path
    = std::filesystem::temp_directory_path() / ("atrium-fuzz-secret-" + std::to_string(::getpid()));
  std::ofstream{path} << secret;
  jwt_options from;
  from.alg = "HS256";
  from.secret_file = path;
  std::string error;
  auto result = jwt_keys::load(from, error);
  std::filesystem::remove(path);
  require(result != nullptr, "the secret can be read");
  return result;
}

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  auto n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                           reinterpret_cast<const unsigned char*>(bytes.data()),
                           static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(n));
  out.erase(out.find_last_not_of('=') + 1);
  for (auto& c : out)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string signed_token(std::string_view payload) {
  auto text = base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + base64url(payload);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return text + '.' + base64url({reinterpret_cast<const char*>(mac), size});
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const auto keys = make_keys();
  const jwt_rules rules{"", "", std::chrono::seconds{5}, nullptr};
  std::string text{fuzz::as_text(data, size)};
  auto forged = verify_jwt(text, *keys, rules, now);
  require(std::holds_alternative<failure>(forged), "nobody forges a token");
  auto outcome = verify_jwt(signed_token(text), *keys, rules, now);
  if (auto* no = std::get_if<failure>(&outcome)) {
    require(no->code == errc::token_invalid || no->code == errc::token_expired, "why");
    require(no->message.size() < 200, "the reason repeats nothing of the token");
    return 0;
  }
  auto& who = std::get<identity>(outcome);
  require(is_name(who.user), "a user has a valid name");
  require(who.expires > now - std::chrono::seconds{5}, "who has come too late is not let in");
  require(who.may != nullptr, "everybody has rights, if few");
  return 0;
}
