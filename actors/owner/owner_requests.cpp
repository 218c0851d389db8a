// What rooms want of the owner, and what its logic says.

#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/owner/owner_state.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/broker/log/log.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

using kind = room_request::kind;

// Words that are under way. What comes meanwhile becomes one word, so that the
// state is saved as often as there is time for it, not as often as it changes.
constexpr std::size_t most_under_way = 4;

// What one word has at most, or a little more.
constexpr std::size_t most_requests = 64;
constexpr std::size_t most_bytes = std::size_t{256} << 10;

} // namespace

void owner_state::take(owner_request& x) {
  ++received_;
  if (phase_ == phase::ending || phase_ == phase::ended)
    return; // who has sent it finds the next owner, and sends it again
  queue_.push_back(std::move(x));
  pump();
}

void owner_state::pump() {
  while (phase_ == phase::open && under_way_ < most_under_way
         && !queue_.empty()) {
    for (std::size_t n = 0;
         n < most_requests && !queue_.empty() && phase_ == phase::open
         && draft_.bytes() < most_bytes;
         ++n) {
      auto next = std::move(queue_.front());
      queue_.pop_front();
      // This node owns the room anew, and has missed that it did not meanwhile:
      // the next owner opens with that token, and what it says is heard.
      if (next.what.token > token_)
        return end();
      apply(next);
    }
    speak();
  }
  if (phase_ == phase::open)
    offer_to_end();
}

void owner_state::apply(owner_request& x) {
  auto& what = x.what;
  request_mark mark{std::move(x.run), what.stream, what.number};
  windows_.acknowledge({mark.run, mark.stream, what.first}, draft_);
  if (what.what == kind::bye) {
    if (windows_.last(mark) != 0)
      drop_run(mark.run);
    return;
  }
  auto place = windows_.find(mark);
  if (place == request_windows::place::strange && what.number == 1
      && what.what != kind::hello && windows_.is_newer(mark)) {
    drop_run(mark.run); // its room has ended, and this is the next one
    windows_.begin(mark, draft_);
    place = request_windows::place::next;
  }
  if (what.what != kind::hello && place == request_windows::place::next)
    return take_next(mark, what);
  if (what.what != kind::hello && place == request_windows::place::repeated)
    return repeat(mark);
  draft_.say_here({mark.run, mark.stream, windows_.last(mark)});
}

void owner_state::repeat(const request_mark& mark) {
  if (auto known = windows_.answer_to(mark))
    return draft_.add(std::move(*known));
  room_note taken{room_note::kind::taken};
  taken.to = mark;
  draft_.add(std::move(taken));
}

void owner_state::take_next(const request_mark& mark, room_request& x) {
  windows_.take(mark, draft_);
  switch (x.what) {
  case kind::join:
    return join(mark, x);
  case kind::leave:
    leave(x.connection);
    return answer(mark, errc::none, {});
  case kind::publish:
    return publish(mark, x);
  default:
    return answer(mark, errc::none, {});
  }
}

void owner_state::join(const request_mark& mark, room_request& x) {
  if (members_.find(x.connection) != nullptr)
    return answer(mark, errc::none, {});
  member who{std::move(x.user), std::move(x.connection), std::move(x.info)};
  review_.begin();
  joining_ = who.connection;
  auto verdict
    = logic_.run([&](room_logic& y) { return y.on_join(who); },
                 {who.info ? std::string_view{*who.info} : std::string_view{}});
  auto after = review_.take_after();
  auto told = std::exchange(told_, {});
  joining_.clear();
  if (!verdict)
    return answer(mark, errc::internal, logic_runner::failed);
  if (verdict->refusal())
    return answer(mark, errc::room_refused, *verdict->refusal());
  members_.add(std::move(who), draft_);
  is_used_ = true;
  answer(mark, errc::none, {});
  for (auto& note : told)
    draft_.add(std::move(note));
  for (auto& data : after)
    publish(std::move(data));
}

void owner_state::leave(const std::string& connection) {
  auto gone = members_.remove(connection, draft_);
  if (!gone)
    return;
  logic_.run([&](room_logic& x) {
    x.on_leave(*gone);
    return true;
  });
}

// Its node may be there all the same; then it hears that it is not known.
void owner_state::lose_run(const std::string& run) {
  if (auto mark = windows_.mark_of(run)) {
    mark->number = 0;
    draft_.say_here(std::move(*mark));
  }
  drop_run(run);
}

void owner_state::drop_run(const std::string& run) {
  for (auto& connection : members_.of_run(run))
    leave(connection);
  windows_.drop(run, draft_);
}

