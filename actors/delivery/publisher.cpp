#include "atrium/actors/delivery/publisher.hpp"

#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/broker/util/random_id.hpp"

namespace atrium {

namespace {

// What the receipt has in common with the envelope is moved there, and `parts`
// refers to it.
client_receipt_ptr make_receipt(connection_actor client, outcome success,
                                envelope& x, envelope_parts& parts,
                                const publish_options& how) {
  success.what.target = std::move(x.target);
  success.what.event_id = std::move(x.event_id);
  auto result
    = std::make_shared<client_receipt>(std::move(client), std::move(success));
  result->trace_id = x.trace_id;
  result->watched = how.watched;
  parts = envelope_parts{x};
  parts.target = result->what().what.target;
  parts.event_id = result->what().what.event_id;
  return result;
}

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

void publisher::publish(const envelope& x, const publish_options& how,
                        bus::receipt_handler done) const {
  envelope_parts parts{x};
  auto packet = pack(parts, how);
  if (!packet)
    return done({errc::message_too_large});
  hand_over(std::move(packet), parts, how, std::move(done));
}

bool publisher::publish_for(connection_actor client, outcome success,
                            envelope x, const publish_options& how) const {
  envelope_parts parts;
  auto receipt
    = make_receipt(std::move(client), std::move(success), x, parts, how);
  return publish_for(std::move(receipt), parts, how);
}

bool publisher::publish_for(client_receipt_ptr receipt, const envelope_parts& x,
                            const publish_options& how) const {
  auto packet = pack(x, how);
  if (!packet) {
    receipt->refuse_size();
    return false;
  }
  hand_over(std::move(packet), x, how,
            [told = std::move(receipt)](publish_receipt said) {
              told->what().what.at = std::move(said.at);
              told->finish(said.error);
            });
  return true;
}

void publisher::store(const envelope& x, const publish_options& how,
                      std::function<void(inbox_receipt)> done) const {
  if (!env_.inbox)
    return done({errc::inbox_off});
  auto packet = pack(envelope_parts{x}, how);
  if (!packet)
    return done({errc::message_too_large});
  env_.inbox->put(x.target, {std::move(packet), x.event_id, how.is_chosen_id},
                  std::move(done));
}

void publisher::store_for(connection_actor client, outcome success, envelope x,
                          const publish_options& how) const {
  envelope_parts parts;
  auto told
    = make_receipt(std::move(client), std::move(success), x, parts, how);
  auto packet = pack(parts, how);
  if (!packet)
    return told->refuse_size();
  env_.inbox->put(
    std::string{parts.target},
    {std::move(packet), std::string{parts.event_id}, how.is_chosen_id},
    [told](inbox_receipt receipt) {
      told->what().what.inbox_id = std::move(receipt.id);
      told->finish(receipt.error);
    });
}

void publisher::hand_over(shared_bytes packet, const envelope_parts& x,
                          const publish_options& how,
                          bus::receipt_handler done) const {
  auto& by = at_.bus_of(env_);
  auto rule = rule_of(x, how);
  auto* log = rule.is_on() ? by.history() : nullptr;
  auto channel = channel_of(x);
  if (log == nullptr)
    return by.publish(std::move(channel), std::move(packet), std::move(done));
  log->append(
    std::move(channel),
    {std::move(packet), rule, std::string{x.event_id}, how.is_chosen_id},
    std::move(done));
}

// Only rooms keep something.
history_rule publisher::rule_of(const envelope_parts& x,
                                const publish_options& how) const {
  if (x.to != scope::room)
    return {};
  return how.history ? *how.history
                     : env_.limits->history.find(std::string{x.target});
}

// Nothing when the packet is larger than a client may get: requests were
// bounded when they came; envelopes, and what the logic of a room has made of a
// message, were not. A client's connection tells which node it comes from;
// where there is none the header does.
shared_bytes publisher::pack(const envelope_parts& x,
                             const publish_options& how) const {
  packet_header header;
  header.skip_sender = how.skip_sender;
  if (!x.from)
    header.source_run = env_.run_id;
  auto packet = std::make_shared<const std::string>(encode_packet(x, header));
  if (packet->size() > env_.limits->message_bytes)
    return nullptr;
  // Before the bus takes the message, so that the log has it before whatever
  // comes of it.
  if (how.watched)
    watch_log::published(x);
  return packet;
}

std::string publisher::channel_of(const envelope_parts& x) const {
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
