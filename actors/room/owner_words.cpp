// What a room hears from its owner.

#include "atrium/actors/room/owner_link.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"

#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// The same is not sent again before, however often it is asked for.
constexpr auto resend_pause = 250ms;

// An owner that has come and gone within this time is not replaced at once.
constexpr auto owner_pause = 1s;

} // namespace

// What an owner says that is none any more has no weight. A newer one has to be
// found, to be asked; it may have to be asked again.
bool owner_link::heed(std::uint64_t token) {
  if (token < newest_) {
    ++env_->room_counts->stale_words;
    return false;
  }
  heard_ = now();
  if (token > newest_) {
    newest_ = token;
    seek();
  }
  return true;
}

void owner_link::take(const room_notes& x) {
  if (!is_on() || !heed(x.token))
    return;
  auto before = requests_.size();
  for (auto& note : x.notes)
    take(note);
  if (before != 0 && requests_.size() == 0)
    room_.eased();
}

void owner_link::take(const room_note& x) {
  switch (x.what) {
  case room_note::kind::told:
    return room_.told(x.text, x.data);
  case room_note::kind::restarted:
    return room_.restarted();
  case room_note::kind::failed:
    return room_.given_up();
  case room_note::kind::gone:
    return give_up_owner(x.text);
  default:
    break;
  }
  if (x.to.run != env_->run_id || x.to.stream != requests_.stream())
    return;
  switch (x.what) {
  case room_note::kind::here:
    if (x.to.number + 1 < requests_.first())
      return begin_anew(x.to.number);
    return send_again(x.to.number + 1);
  case room_note::kind::taken:
    return requests_.note_taken(x.to.number);
  case room_note::kind::answered:
    return requests_.settle(x.to.number, {errc::none, {}, x.data, {}});
  case room_note::kind::refused:
    return requests_.settle(x.to.number, {x.code, x.text});
  default: // accepted, published
    return requests_.settle(x.to.number, {errc::none, x.text});
  }
}

// Many requests may have come too early, and each was answered.
void owner_link::send_again(std::uint64_t from) {
  auto time = now();
  if (from == again_from_ && time - again_at_ < resend_pause)
    return;
  again_from_ = from;
  again_at_ = time;
  send(requests_.to_send(from, time));
}

// A room that has nobody needs no other one. If owners come and go there is a
// pause between them.
void owner_link::give_up_owner(const std::string& draining) {
  owner_.reset();
  if (!draining.empty())
    env_->homes->leave_out(draining);
  auto time = now();
  look_by(time + resend_pause);
  if (is_needed() && time - std::exchange(gave_up_, time) >= owner_pause)
    seek();
}

void owner_link::take(const incoming& x) {
  if (!is_on() || !x.word || !heed(x.word->token) || !x.word->answers)
    return;
  auto& to = *x.word->answers;
  if (to.run != env_->run_id || to.stream != requests_.stream())
    return;
  owner_answer answer{
    errc::none, std::string{x.content->about().event_id}, {}, {}};
  if (x.place)
    answer.at = x.place->at;
  requests_.settle(to.number, std::move(answer));
  if (requests_.size() == 0)
    room_.eased();
}

// The owner does not know what an owner has answered. It has taken this node
// for dead, and members are asked about again; or the state that was saved is
// not the newest one.
void owner_link::begin_anew(std::uint64_t knows) {
  if (knows != 0)
    room_.restarted();
  requests_.begin_stream(room_.members_again(), [this](auto& x) {
    return [this, connection = x.connection](const owner_answer& answer) {
      if (answer.code == errc::room_refused || answer.code == errc::internal)
        room_.expelled(connection);
    };
  });
  send_all();
}

} // namespace atrium
