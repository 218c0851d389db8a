#include "atrium/actors/delivery/publisher.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/random_id.hpp"

#include <caf/send.hpp>

namespace atrium {

envelope publisher::make_envelope(scope to, std::string target,
                                  std::string data,
                                  std::string event_id) const {
  envelope result;
  result.time = env_.now();
  result.event_id
    = event_id.empty() ? make_ulid(result.time) : std::move(event_id);
  result.to = to;
  result.target = std::move(target);
  result.data = std::move(data);
  return result;
}

void publisher::publish(const envelope& x, publish_options how,
                        bus::receipt_handler done) const {
  auto packet = pack(x, how);
  if (!packet)
    return done({errc::message_too_large});
  at_.bus_of(env_).publish(channel_of(x), std::move(packet), std::move(done));
}

bool publisher::publish_for(connection_actor client, outcome success,
                            envelope x, publish_options how) const {
  auto packet = pack(x, how); // before its strings are moved out of it
  auto channel = channel_of(x);
  success.what.target = std::move(x.target);
  success.what.event_id = std::move(x.event_id);
  if (!packet) { // a client's own mistake is no news to the operator
    success.code = errc::message_too_large;
    success.message = "too large with its envelope";
    caf::anon_send(client, std::move(success));
    return false;
  }
  auto level = how.watched ? log::level::info : log::level::debug;
  at_.bus_of(env_).publish(
    std::move(channel), std::move(packet),
    // The handle keeps the connection's actor until the bus has answered: every
    // publish gets its receipt, so that is not for ever.
    [to = std::move(client), what = std::move(success),
     trace_id = std::move(x.trace_id), level](publish_receipt receipt) mutable {
      if (receipt.error != errc::none)
        log::line(level, "publish_failed",
                  {{"event_id", what.what.event_id},
                   {"trace_id", trace_id},
                   {"code", to_string(receipt.error)}},
                  "bus does not take a message");
      what.what.at = std::move(receipt.at);
      what.code = receipt.error;
      caf::anon_send(to, std::move(what));
    });
  return true;
}

// Nothing when the packet is larger than a client may get: requests were
// bounded when they came; envelopes, and what the logic of a room has made of a
// message, were not. A client's connection tells which node it comes from;
// where there is none the header does.
shared_bytes publisher::pack(const envelope& x, publish_options how) const {
  auto source_run = x.from ? std::string_view{} : env_.run_id;
  auto packet = std::make_shared<const std::string>(
    encode_packet(x, how.skip_sender, source_run));
  if (packet->size() > env_.limits.message_bytes)
    return nullptr;
  // Before the bus takes the message, so that the log has it before whatever
  // comes of it.
  if (how.watched)
    watch_log::published(x);
  return packet;
}

std::string publisher::channel_of(const envelope& x) const {
  switch (x.to) {
  case scope::room:
    return env_.names.room(x.target);
  case scope::user:
    return env_.names.user(x.target);
  default:
    return env_.names.all();
  }
}

} // namespace atrium
