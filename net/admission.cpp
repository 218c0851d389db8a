#include "atrium/net/admission.hpp"

#include "atrium/broker/random_id.hpp"
#include "atrium/broker/text.hpp"
#include "atrium/net/percent.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace atrium {

namespace {

// Whether a page of this origin may connect: one of the node's own host by
// default, or one that the operator allows.
bool origin_allowed(const knock& who, const options& by) {
  if (who.origin.empty())
    return true;
  auto& allowed = by.allow_origin;
  if (allowed.empty()) {
    // Or else a page whose name is bound anew to this machine would pass.
    if (by.listen.is_loopback() && !is_local_name(who.host))
      return false;
    return is_origin_of(who.host, who.origin);
  }
  return std::ranges::any_of(allowed, [&](const std::string& x) {
    return x == "*" || boost::algorithm::iequals(x, who.origin);
  });
}

std::optional<std::string_view> raw_query_value(std::string_view target,
                                                std::string_view key) {
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
  auto name = host.ends_with(']') ? host : host.substr(0, host.rfind(':'));
  listen_address address{std::string{name}, 0};
  return name == "[::1]" || address.is_loopback();
}

bool is_origin_of(std::string_view host, std::string_view origin) {
  auto scheme = origin.find("://");
  return scheme != std::string_view::npos
         && boost::algorithm::iequals(origin.substr(scheme + 3), host);
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::optional<std::string> query_value(std::string_view target,
                                       std::string_view key) {
  auto raw = raw_query_value(target, key);
  return raw ? decode_percent(*raw, true) : std::nullopt;
}

std::optional<refusal> refuse_origin(const knock& who, const options& by) {
  if (origin_allowed(who, by))
    return std::nullopt;
  return refusal{403, "forbidden", "this origin may not connect"};
}

refusal refusal_from(const failure& x) {
  std::string code{to_string(x.code)};
  if (x.code == errc::auth_unavailable)
    return {503, std::move(code), x.message, close_code::try_again_later};
  return {401, std::move(code), x.message, close_code::policy};
}

std::variant<identity, refusal> admit(const knock& who, const options& by) {
  if (auto no = refuse_origin(who, by))
    return *no;
  auto raw = raw_query_value(who.target, "user");
  if (!raw)
    return identity{"guest-" + make_random_id(8), rights::everything()};
  auto user = decode_percent(*raw, true);
  if (!user || !is_name(*user))
    return refusal{400, "user_name_invalid",
                   "'user' has to be 1 to 128 bytes of UTF-8 without control "
                   "characters"};
  return identity{std::move(*user), rights::everything()};
}

} // namespace atrium
