#include "atrium/actors/delivery/history_reading.hpp"

#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/broker/bus.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

history_log* log_of(const environment& env, const std::string& room) {
  return placement::of_room(env, room).bus_of(env).history();
}

} // namespace

bool keeps_history(const environment& env, const std::string& name) {
  return env.limits->history.find(name).is_on() && log_of(env, name) != nullptr;
}

// One message may fill an outbox, but a page of several must not.
void bound_page(history_query& what, const environment& env) {
  what.limit = std::min(what.limit, env.limits->history_page);
  what.max_bytes = std::min(what.max_bytes, env.limits->message_bytes / 4);
}

void read_history(const environment& env, const history_request& what,
                  history_log::page_handler done) {
  history_query query;
  query.rule = env.limits->history.find(what.room);
  query.from = what.since;
  query.limit = what.limit;
  query.newest_first = what.reverse;
  bound_page(query, env);
  log_of(env, what.room)
    ->read(env.names.room(what.room), std::move(query), std::move(done));
}

stored_messages history_reply(const environment& env, const history_request& to,
                              const history_page& page) {
  stored_messages result{to.id,        to.room,       page.top,
                         page.is_lost, page.has_more, {}};
  for (auto& x : decode_stored(page, env))
    result.messages.push_back(std::move(x.content));
  return result;
}

} // namespace atrium
