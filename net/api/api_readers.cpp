#include "atrium/net/api/api_readers.hpp"

#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/api/api_fields.hpp"

namespace atrium {

namespace {

// What they say of a message would not reach anybody.
void refuse_unsupported(api_fields& in) {
  in.refuse({"tags", "version", "version_epoch"});
}

std::optional<position> read_since(api_fields& in) {
  auto raw = in.raw("since");
  if (!raw)
    return std::nullopt;
  api_fields since{*raw};
  position result{since.text("epoch"), since.number("offset")};
  if (auto& fault = since.fault(); fault.code != 0)
    in.fail("since", fault.message, true);
  return result;
}

// A session is not known here: without it more connections would be meant.
user_command read_target(api_fields& in) {
  user_command result;
  result.user = in.name("user");
  result.connection = in.text("client");
  in.refuse({"session"});
  return result;
}

// The checks above have named what can be named better.
api_command checked(user_command x, api_fields& in) {
  if (in.fault().code != 0 || is_in_order(x))
    return x;
  x.spared.clear();
  if (is_in_order(x))
    in.fail("whitelist", "has to be a list of ids of connections");
  else
    in.fail("client", "has to be the id of a connection");
  return x;
}

user_command::close read_close(api_fields& in) {
  user_command::close result;
  auto raw = in.raw("disconnect");
  if (!raw)
    return result;
  api_fields how{*raw};
  auto code = how.number("code");
  if (code != 0 && !is_command_code(code))
    how.fail("code", "has to be one of 4000 to 4999, or 1000, 1001, 1003, "
                     "1007, 1008, 1011 or 1013");
  else if (code != 0)
    result.code = static_cast<close_code>(code);
  result.reason = how.text("reason");
  if (result.reason.size() > user_command::max_reason_bytes)
    how.fail("reason", "has more than 123 bytes");
  if (auto& fault = how.fault(); fault.code != 0)
    in.fail("disconnect", fault.message, fault.is_malformed);
  return result;
}

} // namespace

// -- messages -----------------------------------------------------------------

api_command read_publish(api_fields& in) {
  api_publish result{in.name("channel"), in.payload(), in.flag("skip_history")};
  refuse_unsupported(in);
  return result;
}

api_command read_broadcast(api_fields& in) {
  api_broadcast result{in.names("channels"), in.payload(),
                       in.flag("skip_history")};
  refuse_unsupported(in);
  return result;
}

api_command read_send(api_fields& in) {
  return api_send{in.name("user"), in.payload(), in.flag("durable")};
}

api_command read_broadcast_all(api_fields& in) {
  return api_broadcast_all{in.payload()};
}

// -- questions ----------------------------------------------------------------

api_command read_history(api_fields& in) {
  api_history result{in.name("channel"), read_since(in),
                     in.signed_number("limit"), in.flag("reverse")};
  if (result.reverse && result.since && result.since->offset == 0)
    in.fail("since", "nothing comes before the offset 0");
  return result;
}

api_command read_presence(api_fields& in) {
  return api_presence{in.name("channel"), false};
}

api_command read_presence_stats(api_fields& in) {
  return api_presence{in.name("channel"), true};
}

api_command read_channels(api_fields& in) {
  return api_channels{in.text("pattern")};
}

api_command read_info(api_fields&) {
  return api_info{};
}

// -- acts ---------------------------------------------------------------------

api_command read_history_remove(api_fields& in) {
  return api_history_remove{in.name("channel")};
}

api_command read_subscribe(api_fields& in) {
  auto result = read_target(in);
  result.what = user_command::join{in.name("channel")};
  in.refuse({"data", "b64data", "info", "b64info", "expire_at", "recover_since",
             "override"});
  return checked(std::move(result), in);
}

api_command read_unsubscribe(api_fields& in) {
  auto result = read_target(in);
  result.what = user_command::leave{in.name("channel")};
  return checked(std::move(result), in);
}

api_command read_disconnect(api_fields& in) {
  auto result = read_target(in);
  result.spared = in.texts("whitelist");
  if (result.spared.size() > user_command::max_spared)
    in.fail("whitelist", "are more than 256");
  result.what = read_close(in);
  return checked(std::move(result), in);
}

api_command read_refresh(api_fields& in) {
  constexpr std::uint64_t last = 253'402'300'799; // of the year 9999
  auto result = read_target(in);
  user_command::renew renewal;
  renewal.expired = in.flag("expired");
  auto time = in.number("expire_at");
  if (time > last)
    in.fail("expire_at", "has to be in seconds since 1970");
  else if (time != 0)
    renewal.expires = unix_time{std::chrono::seconds{time}};
  result.what = renewal;
  in.refuse({"info"});
  return checked(std::move(result), in);
}

api_command read_close_room(api_fields& in) {
  return api_close_room{in.name("channel")};
}

api_command read_rpc(api_fields&) {
  return api_rpc{};
}

} // namespace atrium
