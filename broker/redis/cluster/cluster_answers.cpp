#include "atrium/broker/redis/cluster/bounce.hpp"
#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include <utility>

// What a cluster_pipeline sends, and what it makes of the answers.

namespace atrium {

namespace {

bool calls_script(const cluster_command& x) noexcept {
  std::string_view bytes = x.bytes;
  bytes.remove_prefix(std::min(bytes.find('\n') + 1, bytes.size()));
  return bytes.starts_with("$7\r\nEVALSHA\r\n");
}

resp_reply no_script_reply() noexcept {
  static constexpr resp_node error{
    resp_type::error, 0, "NOSCRIPT it was composed for another server"};
  return {&error, 1};
}

} // namespace

// Scripts are told which server they were composed for (`redis_terms`), or it
// would give out offsets twice that it has lost. So a call that has waited for
// a server to come up, or for another one, is composed anew: its caller hears
// that it had no effect. With ASK the slot is still that of the former one.
cluster_command* cluster_pipeline::next_for(server_lane& x) {
  for (;;) {
    auto* result = slots_.next_for(x);
    if (result == nullptr || result->asked != nullptr || result->life == x.life
        || !calls_script(*result))
      return result;
    slots_.of(*result).on_gone();
    auto& slot = slots_.of(*result);
    in_call guard{*this};
    callers_.settle(*result, no_script_reply());
    slots_.update(slot);
  }
}

std::string_view cluster_pipeline::on_answer(server_lane& x,
                                             cluster_command& to,
                                             resp_reply reply) {
  in_call guard{*this};
  auto& slot = slots_.of(to);
  auto wait = is_error(reply) ? bounced(x, to, reply) : std::nullopt;
  if (wait && to.whose->who != nullptr) {
    wait_again(slot, to, *wait);
    return demotion_in(reply);
  }
  if (wait) {
    slot.on_gone();
  } else {
    slots_.on_served(slot, x);
    x.health().on_served();
  }
  resp_node refusal{resp_type::error, 0, x.scripts().refusal(*to.whose)};
  if (is_no_script(reply) && !refusal.text.empty())
    reply = {&refusal, 1};
  auto flaw = callers_.settle(to, reply);
  slots_.update(slot);
  return flaw.empty() ? demotion_in(reply) : flaw;
}

// Who waits for a slot in trouble does not hold up its caller.
void cluster_pipeline::wait_again(slot_queue& slot, cluster_command& x,
                                  clock::duration wait) {
  auto is_first = !slot.trouble();
  slots_.on_bounce(slot, x, wait);
  callers_.excuse(x);
  if (is_first)
    for (auto* y = slot.front(); y != nullptr; y = y->next)
      callers_.excuse(*y);
}

// Returns how long to wait until it is sent again, if the command had no effect
// because of who or how the server is. A name that is not that of the caller's
// script is its own affair.
auto cluster_pipeline::bounced(server_lane& from, cluster_command& x,
                               resp_reply reply)
  -> std::optional<clock::duration> {
  if (is_no_script(reply)) {
    if (x.reloads == 2 || !from.scripts().on_missing(*x.whose))
      return std::nullopt;
    ++x.reloads;
    return clock::duration{};
  }
  auto what = bounce_of(reply);
  if (!what.is_passing)
    return std::nullopt;
  if (what.is_unready)
    from.health().on_unready(now_());
  if (what.is_misplaced)
    links_.ask_topology();
  auto to = read_redirect(reply);
  return to && follow(*to, from, x) ? clock::duration{} : pause;
}

// Returns whether it makes sense to go there at once: servers that send it to
// and fro have yet to agree.
bool cluster_pipeline::follow(const redirect& to, server_lane& from,
                              cluster_command& x) {
  auto host = to.host.empty() ? from.server().host : to.host;
  auto& lane = lane_of(server_at(host, to.port));
  if (to.asks)
    x.asked = &lane;
  else
    slots_.move(slots_.of(x), lane);
  is_moved_ = is_moved_ || !to.asks;
  return &lane != &from && ++x.bounces <= 2;
}

} // namespace atrium
