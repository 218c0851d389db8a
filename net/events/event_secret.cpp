#include "atrium/net/events/event_secret.hpp"

#include "atrium/net/auth/jwt_keys.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fmt/core.h>

namespace atrium {

namespace {

std::string read(const std::string& path, std::string& error) {
  constexpr std::size_t shortest = 16; // less can be guessed
  auto result = read_secret(path, error);
  if (error.empty() && result.size() < shortest)
    error = fmt::format("needs a secret of {} bytes at least", shortest);
  if (!error.empty())
    error = "events-secret-file: " + path + ": " + error;
  return result;
}

} // namespace

std::shared_ptr<event_secret> event_secret::load(const std::string& path,
                                                 std::string& error) {
  if (path.empty())
    return nullptr;
  auto key = read(path, error);
  return error.empty() ? std::make_shared<event_secret>(std::move(key))
                       : nullptr;
}

std::function<void()> event_secret::prepare(const std::string& path,
                                            std::string& error) {
  auto text = read(path, error);
  if (!error.empty())
    return nullptr;
  return [this, next = std::make_shared<const std::string>(std::move(text))] {
    current_.store(next);
  };
}

std::string event_secret::sign(std::string_view body) const {
  auto key = current_.load();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(),
       digest.data(), &size);
  std::string result = "sha256=";
  for (unsigned i = 0; i < size; ++i)
    result += fmt::format("{:02x}", digest[i]);
  return result;
}

} // namespace atrium
