#include "atrium/broker/redis/cluster/redirect.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <charconv>

namespace atrium {

namespace {

bool read_number(std::string_view text, std::uint16_t& to) noexcept {
  auto end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, to);
  return error == std::errc{} && rest == end;
}

bool skip(std::string_view& text, std::string_view word) noexcept {
  if (!text.starts_with(word))
    return false;
  text.remove_prefix(word.size());
  return true;
}

} // namespace

// Addresses of IPv6 have no brackets here: the port is behind the last colon.
std::optional<redirect> read_redirect(resp_reply reply) noexcept {
  if (!is_error(reply))
    return std::nullopt;
  redirect result;
  auto text = reply.front().text;
  result.asks = skip(text, "ASK ");
  if (!result.asks && !skip(text, "MOVED "))
    return std::nullopt;
  auto space = text.find(' ');
  auto colon = text.rfind(':');
  if (space == text.npos || colon == text.npos || colon < space)
    return std::nullopt;
  result.host = text.substr(space + 1, colon - space - 1);
  auto is_whole = read_number(text.substr(0, space), result.slot)
                  && result.slot < slot_count
                  && read_number(text.substr(colon + 1), result.port);
  if (!is_whole || result.host == "?")
    return std::nullopt;
  if (result.host.starts_with('[') && result.host.ends_with(']'))
    result.host = result.host.substr(1, result.host.size() - 2);
  return result;
}

} // namespace atrium
