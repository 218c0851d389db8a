#include "atrium/actors/delivery/history_reading.hpp"

#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/home.hpp"
#include "atrium/broker/bus.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

history_log* log_of(const environment& env, const std::string& room) {
  return home::of_room(env, room).bus_of(env).history();
}

} // namespace

bool keeps_history(const environment& env, const std::string& name) {
  return env.limits.history.find(name).is_on() && log_of(env, name) != nullptr;
}

void read_history(const environment& env, const history_request& what,
                  history_log::page_handler done) {
  history_query query;
  query.rule = env.limits.history.find(what.room);
  query.from = what.since;
  query.limit = std::min(what.limit, env.limits.history_page);
  // An answer has to leave place in the outbox, which one message may fill.
  query.max_bytes = std::min(query.max_bytes, env.limits.message_bytes / 4);
  query.newest_first = what.reverse;
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
