#include "atrium/actors/user_command.hpp"

#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>

namespace atrium {

namespace {

// They travel in one text, with spaces between them.
bool is_id(std::string_view x) noexcept {
  return is_name(x) && x.find(' ') == std::string_view::npos;
}

struct check {
  bool operator()(const user_command::join& x) const noexcept {
    return is_name(x.room);
  }

  bool operator()(const user_command::leave& x) const noexcept {
    return is_name(x.room);
  }

  bool operator()(const user_command::close& x) const noexcept {
    return is_command_code(static_cast<std::uint64_t>(x.code))
           && x.reason.size() <= user_command::max_reason_bytes
           && is_utf8(x.reason);
  }

  bool operator()(const user_command::renew& x) const noexcept {
    return x.expires.time_since_epoch().count() >= 0;
  }
};

} // namespace

bool user_command::concerns(std::string_view id) const {
  return (connection.empty() || connection == id)
         && std::ranges::find(spared, id) == spared.end();
}

bool is_command_code(std::uint64_t code) noexcept {
  constexpr close_code known[] = {
    close_code::normal,          close_code::going_away,
    close_code::unsupported,     close_code::not_utf8,
    close_code::policy,          close_code::internal,
    close_code::try_again_later,
  };
  auto is_known = std::ranges::any_of(
    known, [=](auto x) { return static_cast<std::uint64_t>(x) == code; });
  return is_known || (code >= 4'000 && code <= 4'999);
}

bool is_in_order(const user_command& x) noexcept {
  return is_name(x.user) && (x.connection.empty() || is_id(x.connection))
         && x.spared.size() <= user_command::max_spared
         && std::ranges::all_of(x.spared, is_id) && std::visit(check{}, x.what);
}

} // namespace atrium
