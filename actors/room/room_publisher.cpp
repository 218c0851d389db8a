#include "atrium/actors/room/room_publisher.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/random_id.hpp"

#include <algorithm>

namespace atrium {

namespace {

void report_loss(const std::string& room, const std::string& event_id,
                 errc code) {
  log::warn("room_message_lost",
            {{"room", room}, {"event_id", event_id}, {"code", to_string(code)}},
            "room loses a message of its own");
}

outcome outcome_of(publish_in_room& x, const std::string& room) {
  outcome result{
    {accepted::kind::published, std::move(x.request.id), room, {}}};
  result.number = x.number;
  return result;
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
  review_.start(env_, name_);
}

void room_publisher::publish_all(std::vector<std::string> what) {
  for (auto& x : what)
    publish(std::move(x));
}

// The message goes to nobody: the logic has answered it, or will.
void room_publisher::put_off(asker who, message_verdict verdict,
                             answer_ticket ticket) {
  review_.put_off(std::move(who), verdict, ticket, self_->clock().now());
  publish_all(std::move(verdict.after));
}

void room_publisher::publish_from(publish_in_room& x) {
  auto i = members_.find(x.from->id());
  if (i == members_.end())
    return refuse(x, {}, errc::not_a_member, "only members may publish");
  auto& [number, by] = *i;
  auto watched = watched_ || by.watched;
  if (!review_.is_needed())
    return hand_over(x, by.who, watched);
  auto who = by.who; // while it is asked, the member may go
  auto& request = x.request;
  room_message message{std::move(request.data), std::move(request.event_id),
                       std::move(request.trace_id)};
  auto verdict = review_.ask(who, message);
  if (verdict.code != errc::none)
    return refuse(x, who, verdict.code, std::move(verdict.why));
  if (!verdict.goes_on())
    return put_off({x.from, outcome_of(x, name_), std::move(who)},
                   std::move(verdict), message.ticket);
  request.data = std::move(message.data);
  request.event_id = std::move(message.event_id);
  request.trace_id = std::move(message.trace_id);
  hand_over(x, who, watched);
  publish_all(std::move(verdict.after));
}

void room_publisher::refuse(publish_in_room& x, const member& who, errc code,
                            std::string why) {
  if (watched_)
    watch_log::refused(name_, who, code);
  auto what = outcome_of(x, name_);
  what.code = code;
  what.message = std::move(why);
  self_->send(x.from, std::move(what));
}

// Most of what a node does when somebody publishes: what is encoded stays where
// it is, and the strings of the receipt are moved once.
void room_publisher::hand_over(publish_in_room& x, const member& who,
                               bool watched) {
  auto& request = x.request;
  auto receipt
    = std::make_shared<client_receipt>(std::move(x.from), outcome_of(x, name_));
  auto& told = receipt->what();
  auto now = env_->now();
  auto is_chosen_id = !request.event_id.empty();
  told.what.event_id
    = is_chosen_id ? std::move(request.event_id) : make_ulid(now);
  receipt->trace_id = request.trace_id;
  receipt->watched = watched;
  envelope_parts parts;
  parts.event_id = told.what.event_id;
  parts.target = name_;
  auto& from = parts.from.emplace();
  from.user = who.user;
  from.connection = who.connection;
  parts.time = now;
  parts.trace_id = request.trace_id;
  parts.traceparent = request.traceparent;
  parts.data = request.data;
  if (publisher{*env_, placement_}.publish_for(
        std::move(receipt), parts,
        {!request.echo, watched, is_chosen_id, history_}))
    ++published_;
}

void room_publisher::post(post_in_room& x) {
  auto verdict = review_.ask({}, x.what);
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
  publish_all(std::move(verdict.after));
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
  if (!review_.accepts("publish", data))
    return;
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
  if (!review_.keep_after(data))
    publish(std::move(data));
}

void room_publisher::tell(const member& who, std::string data) {
  if (!review_.accepts("tell", data))
    return;
  auto number = connection_number(*env_, who.connection);
  auto content = std::make_shared<const publication>(
    publisher{*env_}.make_envelope(scope::room, name_, std::move(data)));
  auto& about = content->about();
  // The publisher bounds what goes to the bus; this message does not go there.
  if (content->size() > env_->limits->message_bytes)
    return report_loss(name_, std::string{about.event_id},
                       errc::message_too_large);
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
  return {std::exchange(held_, {}), review_.take_after()};
}

} // namespace atrium
