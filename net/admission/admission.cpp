#include "atrium/net/admission/admission.hpp"

#include "atrium/broker/util/percent.hpp"
#include "atrium/broker/util/random_id.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/admission/page_origin.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include <algorithm>

namespace atrium {

namespace {

// A page of a program on this machine, such as a developer's server.
bool is_local_page(std::string_view text) {
  auto from = page_origin::parse(text);
  return from && (from->scheme == "http" || from->scheme == "https")
         && is_loopback_host(from->host);
}

// Whether a page of this origin may connect: one of the node's own host by
// default, or one that the operator allows.
bool origin_allowed(const upgrade_request& who, const origin_rules& by) {
  // Only browsers have to send an Origin (RFC 6455, 4.1). Another program can
  // put anything there, so nothing is gained by asking it for one.
  if (who.origin.empty())
    return true;
  if (!by.allowed.empty())
    return std::ranges::any_of(by.allowed, [&](const std::string& x) {
      return x == "*" || is_same_origin(x, who.origin);
    });
  // Or else a page whose name is bound anew to this machine would pass.
  if (by.is_local && !is_local_name(who.host))
    return false;
  return is_origin_of(who.host, who.origin)
         || (by.is_local && by.is_trusting && is_local_page(who.origin));
}

std::optional<std::string_view> raw_query_value(std::string_view target,
                                                std::string_view key) {
  // The first one counts. Keys are compared as they stand: a client has no
  // reason to encode the letters of ours.
  auto start = target.find('?');
  while (start != std::string_view::npos) {
    target.remove_prefix(start + 1);
    start = target.find('&');
    auto pair = target.substr(0, start);
    auto equals = pair.find('=');
    if (pair.substr(0, equals) == key)
      return equals == std::string_view::npos ? std::string_view{}
                                              : pair.substr(equals + 1);
  }
  return std::nullopt;
}

} // namespace

bool is_local_name(std::string_view host) {
  auto it = page_origin::of("http", host);
  return it && is_loopback_host(it->host);
}

bool is_origin_of(std::string_view host, std::string_view origin) {
  auto from = page_origin::parse(origin);
  // Host has no scheme, and the node cannot know it: a proxy may have ended
  // TLS. The page's own scheme says which port is the usual one.
  return from && from == page_origin::of(from->scheme, host);
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::optional<std::string> query_value(std::string_view target,
                                       std::string_view key) {
  auto raw = raw_query_value(target, key);
  return raw ? decode_percent(*raw, true) : std::nullopt;
}

std::optional<refusal> refuse_origin(const upgrade_request& who,
                                     const origin_rules& by) {
  if (origin_allowed(who, by))
    return std::nullopt;
  return refusal{403, "forbidden", "this origin may not connect"};
}

std::optional<refusal> refuse_device(const upgrade_request& who) {
  constexpr std::size_t longest = 64;
  constexpr std::string_view letters
    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto raw = raw_query_value(who.target, "device");
  if (!raw)
    return std::nullopt;
  auto name = decode_percent(*raw, true);
  if (name && !name->empty() && name->size() <= longest
      && has_only(*name, letters, "._-"))
    return std::nullopt;
  return refusal{400, "bad_request",
                 "'device' has to be 1 to 64 characters of 0-9 A-Z a-z . _ -"};
}

refusal refusal_from(const failure& x) {
  std::string code{to_string(x.code)};
  switch (x.code) {
  case errc::auth_unavailable: // the backend is away: again, later
    return {503, std::move(code), x.message, close_code::try_again_later};
  case errc::auth_broken: // it is there, and wrong
    return {502, std::move(code), x.message, close_code::internal};
  case errc::rate_limited: // others have to have their turn
    return {429, std::move(code), x.message, close_code::try_again_later};
  // The only refusal after which the client should get a new token and try
  // again.
  case errc::token_expired:
    return {401, std::move(code), x.message, close_code::token_expired};
  default:
    return {401, std::move(code), x.message, close_code::policy};
  }
}

std::variant<identity, refusal> admit(const upgrade_request& who,
                                      const origin_rules& by) {
  if (auto no = refuse_origin(who, by))
    return *no;
  auto raw = raw_query_value(who.target, "user");
  if (!raw)
    // Rights would protect nothing here: a client that lacks one would connect
    // again under another name.
    return identity{"guest-" + make_random_id(8), rights::everything()};
  auto user = decode_percent(*raw, true);
  if (!user || !is_name(*user))
    return refusal{400, "user_name_invalid",
                   "'user' has to be 1 to 128 bytes of UTF-8 without control "
                   "characters"};
  return identity{std::move(*user), rights::everything()};
}

} // namespace atrium
