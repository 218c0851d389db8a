#include "atrium/net/inspector/administrators.hpp"

#include "atrium/broker/util/read_file.hpp"
#include "atrium/net/http/credentials.hpp"

#include <openssl/crypto.h>

namespace atrium {

namespace {

constexpr std::size_t shortest = 16; // bytes of a token
constexpr std::size_t longest = 4096;
constexpr std::size_t largest_file = 8192; // with ends of lines

// The time tells how long the token is, but not how much of a guess was right.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size()
         && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

std::shared_ptr<administrators>
administrators::load(const std::string& token_file, bool is_private,
                     std::string& error) {
  auto result = std::make_shared<administrators>(is_private);
  auto apply = result->prepare(token_file, error);
  if (!apply)
    return nullptr;
  apply();
  return result;
}

std::function<void()> administrators::prepare(const std::string& token_file,
                                              std::string& error) {
  if (token_file.empty())
    return [this] { token_.store(nullptr); };
  auto text = read_file(token_file, largest_file);
  if (!text) {
    error = "admin-token-file: " + token_file + " cannot be read";
    return nullptr;
  }
  auto token = std::move(*text);
  // Editors and `echo` end a file with a line break, which no header can carry.
  token.erase(token.find_last_not_of("\r\n") + 1);
  if (token.size() < shortest || token.size() > longest) {
    error = "admin-token-file: a token has 16 to 4096 bytes";
    return nullptr;
  }
  return [this, next = std::make_shared<const std::string>(std::move(token))] {
    token_.store(next);
  };
}

std::optional<http_answer> administrators::refuse(const http_request& x) const {
  // The pointer keeps this token alive if SIGHUP stores another one meanwhile.
  auto token = token_.load();
  if (token) {
    if (equal_in_constant_time(bearer_token_of(x), *token))
      return std::nullopt;
    return http_problem(401, "unauthorized",
                        "show the token of --admin-token-file as Bearer");
  }
  if (is_private_)
    return std::nullopt;
  return http_problem(403, "forbidden",
                      "other machines can reach this listener: "
                      "--admin-token-file has to name a token first");
}

} // namespace atrium
