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
  hand_over(std::move(packet), destination_of(x, how), std::move(done));
}

bool publisher::publish_for(connection_actor client, outcome success,
                            envelope x, publish_options how) const {
  auto packet = pack(x, how); // before its strings are moved out of it
  auto where = destination_of(x, how);
  success.what.target = std::move(x.target);
  success.what.event_id = std::move(x.event_id);
  if (!packet) { // a client's own mistake is no news to the operator
    success.code = errc::message_too_large;
    success.message = "too large with its envelope";
    caf::anon_send(client, std::move(success));
    return false;
  }
  auto level = how.watched ? log::level::info : log::level::debug;
  hand_over(
    std::move(packet), std::move(where),
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

auto publisher::destination_of(const envelope& x,
                               const publish_options& how) const
  -> destination {
  destination result{channel_of(x), nullptr, {}};
  if (x.to != scope::room)
    return result;
  auto rule = how.history ? *how.history : env_.limits->history.find(x.target);
  if (rule.is_on())
    result.log = at_.bus_of(env_).history();
  if (result.log != nullptr)
    result.entry = {nullptr, rule, x.event_id, how.is_chosen_id};
  return result;
}

void publisher::hand_over(shared_bytes packet, destination to,
                          bus::receipt_handler done) const {
  if (to.log == nullptr)
    return at_.bus_of(env_).publish(std::move(to.channel), std::move(packet),
                                    std::move(done));
  to.entry.packet = std::move(packet);
  to.log->append(std::move(to.channel), std::move(to.entry), std::move(done));
}

// Nothing when the packet is larger than a client may get: requests were
// bounded when they came; envelopes, and what the logic of a room has made of a
// message, were not. A client's connection tells which node it comes from;
// where there is none the header does.
shared_bytes publisher::pack(const envelope& x, publish_options how) const {
  auto source_run = x.from ? std::string_view{} : env_.run_id;
  auto packet = std::make_shared<const std::string>(
    encode_packet(x, how.skip_sender, source_run));
  if (packet->size() > env_.limits->message_bytes)
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
