#include "atrium/broker/redis/redis_pipeline.hpp"

#include <utility>

namespace atrium {

redis_pipeline::redis_pipeline(bus_log log, demotion_handler on_demoted,
                               std::function<void()> on_proven)
  : log_(std::move(log)),
    on_demoted_(std::move(on_demoted)),
    on_proven_(std::move(on_proven)) {
  // nop
}

void redis_pipeline::add(redis_caller& who, const redis_caller::profile& what) {
  auto state = what.script.empty() ? script::none : script::due;
  callers_.push_back(
    std::make_shared<caller>(caller{&who, what, state, 0, {}, false}));
  if (up_)
    who.on_up();
}

// The answers to what it has said still come and must be counted off.
void redis_pipeline::remove(redis_caller& who) {
  std::erase_if(callers_, [&](auto& x) {
    if (x->who != &who)
      return false;
    x->who = nullptr;
    return true;
  });
}

std::size_t redis_pipeline::in_flight() const noexcept {
  std::size_t result = 0;
  for (auto& x : turns_)
    result += x.bytes;
  return result;
}

// -- up and down --------------------------------------------------------------

// Scripts first: what a caller says when it is told may need its own.
void redis_pipeline::on_up() {
  up_ = true;
  for (auto& x : callers_) {
    x->last_error.clear(); // a new connection logs errors anew
    if (x->state != script::none)
      x->state = script::due;
    x->who->on_up();
  }
}

// Turns end before callers hear of it: they may compute what is in flight anew.
void redis_pipeline::on_down(gap_clock::steady, std::string_view reason) {
  up_ = false;
  turns_.clear();
  for (auto& x : callers_) {
    x->in_flight = 0;
    x->who->on_lost();
  }
  if (is_demotion(reason))
    on_demoted_(reason, nullptr);
}

void redis_pipeline::on_turned_away(const dial_protocol::endpoint& from,
                                    std::string_view reason) {
  on_demoted_(reason, &from);
}

// An operator may have granted meanwhile what was missing.
void redis_pipeline::on_proven() {
  for (auto& x : callers_)
    if (x->state == script::refused)
      x->state = script::due;
  on_proven_();
}

// -- writing ------------------------------------------------------------------

void redis_pipeline::compose(std::string& out) {
  load_scripts(out);
  for (auto& x : callers_)
    if (x->in_flight < window)
      compose(x, out);
}

// Ahead of the commands: whoever knows the script's name from before may call
// it in the same write.
void redis_pipeline::load_scripts(std::string& out) {
  for (auto& x : callers_) {
    if (x->state != script::due)
      continue;
    x->state = script::loading;
    append_command(out, {"SCRIPT", "LOAD", x->what.script});
    turns_.push_back({x, 1, 0, true});
  }
}

void redis_pipeline::compose(const std::shared_ptr<caller>& whose,
                             std::string& out) {
  // A turn ends with its last answer. So the answers that the caller expects
  // are counted, not its commands.
  auto commands = whose->who->unanswered();
  auto bytes = out.size();
  whose->who->compose(out, bytes + share);
  commands = whose->who->unanswered() - commands;
  bytes = out.size() - bytes;
  if (commands == 0)
    return;
  whose->in_flight += bytes;
  turns_.push_back({whose, commands, bytes});
}

// -- reading ------------------------------------------------------------------

std::string_view redis_pipeline::on_reply(resp_reply reply) {
  if (turns_.empty())
    return "an answer to no command";
  auto& current = turns_.front();
  auto* whose = current.whose.get();
  // Copied, since the turn may be removed before its last answer is handed
  // over.
  auto loads = current.loads;
  std::shared_ptr<caller> last; // of who was removed
  if (--current.commands == 0) {
    whose->in_flight -= current.bytes;
    last = std::move(current.whose);
    turns_.pop_front();
  }
  if (whose->who == nullptr)
    return {};
  whose->answered = true;
  if (!loads)
    return on_answer(*whose, reply);
  on_loaded(*whose, reply);
  return demotion_in(reply);
}

void redis_pipeline::on_loaded(caller& whose, resp_reply reply) {
  if (!is_error(reply)) {
    whose.state = script::ready;
    return whose.who->on_script(reply.front().text);
  }
  auto error = loggable(reply.front().text);
  report(whose, error);
  whose.state = script::refused;
  whose.who->on_script_refused(error);
}

// Many commands may learn at once that the script is gone: it is loaded once.
std::string_view redis_pipeline::on_answer(caller& whose, resp_reply reply) {
  if (is_no_script(reply)) {
    if (whose.state == script::ready)
      whose.state = script::due;
  } else if (is_error(reply)) {
    report(whose, loggable(reply.front().text));
  }
  auto flaw = whose.who->on_reply(reply);
  return flaw.empty() ? demotion_in(reply) : flaw;
}

// Once for each read, not for each answer: callers lock a mutex here to publish
// their counters.
void redis_pipeline::on_read_end() {
  for (auto& x : callers_)
    if (std::exchange(x->answered, false))
      x->who->on_read_end();
}

void redis_pipeline::report(caller& whose, std::string_view error) {
  if (error == whose.last_error)
    return;
  whose.last_error = error;
  log_to(log_, log::level::warn, whose.what.refused,
         {{"error", whose.last_error}}, whose.what.refused_text);
}

} // namespace atrium
