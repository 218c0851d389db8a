#include "atrium/actors/delivery/publisher.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/random_id.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

/// Tells a client's connection what became of its message. The handle keeps the
/// connection's actor until the bus has answered: every publish gets its
/// receipt, so that is not for ever.
struct client_receipt {
  client_receipt(connection_actor client, outcome success, envelope x,
                 const publish_options& how)
    : to(std::move(client)),
      what(std::move(success)),
      trace_id(std::move(x.trace_id)),
      level(how.watched ? log::level::info : log::level::debug) {
    what.what.target = std::move(x.target);
    what.what.event_id = std::move(x.event_id);
  }

  void finish(errc error) {
    if (error != errc::none)
      log::line(level, "publish_failed",
                {{"event_id", what.what.event_id},
                 {"trace_id", trace_id},
                 {"code", to_string(error)}},
                "bus does not take a message");
    what.code = error;
    caf::anon_send(to, std::move(what));
  }

  // A client's own mistake is no news to the operator.
  void refuse_size() {
    what.code = errc::message_too_large;
    what.message = "too large with its envelope";
    caf::anon_send(to, std::move(what));
  }

  connection_actor to;
  outcome what;
  std::string trace_id;
  log::level level;
};

} // namespace

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
  client_receipt told{std::move(client), std::move(success), std::move(x), how};
  if (!packet) {
    told.refuse_size();
    return false;
  }
  hand_over(std::move(packet), std::move(where),
            [told = std::move(told)](publish_receipt receipt) mutable {
              told.what.what.at = std::move(receipt.at);
              told.finish(receipt.error);
            });
  return true;
}

void publisher::store(const envelope& x, publish_options how,
                      std::function<void(inbox_receipt)> done) const {
  if (!env_.inbox)
    return done({errc::inbox_off});
  auto packet = pack(x, how);
  if (!packet)
    return done({errc::message_too_large});
  env_.inbox->put(x.target, {std::move(packet), x.event_id, how.is_chosen_id},
                  std::move(done));
}

void publisher::store_for(connection_actor client, outcome success, envelope x,
                          publish_options how) const {
  auto packet = pack(x, how);
  inbox_entry entry{packet, x.event_id, how.is_chosen_id};
  auto user = x.target;
  client_receipt told{std::move(client), std::move(success), std::move(x), how};
  if (!packet)
    return told.refuse_size();
  env_.inbox->put(std::move(user), std::move(entry),
                  [told = std::move(told)](inbox_receipt receipt) mutable {
                    told.what.what.inbox_id = std::move(receipt.id);
                    told.finish(receipt.error);
                  });
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
