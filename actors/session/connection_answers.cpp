// What becomes of a connection's requests: what rooms and the bus say to them.

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/session/connection_state.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

scope scope_of(accepted::kind what) {
  switch (what) {
  case accepted::kind::published:
    return scope::room;
  case accepted::kind::sent:
    return scope::user;
  default:
    return scope::all;
  }
}

// An error of a room as the client sees it; anything but `errc` is a room that
// died with the join in its mailbox.
failure failure_from(const join_request& x, const caf::error& why) {
  failure result{x.id, errc::internal, "the room has failed", x.room};
  if (why.category() != caf::atom("atrium"))
    return result;
  result.code = static_cast<errc>(why.code());
  if (why.context().match_elements<std::string>())
    result.message = why.context().get_as<std::string>(0);
  return result;
}

} // namespace

void connection_state::on_joined(const std::string& room,
                                 const room_actor& actor) {
  auto& x = rooms_[room];
  x.state = membership::status::member;
  x.room = actor;
  // Taken out first: a leave among them has those behind it wait again.
  replay(std::exchange(x.deferred, {}));
}

void connection_state::refused_by_room(const join_request& x,
                                       const caf::error& why) {
  auto gone = rooms_.extract(x.room);
  auto failed = failure_from(x, why);
  if (x.unasked)
    refuse_command(x.room, failed.code);
  else
    setup_.out->answer(failed);
  if (!gone.empty())
    replay(std::move(gone.mapped().deferred));
}

bool connection_state::settle(std::uint64_t number) {
  auto i = std::ranges::find(pending_, number, &taken_over::number);
  if (i == pending_.end())
    return false;
  pending_.erase(i);
  return true;
}

void connection_state::on_left(const leave_done& x) {
  if (!settle(x.number))
    return; // answered when the room died
  auto gone = rooms_.extract(x.room);
  if (!gone.empty())
    replay(std::move(gone.mapped().deferred));
}

void connection_state::on_room_lost(const std::string& room) {
  auto gone = rooms_.extract(room);
  auto here = [&](auto& x) { return x.room == room; };
  // Answers of the room may still be on their way: `finish` ignores them then.
  for (auto& x : pending_)
    if (here(x) && !x.unasked)
      fail(x.id, errc::room_died, "the room has died", room);
  std::erase_if(pending_, here);
  if (!gone.empty())
    replay(std::move(gone.mapped().deferred));
}

void connection_state::finish(outcome& x) {
  auto by_room = x.what.what == accepted::kind::published;
  if (by_room && !settle(x.number))
    return; // answered when the room died
  if (x.code != errc::none)
    return fail(x.what.id, x.code, x.message, by_room ? x.what.target : "");
  if (!x.answer.empty())
    return setup_.out->answer(answered{
      std::move(x.what.id), std::move(x.what.target), std::move(x.answer)});
  meter().counters().messages[scope_of(x.what.what)].add();
  setup_.out->answer(std::move(x.what));
}

void connection_state::finish(acknowledged& x) {
  if (x.code != errc::none)
    return fail(x.id, x.code, "the inbox does not take it");
  meter().counters().device_acks.add();
  setup_.out->answer(acked{std::move(x.id)});
}

} // namespace atrium
