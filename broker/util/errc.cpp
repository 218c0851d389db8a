#include "atrium/broker/util/errc.hpp"

#include <array>
#include <string>

namespace atrium {

namespace {

// Clients compare these texts (net/PROTOCOL.md), so none may change.
constexpr std::array<std::string_view, 26> names = {
  "none",
  "bad_json",
  "bad_request",
  "unknown_type",
  "room_name_invalid",
  "user_name_invalid",
  "not_a_member",
  "already_joined",
  "forbidden",
  "token_invalid",
  "token_expired",
  "auth_unavailable",
  "auth_broken",
  "room_refused",
  "room_full",
  "too_many_rooms",
  "message_too_large",
  "rate_limited",
  "history_off",
  "presence_off",
  "inbox_off",
  "bus_unavailable",
  "timeout",
  "room_restarted",
  "room_died",
  "internal",
};

static_assert(names.size() == static_cast<std::size_t>(errc::internal) + 1,
              "the table and the enum disagree");

class category final : public std::error_category {
public:
  const char* name() const noexcept override {
    return "atrium";
  }
  std::string message(int value) const override {
    return std::string{to_string(static_cast<errc>(value))};
  }
};

} // namespace

std::string_view to_string(errc code) noexcept {
  auto i = static_cast<std::size_t>(code);
  return i < names.size() ? names[i] : "internal";
}

const std::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

} // namespace atrium
