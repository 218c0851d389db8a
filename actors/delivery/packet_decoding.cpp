#include "atrium/actors/delivery/packet_decoding.hpp"

#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/presence_packet.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

// A client's connection says where it is; what has none says it in the header.
message_source source_of(const packet& x, const environment& env) {
  auto& from = x.about.from;
  auto named = from && !from->connection.empty();
  return {x.about.time, place_of(env, named ? from->connection : x.source_run)};
}

std::shared_ptr<const log_place> place_in_log(const packet& x) {
  if (!x.at)
    return nullptr;
  return std::make_shared<const log_place>(
    log_place{{std::string{x.at->epoch}, x.at->offset}, x.at->previous});
}

std::shared_ptr<const word_mark> mark_of(const packet& x) {
  if (!x.word)
    return nullptr;
  auto& word = *x.word;
  word_mark result{word.token};
  if (!word.run.empty())
    result.answers
      = request_mark{std::string{word.run}, word.stream, word.number};
  return std::make_shared<const word_mark>(std::move(result));
}

void log_drop(std::string_view error) {
  log::debug("packet_dropped", {{"error", error}}, "feed drops a packet");
}

// Without a look at the envelope.
bool too_large_in(std::string_view packet, const environment& env) {
  auto header = std::min(packet.find(':'), packet.size());
  return packet.size() - header > env.limits->message_bytes + 1;
}

unreadable refuse(packet_error why, const environment& env) {
  auto unknown = why == packet_error::unknown_version;
  ++(unknown ? env.delivery_counts->unknown_versions
             : env.delivery_counts->malformed_packets);
  log_drop(unknown ? "unknown version" : "malformed");
  return {};
}

} // namespace

std::variant<incoming, unreadable, too_large>
decode_incoming(const shared_bytes& bytes, const environment& env,
                std::shared_ptr<const log_place> in_log) {
  auto decoded = decode_packet(*bytes);
  if (auto* error = std::get_if<packet_error>(&decoded))
    return refuse(*error, env);
  auto& x = std::get<packet>(decoded);
  if (x.json.size() > env.limits->message_bytes) {
    ++env.delivery_counts->oversized_packets;
    log_drop("too large");
    return too_large{x.about.time};
  }
  auto from = source_of(x, env);
  auto watched = env.watched->note(x.about);
  auto place = in_log ? std::move(in_log) : place_in_log(x);
  if (place)
    x.at = packet_position{place->at.epoch, place->at.offset, place->previous};
  auto word = mark_of(x);
  return incoming{std::make_shared<const publication>(bytes, x), from,
                  std::move(watched), std::move(place), std::move(word)};
}

std::variant<presence_event, unreadable>
decode_presence_event(const shared_bytes& bytes, const environment& env) {
  auto decoded = decode_presence(*bytes);
  if (!decoded || decoded->json.size() > envelope_overhead
      || env.limits->presence.find(decoded->room) == presence_mode::off)
    return refuse(packet_error::malformed, env);
  auto& change = decoded->change;
  presence_event result{change.present, nullptr};
  if (change.what == presence_change::kind::count)
    return result;
  // As a message of the room: a slow client may not get it either.
  packet x;
  auto room = std::make_shared<const std::string>(std::move(decoded->room));
  x.about.to = scope::room;
  x.about.target = *room;
  x.texts = std::move(room);
  x.about.time = change.time;
  x.json = x.data = decoded->json;
  result.content = std::make_shared<const publication>(bytes, x);
  return result;
}

std::variant<room_notes, unreadable>
decode_room_notes(const shared_bytes& bytes, const environment& env) {
  if (auto decoded = decode_notes(*bytes))
    return std::move(*decoded);
  return refuse(packet_error::malformed, env);
}

void end_at_too_large(history_page& page, const environment& env) {
  auto first = std::ranges::find_if(
    page.messages, [&](auto& x) { return too_large_in(*x.packet, env); });
  if (first == page.messages.end())
    return;
  page.has_more = true;
  if (first == page.messages.begin()) {
    ++env.delivery_counts->oversized_packets;
    page.is_lost = true;
    page.top.offset = page.floor = first->offset;
  }
  page.messages.erase(first, page.messages.end());
}

std::vector<incoming> decode_stored(const history_page& page,
                                    const environment& env) {
  std::vector<incoming> result;
  result.reserve(page.messages.size());
  for (auto& x : page.messages) {
    auto place = std::make_shared<const log_place>(
      log_place{{page.top.epoch, x.offset}, x.previous});
    auto decoded = decode_incoming(x.packet, env, std::move(place));
    if (auto* message = std::get_if<incoming>(&decoded))
      result.push_back(std::move(*message));
  }
  return result;
}

} // namespace atrium
