#include "atrium/net/cli/bench/pusher_dialect.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace atrium::bench {

namespace {

constexpr std::string_view app_key = "bench";
constexpr std::string_view app_secret = "bench";

// Clients may publish in private channels only.
constexpr std::string_view channel_prefix = "private-";

std::string signature_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), app_secret.data(), static_cast<int>(app_secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       digest.data(), &size);
  std::string res;
  for (unsigned i = 0; i < size; ++i) {
    res += digits[digest[i] >> 4];
    res += digits[digest[i] & 0xF];
  }
  return res;
}

/// What a client publishes is a *client event*: nothing answers it, and the
/// client itself does not get it. Leaving is not answered either, so `churn`
/// would not know when it is done.
class pusher_dialect : public dialect {
public:
  std::string target(const std::string&, const std::string&) const override {
    return concat({"/app/", app_key, "?protocol=7&client=atrium-bench"});
  }

  bool echoes() const override {
    return false;
  }

  std::string pong() const override {
    return R"({"event":"pusher:pong","data":{}})";
  }

  signal classify(std::string_view text) const override {
    constexpr std::string_view start = R"({"event":")";
    if (!text.starts_with(start))
      return signal::none;
    auto event = text.substr(start.size());
    event = event.substr(0, event.find('"'));
    if (event.starts_with("client-"))
      return signal::message;
    if (event == "pusher:connection_established")
      return signal::ready;
    if (event == "pusher_internal:subscription_succeeded")
      return signal::joined;
    if (event == "pusher:ping")
      return signal::ping;
    return event.ends_with("error") ? signal::failed : signal::none;
  }

  // Everybody may connect, but has to show for each private channel that
  // somebody who knows the secret has allowed it to this very connection.
  std::string join(const std::string& room,
                   std::string_view welcome) const override {
    // The data is JSON within a JSON string.
    auto id = part_after(welcome, R"(socket_id\":\")", '\\');
    auto channel = concat({channel_prefix, room});
    auto signature = signature_of(concat({id, ":", channel}));
    return concat({R"({"event":"pusher:subscribe","data":{"channel":")",
                   channel, R"(","auth":")", app_key, ":", signature,
                   R"("}})"});
  }

  std::string publish(const std::string& room,
                      const std::string& data) const override {
    return concat({R"({"event":"client-message","channel":")", channel_prefix,
                   room, R"(","data":)", data, "}"});
  }
};

} // namespace

std::unique_ptr<dialect> make_pusher_dialect() {
  return std::make_unique<pusher_dialect>();
}

} // namespace atrium::bench
