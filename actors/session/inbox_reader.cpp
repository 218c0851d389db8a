#include "atrium/actors/session/inbox_reader.hpp"

#include "atrium/actors/delivery/lane_followers.hpp"
#include "atrium/actors/delivery/packet_decoding.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/lane_meter.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

constexpr std::chrono::milliseconds first_pause{250}; // after an error
constexpr std::chrono::milliseconds look_again{20};   // at what waits

// One message may fill an outbox, but a page of several must not.
std::size_t page_bytes(const environment& env) {
  return std::min(inbox_query{}.max_bytes, env.limits->message_bytes / 4);
}

} // namespace

inbox_reader::inbox_reader(connection_actor::pointer self,
                           const connection_setup& setup, std::string device)
  : self_(self),
    setup_(setup),
    device_(std::move(device)),
    pauses_(first_pause, longest_pause) {
  // nop
}

void inbox_reader::miss() {
  cursor_.miss();
  go_on();
}

void inbox_reader::take(const push_frame& x) {
  auto& what = *x.content;
  // Read later, when the client has taken what waits: what is kept is no reason
  // to close a client that is slow.
  if (is_slow(what.size()))
    cursor_.miss();
  else if (cursor_.offer(what.inbox_id(), what.inbox_previous()))
    deliver(what, x.from);
  go_on();
}

void inbox_reader::take(const inbox_page& x) {
  for (auto& one : x.messages)
    if (cursor_.pass(one.id))
      pass(one);
  cursor_.finish(x);
  if (x.error == errc::none) {
    pauses_.reset();
    return go_on();
  }
  auto pause = pauses_.next();
  log::debug("inbox_unread",
             {{"user", setup_.who.user},
              {"device", device_},
              {"code", to_string(x.error)},
              {"after_ms", pause.count()}},
             "connection cannot read its inbox");
  postpone(pause);
}

void inbox_reader::resume() {
  cursor_.resume();
  go_on();
}

void inbox_reader::go_on() {
  if (is_over_ || !cursor_.is_due())
    return;
  if (setup_.out->queued_bytes() > lane_followers::enough)
    postpone(look_again);
  else
    read();
}

void inbox_reader::read() {
  inbox_query what{setup_.who.user, device_, cursor_.sent()};
  what.max_bytes = page_bytes(*setup_.env);
  cursor_.asked();
  setup_.env->inbox->read(std::move(what),
                          [to = connection_actor{self_}](inbox_page page) {
                            caf::anon_send(to, inbox_read{std::move(page)});
                          });
}

void inbox_reader::postpone(duration pause) {
  cursor_.postpone();
  self_->delayed_send(self_, pause, inbox_due{});
}

void inbox_reader::pass(const inbox_message& x) {
  auto decoded = decode_incoming(x.packet, *setup_.env);
  if (auto* big = std::get_if<too_large>(&decoded))
    return setup_.out->push(gap{scope::user, {}, big->time, big->time});
  auto* message = std::get_if<incoming>(&decoded);
  if (message == nullptr)
    return; // counted
  if (message->watched)
    watch_log::delivered(*message->watched, 1);
  // How long it took tells how long the device was away, not what the node did.
  deliver(*message->content, {message->content->about().time});
}

void inbox_reader::deliver(const publication& x, message_source from) {
  auto content = delivery::to_one(x);
  is_over_ = setup_.out->append(content) == 0;
  if (is_over_)
    return;
  meter().delivered(scope::user, from, 1);
  meter().counters().device_messages.add();
}

bool inbox_reader::is_slow(std::size_t next) const {
  auto waiting = setup_.out->queued_bytes();
  return waiting != 0 && waiting + next > page_bytes(*setup_.env);
}

void inbox_reader::acknowledge(ack_request& x) {
  setup_.env->inbox->acknowledge(
    setup_.who.user, device_, std::move(x.inbox_id),
    [to = connection_actor{self_}, id = std::move(x.id)](errc code) {
      caf::anon_send(to, acknowledged{id, code});
    });
}

lane_meter& inbox_reader::meter() const {
  return *setup_.env->lanes[setup_.lane].meter;
}

caf::error inspect(json_inspector& f, inbox_reader& x) {
  return f(named("device"), x.device_, named("catching_up"),
           x.cursor_.is_behind(), named("sent"), x.cursor_.sent());
}

} // namespace atrium
