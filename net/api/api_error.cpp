#include "atrium/net/api/api_error.hpp"

#include "atrium/broker/json/json_writer.hpp"

namespace atrium {

namespace {

unsigned code_of(errc x) {
  switch (x) {
  case errc::none:
    return 0;
  case errc::forbidden:
  case errc::room_refused:
    return api_error::permission_denied;
  case errc::room_full:
  case errc::too_many_rooms:
    return api_error::limit_exceeded;
  case errc::bad_json:
  case errc::bad_request:
  case errc::room_name_invalid:
  case errc::user_name_invalid:
  case errc::message_too_large:
    return api_error::bad_request;
  case errc::history_off:
  case errc::presence_off:
  case errc::inbox_off:
    return api_error::not_available;
  case errc::rate_limited:
    return api_error::too_many_requests;
  default:
    return api_error::internal;
  }
}

std::string_view words_of(errc x) {
  switch (x) {
  case errc::room_refused:
    return "permission denied by the room";
  case errc::room_full:
  case errc::too_many_rooms:
    return "limit exceeded";
  case errc::message_too_large:
    return "data: too large for clients to receive";
  case errc::history_off:
    return "not available: the room keeps no history";
  case errc::presence_off:
    return "not available: the room does not tell who is in it";
  case errc::inbox_off:
    return "not available: the node keeps no durable messages";
  case errc::bus_unavailable:
    return "the bus is not available: this may have taken effect or not";
  case errc::timeout:
    return "no answer in time: this may have taken effect or not";
  default:
    return to_string(x);
  }
}

} // namespace

api_error api_error_of(errc code, std::string why) {
  if (why.empty())
    why = words_of(code);
  auto overload = code == errc::bus_unavailable || code == errc::timeout;
  return {code_of(code), std::move(why), false, overload};
}

// As Centrifugo has it, with 429 and 401 beside.
unsigned status_of_api_error(unsigned code) noexcept {
  switch (code) {
  case api_error::internal:
    return 500;
  case api_error::unauthorized:
    return 401;
  case api_error::permission_denied:
    return 403;
  case api_error::method_not_found:
    return 404;
  case api_error::not_available:
    return 501;
  case api_error::too_many_requests:
    return 429;
  case api_error::unrecoverable_position:
    return 416;
  default:
    return 400;
  }
}

std::string to_json(const api_error& x) {
  std::string result;
  json_writer{result}
    .open_object()
    .number("code", x.code)
    .any_key("message")
    .any_text(x.message)
    .close_object();
  return result;
}

} // namespace atrium
