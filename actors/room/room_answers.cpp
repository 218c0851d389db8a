#include "atrium/actors/room/room_answers.hpp"

#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

#include <utility>

namespace atrium {

void asker::answer(std::string data) && {
  if (auto* client = std::get_if<client_of>(&who_)) {
    client->what.answer = std::move(data);
    caf::anon_send(client->to, std::move(client->what));
  } else {
    std::get<post_callback>(who_).answer(std::move(data));
  }
}

void asker::fail(errc code, std::string why) && {
  if (auto* client = std::get_if<client_of>(&who_)) {
    client->what.code = code;
    client->what.message = std::move(why);
    caf::anon_send(client->to, std::move(client->what));
  } else {
    std::get<post_callback>(who_).refuse(code, std::move(why));
  }
}

actor_number asker::connection() const {
  auto* client = std::get_if<client_of>(&who_);
  return client != nullptr ? client->to->id() : 0;
}

member asker::who() const {
  auto* client = std::get_if<client_of>(&who_);
  return client != nullptr ? client->who : member{};
}

void room_answers::start(environment_ptr env, std::string room, bool watched,
                         std::function<void(time_point)> wake) {
  env_ = std::move(env);
  room_ = std::move(room);
  watched_ = watched;
  wake_ = std::move(wake);
}

answer_ticket room_answers::begin() {
  early_.reset();
  return {++last_};
}

void room_answers::wait(answer_ticket x, asker who, time_point deadline) {
  // The hook may have answered before it has returned.
  auto early = std::exchange(early_, std::nullopt);
  due_.emplace(deadline, x.number);
  askers_.emplace(who.connection(), x.number);
  waiting_.emplace(x.number, entry{std::move(who), deadline});
  if (early)
    give(x, std::move(*early));
  else
    wake_(deadline);
}

void room_answers::reply(answer_ticket to, std::string data) {
  give(to, check(std::move(data)));
}

void room_answers::refuse(answer_ticket to, std::string_view reason) {
  give(to, {errc::room_refused, *decision::refuse(reason).refusal()});
}

void room_answers::answer(asker who, std::string data) {
  auto x = check(std::move(data));
  finish(std::move(who), std::move(x));
}

void room_answers::finish(asker who, verdict x) {
  if (x.code != errc::none)
    return fail(std::move(who), x.code, std::move(x.text));
  ++env_->room_counts->answers;
  if (watched_)
    watch_log::answered(room_, who.who());
  std::move(who).answer(std::move(x.text));
}

void room_answers::fail(asker who, errc code, std::string why) {
  if (watched_)
    watch_log::refused(room_, who.who(), code);
  std::move(who).fail(code, std::move(why));
}

void room_answers::give(answer_ticket to, verdict x) {
  if (auto who = take(to.number))
    finish(std::move(*who), std::move(x));
  else if (to.number == last_ && !early_)
    early_ = std::move(x);
}

std::optional<asker> room_answers::take(std::uint64_t ticket) {
  auto found = waiting_.extract(ticket);
  if (found.empty())
    return std::nullopt;
  auto& [who, deadline] = found.mapped();
  due_.erase({deadline, ticket});
  askers_.erase({who.connection(), ticket});
  return std::move(who);
}

auto room_answers::check(std::string data) -> verdict {
  if (!is_json_value(data)) {
    ++env_->room_counts->invalid_words;
    log::error("room_words_invalid",
               {{"room", room_}, {"where", "answer"}, {"field", "data"}},
               "room drops what its logic made: not JSON in UTF-8");
    return {errc::internal, "the room's logic made an invalid answer"};
  }
  // A reply has less around it than a message.
  if (data.size() + envelope_overhead > env_->limits->message_bytes) {
    log::warn("room_answer_lost",
              {{"room", room_}, {"code", to_string(errc::message_too_large)}},
              "room loses an answer of its logic");
    return {errc::message_too_large, "the room's answer is too large"};
  }
  return {errc::none, std::move(data)};
}

void room_answers::expire(time_point now) {
  while (!due_.empty() && due_.begin()->first <= now)
    fail(*take(due_.begin()->second), errc::timeout,
         "the room has not answered in time");
}

auto room_answers::earliest() const -> std::optional<time_point> {
  return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

bool room_answers::waits(actor_number connection) const {
  auto i = askers_.lower_bound({connection, 0});
  return i != askers_.end() && i->first == connection;
}

void room_answers::forget(actor_number connection) {
  while (waits(connection))
    take(askers_.lower_bound({connection, 0})->second);
}

void room_answers::fail_all(errc code, const std::string& why) {
  while (!waiting_.empty())
    fail(*take(waiting_.begin()->first), code, why);
}

} // namespace atrium
