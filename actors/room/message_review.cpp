#include "atrium/actors/room/message_review.hpp"

#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/text.hpp"

#include <algorithm>

namespace atrium {

using namespace std::chrono_literals;

namespace {

// What other nodes would drop as malformed, or nothing.
std::string_view fault_of(const room_message& x) {
  if (!x.event_id.empty() && !is_event_id(x.event_id))
    return "event_id";
  if (!x.trace_id.empty() && !is_event_id(x.trace_id))
    return "trace_id";
  return is_json_value(x.data) ? "" : "data";
}

// A logic may be patient for ever; no clock reaches so far.
constexpr std::chrono::milliseconds most_patience = 24h;

} // namespace

void message_review::start(environment_ptr env, std::string room) {
  env_ = std::move(env);
  room_ = std::move(room);
}

message_verdict message_review::ask(const member& who, room_message& x) {
  if (!logic_.is_custom())
    return {};
  // Kept to see what the hook changes, and what an exception may quote. Rooms
  // without logic of their own pay for neither.
  x.ticket = answers_.begin();
  auto before = x;
  begin();
  auto verdict = logic_.run(
    [&](room_logic& s) { return s.on_message(who, x); },
    {before.data, who.info ? std::string_view{*who.info} : std::string_view{}});
  auto after = take_after();
  x.ticket = before.ticket;
  if (!verdict)
    return {errc::internal, logic_runner::failed};
  if (verdict->refusal())
    return {errc::room_refused, *verdict->refusal()};
  if (verdict->answer() || verdict->patience())
    return {
      errc::none, {}, verdict->answer(), verdict->patience(), std::move(after)};
  // What the client has sent was checked when it was parsed: only what the hook
  // has changed may be wrong.
  auto fault = x == before ? std::string_view{} : fault_of(x);
  if (fault.empty())
    return {errc::none, {}, {}, {}, std::move(after)};
  reject("on_message", fault);
  return {errc::internal, "the room's logic made an invalid message"};
}

void message_review::put_off(asker who, message_verdict& verdict,
                             answer_ticket ticket,
                             room_answers::time_point now) {
  if (verdict.answer)
    return answers_.answer(std::move(who), std::move(*verdict.answer));
  auto patience
    = std::clamp<decltype(most_patience)>(*verdict.patience, 0h, most_patience);
  answers_.wait(ticket, std::move(who), now + patience);
}

bool message_review::keep_after(std::string& data) {
  if (is_asking_)
    after_.push_back(std::move(data));
  return is_asking_;
}

bool message_review::accepts(std::string_view where, const std::string& data) {
  if (is_json_value(data))
    return true;
  reject(where, "data");
  return false;
}

// The words themselves are not logged: they may be those of a member.
void message_review::reject(std::string_view where, std::string_view field) {
  ++env_->room_counts->invalid_words;
  log::error("room_words_invalid",
             {{"room", room_}, {"where", where}, {"field", field}},
             "room drops what its logic made: not JSON in UTF-8");
}

} // namespace atrium
