#include "atrium/actors/room/room_publisher.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/bus.hpp"
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

void report_loss(const std::string& room, const std::string& event_id,
                 errc code) {
  log::warn("room_message_lost",
            {{"room", room}, {"event_id", event_id}, {"code", to_string(code)}},
            "room loses a message of its own");
}

} // namespace

void room_publisher::start(room_actor::pointer self, environment_ptr env,
                           placement at, std::string name, bool watched) {
  self_ = self;
  env_ = std::move(env);
  placement_ = at;
  name_ = std::move(name);
  watched_ = watched;
  history_ = env_->limits->history.find(name_);
}

auto room_publisher::ask_logic(const member& who, room_message& x) -> review {
  if (!logic_.is_custom())
    return {};
  // Kept to see what the hook changes, and what an exception may quote. Rooms
  // without logic of their own pay for neither.
  x.ticket = answers_.begin();
  auto before = x;
  is_asking_ = true;
  auto verdict = logic_.run(
    [&](room_logic& s) { return s.on_message(who, x); },
    {before.data, who.info ? std::string_view{*who.info} : std::string_view{}});
  is_asking_ = false;
  auto after = std::exchange(after_, {});
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
  reject_words("on_message", fault);
  return {errc::internal, "the room's logic made an invalid message"};
}

// The message goes to nobody: the logic has answered it, or will.
void room_publisher::put_off(asker who, review verdict, answer_ticket ticket) {
  if (verdict.answer)
    answers_.answer(std::move(who), std::move(*verdict.answer));
  else
    answers_.wait(ticket, std::move(who),
                  self_->clock().now()
                    + std::clamp<decltype(most_patience)>(*verdict.patience, 0h,
                                                          most_patience));
  for (auto& x : verdict.after)
    publish(std::move(x));
}

void room_publisher::publish_from(publish_in_room& x) {
  auto& request = x.request;
  outcome what{{accepted::kind::published, std::move(request.id), {}, {}}};
  what.number = x.number;
  auto i = members_.find(x.from->id());
  auto who = i == members_.end() ? member{} : i->second.who;
  auto refuse = [&](errc code, std::string why) {
    if (watched_)
      watch_log::refused(name_, who, code);
    what.what.target = name_;
    what.code = code;
    what.message = std::move(why);
    self_->send(x.from, std::move(what));
  };
  if (i == members_.end())
    return refuse(errc::not_a_member, "only members may publish");
  auto watched = watched_ || i->second.watched;
  room_message message{std::move(request.data), std::move(request.event_id),
                       std::move(request.trace_id)};
  auto verdict = ask_logic(who, message);
  if (verdict.code != errc::none)
    return refuse(verdict.code, std::move(verdict.why));
  if (!verdict.goes_on()) {
    what.what.target = name_;
    return put_off({x.from, std::move(what), std::move(who)},
                   std::move(verdict), message.ticket);
  }
  auto is_chosen_id = !message.event_id.empty();
  auto e = make_envelope(std::move(message), std::move(request.traceparent));
  e.from = sender{std::move(who.user), std::move(who.connection)};
  if (publisher{*env_, placement_}.publish_for(
        x.from, std::move(what), std::move(e),
        {!request.echo, watched, is_chosen_id, history_}))
    ++published_;
  for (auto& y : verdict.after)
    publish(std::move(y));
}

void room_publisher::post(post_in_room& x) {
  auto verdict = ask_logic({}, x.what);
  if (verdict.code != errc::none) {
    if (watched_)
      watch_log::refused(name_, {}, verdict.code);
    return x.done.refuse(verdict.code, std::move(verdict.why));
  }
  // The request of the back end ends soon after, whatever the logic says.
  if (verdict.patience)
    verdict.patience = std::min<std::chrono::milliseconds>(
      {*verdict.patience, env_->limits->bus_timeout, decision::usual_patience});
  if (!verdict.goes_on())
    return put_off(asker{std::move(x.done)}, std::move(verdict), x.what.ticket);
  auto e = make_envelope(std::move(x.what), std::move(x.traceparent));
  ++published_;
  publisher{*env_, placement_}.publish(
    e, {false, watched_, x.is_chosen_id, history_},
    [done = std::move(x.done), id = e.event_id](publish_receipt receipt) {
      done.tell(std::move(receipt), id);
    });
  for (auto& y : verdict.after)
    publish(std::move(y));
}

envelope room_publisher::make_envelope(room_message x,
                                       std::string traceparent) const {
  auto result = publisher{*env_}.make_envelope(
    scope::room, name_, std::move(x.data), std::move(x.event_id));
  result.trace_id = std::move(x.trace_id);
  result.traceparent = std::move(traceparent);
  return result;
}

void room_publisher::publish(std::string data) {
  if (!is_json_value(data))
    return reject_words("publish", "data");
  publisher out{*env_, placement_};
  auto e = out.make_envelope(scope::room, name_, std::move(data));
  // Nobody has asked for this message, so nobody waits for the receipt: a loss
  // is a line in the log.
  out.publish(e, {false, watched_, false, history_},
              [name = name_, id = e.event_id](const publish_receipt& x) {
                if (x.error != errc::none)
                  report_loss(name, id, x.error);
              });
}

void room_publisher::publish_after(std::string data) {
  if (is_asking_)
    after_.push_back(std::move(data));
  else
    publish(std::move(data));
}

void room_publisher::tell(const member& who, std::string data) {
  if (!is_json_value(data))
    return reject_words("tell", "data");
  auto number = connection_number(*env_, who.connection);
  auto content = std::make_shared<const publication>(
    publisher{*env_}.make_envelope(scope::room, name_, std::move(data)));
  auto& about = content->about();
  // The publisher bounds what goes to the bus; this message does not go there.
  if (content->size() > env_->limits->message_bytes)
    return report_loss(name_, about.event_id, errc::message_too_large);
  tell_member message{
    number, content, {about.time, message_source::place::here}};
  // Asked about a newcomer, whom the lane does not have yet: `admit` sends this
  // behind `joined`.
  if (number == joining_ && number != 0) {
    held_.push_back(std::move(message));
    return;
  }
  auto i = members_.find(number);
  // The number is 0 for a member of another node, and finds nobody here.
  if (i != members_.end())
    members_.send(i->second.lane, message);
}

auto room_publisher::release() -> held_words {
  joining_ = 0;
  is_asking_ = false;
  return {std::exchange(held_, {}), std::exchange(after_, {})};
}

// The words themselves are not logged: they may be those of a member.
void room_publisher::reject_words(std::string_view where,
                                  std::string_view field) {
  ++env_->room_counts->invalid_words;
  log::error("room_words_invalid",
             {{"room", name_}, {"where", where}, {"field", field}},
             "room drops what its logic made: not JSON in UTF-8");
}

} // namespace atrium
