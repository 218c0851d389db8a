#include "atrium/broker/redis/lease_queue.hpp"

#include "atrium/broker/redis/lease_user.hpp"
#include "atrium/broker/redis/redis_caller.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// After an answer that was no answer.
constexpr std::chrono::milliseconds longest_pause{1'000};

} // namespace

lease_queue::lease_queue(const redis_terms& terms, channel_names names,
                         std::string run, lease_timing timing)
  : terms_(terms),
    names_(std::move(names)),
    run_(std::move(run)),
    timing_(timing) {
  // nop
}

// -- from the node ------------------------------------------------------------

void lease_queue::add(lease_user& who) {
  users_.push_back(&who);
  if (held_until_)
    who.on_lease(id_);
}

void lease_queue::remove(lease_user& who) {
  std::erase(users_, &who);
}

void lease_queue::on_emptied(const std::string& lease_id,
                             clock::time_point now) {
  if (std::erase(claimed_, lease_id) == 0)
    return;
  emptied_.push_back(lease_id);
  next_ = now; // the next ones may be waiting
}

void lease_queue::leave(clock::time_point now) {
  leaves_ = true;
  next_ = now;
  claimed_.clear();
}

void lease_queue::tick(clock::time_point now) {
  if (held_until_ && now >= *held_until_)
    doubt();
}

lease_queue::clock::time_point lease_queue::due() const {
  auto next = sent_ || has_left_ ? clock::time_point::max() : next_;
  return held_until_ ? std::min(next, *held_until_) : next;
}

void lease_queue::doubt() {
  if (!held_until_)
    return;
  held_until_.reset();
  for (auto* x : users_)
    x->on_doubt();
}

// -- from the link ------------------------------------------------------------

void lease_queue::on_up(clock::time_point now) {
  is_up_ = true;
  next_ = now;
}

// One that has started anew may have lost what stands under the id: its last
// writes, or all.
void lease_queue::look_at_server() {
  auto incarnation = terms_.incarnation(names_.nodes());
  if (incarnation.empty())
    return;
  is_stale_
    = is_stale_
      || (!incarnation_.empty() && !id_.empty() && incarnation != incarnation_);
  incarnation_ = incarnation;
}

void lease_queue::on_lost() {
  is_up_ = false;
  sha_.clear();
  sent_.reset();
  give_up_claims();
  doubt();
}

// The next answer gives them again.
void lease_queue::give_up_claims() {
  claimed_.clear();
  emptied_.clear();
  telling_.clear();
}

void lease_queue::on_script(std::string_view sha) {
  sha_ = sha;
}

void lease_queue::compose(std::string& out, std::size_t,
                          clock::time_point now) {
  if (sha_.empty() || sent_ || has_left_ || now < next_)
    return;
  tick(now); // the process may have been stopped until now
  look_at_server();
  telling_ = std::exchange(emptied_, {});
  auto fresh = next_id();
  append_lease_call(out, {sha_, names_, is_stale_ ? std::string_view{} : id_,
                          fresh, leaves_ ? timing_.grace : timing_.lease,
                          timing_.told, leaves_, telling_});
  sent_ = now;
  next_ = now + timing_.lease / 3;
  has_left_ = leaves_;
}

std::string lease_queue::next_id() const {
  return run_ + '.' + std::to_string(last_ + 1);
}

std::string_view lease_queue::on_reply(resp_reply reply,
                                       clock::time_point now) {
  if (!sent_)
    return "an answer to no command";
  auto sent = *std::exchange(sent_, std::nullopt);
  if (is_error(reply)) {
    on_refused(reply, now);
    return {};
  }
  auto answer = read_lease_answer(reply);
  if (!answer)
    return "an answer that no lease has";
  telling_.clear();
  if (has_left_) {
    doubt();
    return {};
  }
  count_claims(answer->claimed);
  claimed_until_ = sent + timing_.lease;
  dead_runs_ = std::make_shared<const std::vector<std::string>>(
    std::move(answer->dead_runs));
  hold(std::move(answer->id));
  // Whoever dies is missed at once, not at the next renewal.
  next_ = std::min(next_, now + answer->next_end + 1ms);
  // One that has come too late says nothing of now.
  if (now < claimed_until_)
    confirm(claimed_until_);
  else
    next_ = now;
  return {};
}

// `NOSCRIPT` and a lost link are cured at once, and others last: a server that
// is full, loads its data or is no master any more. One that cannot be reached
// will not learn that the node has left.
void lease_queue::on_refused(resp_reply reply, clock::time_point now) {
  has_left_ = has_left_ && is_unreachable(reply);
  if (is_lost(reply)) {
    give_up_claims();
    doubt();
  }
  std::ranges::move(std::exchange(telling_, {}), std::back_inserter(emptied_));
  next_ = now;
  if (is_no_script(reply) || is_lost(reply))
    return;
  if (!is_unreachable(reply))
    ++stats_.refused;
  next_ += std::min(timing_.lease / 6, longest_pause);
}

// -- leases -------------------------------------------------------------------

void lease_queue::hold(std::string id) {
  if (id == id_)
    return;
  doubt();
  if (!id_.empty() && !is_stale_)
    ++stats_.lost;
  is_stale_ = false;
  id_ = std::move(id);
  ++last_;
}

void lease_queue::confirm(clock::time_point until) {
  if (std::exchange(held_until_, until))
    return;
  for (auto* x : users_)
    x->on_lease(id_);
}

void lease_queue::count_claims(const std::vector<std::string>& now_claimed) {
  std::vector<std::string> result;
  for (auto& id : now_claimed) {
    if (std::ranges::find(emptied_, id) != emptied_.end())
      continue;
    if (std::ranges::find(claimed_, id) == claimed_.end())
      ++stats_.claimed;
    result.push_back(id);
  }
  claimed_ = std::move(result);
}

lease_stats lease_queue::stats() const {
  auto result = stats_;
  result.held = held_until_.has_value();
  return result;
}

} // namespace atrium
