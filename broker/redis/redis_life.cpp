#include "atrium/broker/redis/redis_life.hpp"

#include "atrium/broker/redis/redis_dialog.hpp"
#include "atrium/broker/redis/redis_setup.hpp"

namespace atrium {

namespace {

// Who cannot even try to write, or is held up for a while, is not refused.
bool tells_of_writes(resp_reply reply) noexcept {
  auto& text = reply.front().text;
  return text.starts_with("NOREPLICAS") || is_demotion(text);
}

} // namespace

void redis_life::reset(steady now) noexcept {
  is_due_ = false;
  missing_ = 0;
  is_silent_ = false;
  proven_ = now;
}

// The write changes nothing, but is refused whenever one that does would be.
void redis_life::ask(std::string& out, steady now) {
  is_due_ = false;
  asked_at_ = now;
  missing_ = 1;
  // In RESP2 a subscribed connection accepts no ROLE.
  if (how_ != link_purpose::commands)
    return append_command(out, {"PING"});
  append_command(out, {"ROLE"});
  if (!writes())
    return;
  append_command(out, {"HDEL", write_key_, "-"});
  ++missing_;
}

auto redis_life::on_reply(resp_reply reply) -> finding {
  finding result;
  // Only on the link for commands: a subscribed connection answers PING by an
  // array, ["pong", ""], which would read as the role "pong".
  if (auto role = role_but_master(reply);
      how_ == link_purpose::commands && !role.empty())
    result.demotion = std::string{no_master} + std::string{role};
  if (is_error(reply) && tells_of_writes(reply))
    (is_demotion(reply.front().text) ? result.demotion : result.write_error)
      = loggable(reply.front().text);
  result.is_whole = --missing_ == 0;
  if (result.is_whole)
    // Not the time of the answer: a message that was published in between may
    // be lost.
    proven_ = asked_at_;
  return result;
}

void redis_life::expect(steady now) noexcept {
  // The time counts from the first question: further ones do not prolong it.
  if (is_silent_)
    return;
  is_silent_ = true;
  expected_at_ = now;
}

} // namespace atrium
