#include "atrium/broker/envelope_fields.hpp"

namespace atrium {

std::string_view to_string(scope value) noexcept {
  switch (value) {
  case scope::room:
    return "room";
  case scope::user:
    return "user";
  default:
    return "all";
  }
}

} // namespace atrium
