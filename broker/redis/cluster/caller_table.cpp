#include "atrium/broker/redis/cluster/caller_table.hpp"

#include "atrium/broker/redis/cluster/command_reader.hpp"
#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace atrium {

resp_reply lost_reply() noexcept {
  static constexpr resp_node node{
    resp_type::error, 0,
    "LOST the link to the server; the command may have taken effect"};
  return {&node, 1};
}

resp_reply unreachable_reply() noexcept {
  static constexpr resp_node node{
    resp_type::error, 0,
    "UNREACHABLE no server takes commands of this slot; it had no effect"};
  return {&node, 1};
}

auto caller_table::add(redis_caller& who, const redis_caller::profile& what)
  -> record_ptr {
  callers_.push_back(
    std::make_shared<caller_record>(caller_record{&who, what, {}, 0, {}, {}}));
  return callers_.back();
}

auto caller_table::remove(redis_caller& who) -> record_ptr {
  auto i = std::ranges::find(callers_, &who, &caller_record::who);
  if (i == callers_.end())
    return nullptr;
  (*i)->who = nullptr;
  return *i;
}

// -- commands -----------------------------------------------------------------

void caller_table::gather(const std::function<void(cluster_command&)>& route) {
  std::erase_if(
    callers_, [](auto& x) { return x->who == nullptr && x->commands.empty(); });
  for (auto& x : callers_)
    if (x->who != nullptr && x->in_window < window)
      gather(*x, route);
}

// All are in the table before the first of them is routed.
void caller_table::gather(caller_record& whose,
                          const std::function<void(cluster_command&)>& route) {
  auto before = whose.commands.size();
  assert(whose.who->unanswered() == before);
  composed_.clear();
  whose.who->compose(composed_, share);
  auto first_without = before; // a key
  for (std::string_view rest = composed_; !rest.empty();) {
    auto x = read_command(rest);
    assert(x.size > 0);
    auto slot = key_slot(x.key);
    whose.commands.push_back(std::make_unique<cluster_command>(
      whose, ++last_serial_, slot, rest.substr(0, x.size)));
    whose.in_window += x.size;
    ++unanswered_;
    rest.remove_prefix(x.size);
    if (!x.has_key)
      continue;
    for (; first_without < whose.commands.size(); ++first_without)
      whose.commands[first_without]->slot = slot;
  }
  assert(whose.who->unanswered() == whose.commands.size());
  for (auto i = before; i < whose.commands.size(); ++i)
    route(*whose.commands[i]);
}

void caller_table::excuse(cluster_command& x) {
  if (std::exchange(x.is_excused, true))
    return;
  x.whose->in_window -= x.bytes.size();
  excused_ += x.bytes.size();
  if (x.whose->who != nullptr)
    x.whose->who->on_excused(place_of(x));
}

std::size_t caller_table::place_of(const cluster_command& x) {
  auto& all = x.whose->commands;
  auto i = std::ranges::lower_bound(all, x.serial, {},
                                    [](auto& y) { return y->serial; });
  return static_cast<std::size_t>(i - all.begin());
}

// -- answers ------------------------------------------------------------------

std::string_view caller_table::settle(cluster_command& x, resp_reply reply) {
  auto& whose = *x.whose;
  auto& all = whose.commands;
  auto which = place_of(x);
  if (whose.who == nullptr) {
    take(whose, which);
    drop_early(whose);
    return {};
  }
  if (whose.what.any_order)
    return hand_over(whose, which, reply);
  if (which > 0) {
    x.early.emplace(reply);
    return {};
  }
  auto flaw = hand_over(whose, 0, reply);
  // An early answer came over a link that may be another: what is wrong with it
  // is no reason to drop this one.
  while (!all.empty() && all.front()->early)
    if (auto other = hand_over(whose, 0, all.front()->early->get());
        !other.empty())
      report(whose, other);
  return flaw;
}

// A caller to which an answer makes no sense keeps the command until the link
// is lost, as it will be.
std::string_view caller_table::hand_over(caller_record& whose,
                                         std::size_t which, resp_reply reply) {
  auto done = take(whose, which); // may have the reply
  whose.answered = true;
  if (is_error(reply) && !is_lost(reply) && !is_unreachable(reply)
      && !is_no_script(reply))
    report(whose, loggable(reply.front().text));
  auto flaw = whose.who->on_reply_to(which, reply);
  if (!flaw.empty() && whose.who->unanswered() > whose.commands.size())
    whose.who->on_reply_to(which, lost_reply());
  return flaw;
}

// What waits for its turn waits for nobody.
void caller_table::drop_early(caller_record& whose) {
  for (auto i = whose.commands.size(); i-- > 0;)
    if (whose.commands[i]->early)
      take(whose, i);
}

std::unique_ptr<cluster_command> caller_table::take(caller_record& whose,
                                                    std::size_t which) {
  auto i = whose.commands.begin() + static_cast<std::ptrdiff_t>(which);
  auto result = std::move(*i);
  whose.commands.erase(i);
  (result->is_excused ? excused_ : whose.in_window) -= result->bytes.size();
  --unanswered_;
  return result;
}

void caller_table::report(caller_record& whose, std::string_view error) {
  if (error == whose.last_error)
    return;
  whose.last_error = error;
  log_to(log_, log::level::warn, whose.what.refused,
         {{"error", whose.last_error}}, whose.what.refused_text);
}

// -- all callers --------------------------------------------------------------

void caller_table::on_up() {
  for (auto& x : callers_) {
    x->last_error.clear(); // a new connection logs errors anew
    if (x->who != nullptr)
      x->who->on_up();
  }
}

// Once for each read, not for each answer: callers lock a mutex here to publish
// their counters.
void caller_table::on_read_end() {
  for (auto& x : callers_)
    if (std::exchange(x->answered, false) && x->who != nullptr)
      x->who->on_read_end();
}

} // namespace atrium