void owner_state::publish(const request_mark& mark, room_request& x) {
  member who;
  if (auto* known = members_.find(x.connection))
    who = *known;
  else if (!x.connection.empty())
    return answer(mark, errc::not_a_member, "only members may publish");
  auto is_chosen = x.is_chosen_id && !x.event_id.empty();
  if (is_chosen && events_.contains(x.event_id)) {
    room_note again{room_note::kind::published, mark};
    again.text = std::move(x.event_id);
    return answer(std::move(again));
  }
  room_message message{std::move(x.data), x.event_id, std::move(x.trace_id)};
  auto verdict = review_.ask(who, message);
  if (verdict.code != errc::none)
    return answer(mark, verdict.code, std::move(verdict.why));
  is_used_ = true; // whatever it has become, the logic may remember it
  // The request of a back end ends soon after, whatever the logic says.
  if (verdict.patience && x.connection.empty())
    verdict.patience = std::min<std::chrono::milliseconds>(
      {*verdict.patience, env_->limits->bus_timeout, decision::usual_patience});
  // What comes again is known, also if it was answered.
  if (!verdict.goes_on()) {
    if (is_chosen)
      events_.add(x.event_id, draft_);
    return put_off(mark, message, std::move(verdict));
  }
  auto e = publisher{*env_}.make_envelope(
    scope::room, name_, std::move(message.data), std::move(message.event_id));
  e.trace_id = std::move(message.trace_id);
  e.traceparent = std::move(x.traceparent);
  if (!who.connection.empty())
    e.from = sender{std::move(who.user), std::move(who.connection)};
  if (say(std::move(e), !x.echo, mark) && is_chosen)
    events_.add(x.event_id, draft_);
  for (auto& data : verdict.after)
    publish(std::move(data));
}

// The message goes to nobody: the logic has answered it, or will.
void owner_state::put_off(const request_mark& mark, room_message& x,
                          message_verdict verdict) {
  auto told = [this, mark](post_result y) {
    if (!is_speaking())
      return;
    if (y.code != errc::none)
      return answer(mark, y.code, std::move(y.why));
    room_note note{room_note::kind::answered, mark};
    note.data = std::move(y.answer);
    answer(std::move(note));
  };
  review_.put_off(asker{post_callback{told}}, verdict, x.ticket,
                  self_->clock().now());
  if (!windows_.answer_to(mark))
    repeat(mark);
  for (auto& data : verdict.after)
    publish(std::move(data));
}

// A message is the answer, too, to the request that it has been.
bool owner_state::say(envelope e, bool skip_sender,
                      const request_mark& answers) {
  auto bytes = std::make_shared<const std::string>(
    encode_packet(e, skip_sender, e.from ? std::string_view{} : env_->run_id,
                  {token_, answers.run, answers.stream, answers.number}));
  auto is_asked = !answers.run.empty();
  if (bytes->size() > env_->limits->message_bytes) {
    if (is_asked)
      answer(answers, errc::message_too_large, "too large with its envelope");
    else
      log::warn("room_message_lost",
                {{"room", name_},
                 {"event_id", e.event_id},
                 {"code", to_string(errc::message_too_large)}},
                "room loses a message of its own");
    return false;
  }
  if (env_->watched->has_room(name_)
      || (e.from && env_->watched->has_user(e.from->user)))
    watch_log::published(envelope_parts{e});
  draft_.add(room_packet{std::move(bytes), history_.is_on()});
  if (is_asked) {
    room_note note{room_note::kind::published, answers};
    note.text = std::move(e.event_id);
    windows_.answer(note, draft_);
  }
  return true;
}

void owner_state::answer(const request_mark& mark, errc code, std::string why) {
  auto what
    = code == errc::none ? room_note::kind::accepted : room_note::kind::refused;
  answer({what, mark, code, std::move(why)});
}

void owner_state::answer(room_note x) {
  windows_.answer(x, draft_);
  draft_.add(std::move(x));
}

void owner_state::publish(std::string data) {
  if (!review_.accepts("publish", data))
    return;
  say(publisher{*env_}.make_envelope(scope::room, name_, std::move(data)),
      false, {});
}

void owner_state::publish_after(std::string data) {
  if (!review_.keep_after(data))
    publish(std::move(data));
}

void owner_state::tell(const member& who, std::string data) {
  if (!review_.accepts("tell", data))
    return;
  room_note note{room_note::kind::told};
  note.text = who.connection;
  note.data = std::move(data);
  // To who is not in yet: behind the answer, or not at all.
  if (!joining_.empty() && note.text == joining_)
    told_.push_back(std::move(note));
  else
    draft_.add(std::move(note));
}

void owner_state::failed(bool give_up) {
  draft_.add({give_up ? room_note::kind::failed : room_note::kind::restarted});
  context_.restart();
  if (!give_up)
    return;
  saved_.forget(draft_); // the next one would fail with it, too
  phase_ = phase::ending;
}

} // namespace atrium
