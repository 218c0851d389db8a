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
  auto found = waiting_.extract(to.number);
  if (!found.empty()) {
    finish(std::move(found.mapped().who), std::move(x));
  } else if (to.number == last_ && !early_) {
    early_ = std::move(x);
  }
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
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    auto at = i++;
    if (at->second.deadline > now)
      continue;
    auto late = waiting_.extract(at);
    fail(std::move(late.mapped().who), errc::timeout,
         "the room has not answered in time");
  }
}

auto room_answers::earliest() const -> std::optional<time_point> {
  std::optional<time_point> result;
  for (auto& [number, x] : waiting_)
    if (!result || x.deadline < *result)
      result = x.deadline;
  return result;
}

void room_answers::forget(actor_number connection) {
  std::erase_if(waiting_, [connection](auto& x) {
    return x.second.who.connection() == connection;
  });
}

void room_answers::fail_all(errc code, const std::string& why) {
  for (auto& [number, x] : std::exchange(waiting_, {}))
    fail(std::move(x.who), code, why);
}

} // namespace atrium
