#include "atrium/actors/owner/owner_state.hpp"

#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// A token opens once. An owner that gets one that has opened gives it back; if
// that goes on somebody else is at it, too.
constexpr std::size_t most_tries = 3;

// Nodes whose members an owner has found in the state have this long to be seen
// in the registry.
constexpr auto pause_before_check = 5s;

// Shorter, and a bus that is slow would take the state for forgotten.
constexpr std::chrono::seconds least_lifetime = 1min;

} // namespace

void owner_state::start(environment_ptr env, std::string room,
                        owner_table_actor table) {
  env_ = std::move(env);
  name_ = std::move(room);
  table_ = std::move(table);
  history_ = env_->limits->history.find(name_);
  find();
}

// -- ownership ----------------------------------------------------------------

// Whoever has sent a request takes this node for the owner, or for who should
// be; who writes to the bus may say anything.
void owner_state::find() {
  phase_ = phase::finding;
  std::vector<std::string> us;
  if (!env_->homes->is_draining())
    us.push_back(env_->run_id);
  env_->homes->owners().find(name_, std::move(us),
                             [to = owner_actor{self_}](found_owner x) {
                               caf::anon_send(to, owner_found{std::move(x)});
                             });
}

void owner_state::take(const owner_found& x) {
  auto& owner = x.what.owner;
  if (!owner || owner->run != env_->run_id || phase_ != phase::finding)
    return end();
  token_ = owner->token;
  if (env_->homes->is_draining())
    return release();
  phase_ = phase::opening;
  env_->homes->owners().open(name_, token_, lifetime_,
                             [to = owner_actor{self_}](room_opening y) {
                               caf::anon_send(to, owner_opened{std::move(y)});
                             });
}

void owner_state::take(const owner_opened& x) {
  if (phase_ != phase::opening)
    return; // has been released meanwhile
  if (x.what.result == fencing::fenced && ++tries_ < most_tries) {
    env_->homes->owners().release(name_, token_, [](auto) {});
    return find();
  }
  if (x.what.result != fencing::passed)
    return give_up("it cannot be opened");
  phase_ = phase::open;
  ++env_->room_counts->owners_opened;
  log::info("room_owned", {{"room", name_}, {"token", token_}},
            "node owns a room");
  start_logic();
  if (phase_ != phase::open)
    return speak();
  restore(x.what.state);
  if (forgets_)
    return take(hand_over{true});
  speak();
  schedule_tick();
  pump();
}

// A constructor that throws fails again wherever the room goes.
void owner_state::start_logic() {
  auto watched = env_->watched->has_room(name_);
  answers_.start(env_, name_, watched,
                 [this](auto due) { context_.wake_by(due); });
  review_.start(env_, name_);
  context_.start(logic_actor{self_}, env_, name_);
  saved_.start(env_);
  try {
    logic_.start(env_, context_, [this](bool give_up) { failed(give_up); });
  } catch (const std::exception&) { // the log has it
    draft_.add({room_note::kind::failed});
    phase_ = phase::ending;
  }
}

void owner_state::restore(const std::vector<room_field>& state) {
  is_used_ = !state.empty();
  for (auto& x : state) {
    draft_.note(x.name);
    auto known = windows_.restore(x.name, *x.value)
                 || members_.restore(x.name, *x.value)
                 || events_.restore(x.name, *x.value)
                 || saved_.restore(x.name, *x.value);
    if (!known)
      log::debug("room_field_unknown", {{"room", name_}, {"field", x.name}},
                 "room has a field of another version");
  }
  if (saved_.finish_restoring(self_->clock().now()))
    ++env_->room_counts->owners_restored;
  else // if this is the first owner, there is nobody who hears it
    draft_.add({room_note::kind::restarted});
  // Tickets are of the logic's memory, and nobody has those any more.
  for (auto& x : windows_.unanswered())
    answer(x, errc::internal, "the room has moved before it answered");
  for (auto& run : windows_.runs())
    draft_.say_here(*windows_.mark_of(run));
  check_later(pause_before_check);
}

// All that has gathered becomes one word, and the state is saved with it.
void owner_state::speak(bool is_final) {
  if (!is_speaking())
    return;
  auto now = self_->clock().now();
  if (phase_ == phase::open || is_final)
    saved_.save(draft_, now, is_final);
  if (auto due = saved_.due(); due && phase_ == phase::open)
    wake_by(*due);
  auto is_old = renew_at_ && *renew_at_ <= now;
  if (draft_.is_empty() && !is_old)
    return end_if_done();
  if (logic_.is_started())
    lifetime_ = logic_.run([](auto& x) { return x.snapshot_lifetime(); })
                  .value_or(lifetime_);
  auto word = draft_.finish(token_);
  word.number = ++number_;
  word.history = history_;
  word.ttl = forgets_ ? least_lifetime : std::max(lifetime_, least_lifetime);
  // A room that is there keeps its state, whether or not it says something.
  renew_at_ = now + word.ttl / 3;
  wake_by(*renew_at_);
  ++under_way_;
  env_->homes->owners().say(
    name_, token_, std::move(word),
    [to = owner_actor{self_}](fencing x) { caf::anon_send(to, word_said{x}); });
}

void owner_state::take(const word_said& x) {
  --under_way_;
  if (x.result != fencing::passed && is_speaking())
    return give_up(x.result == fencing::fenced ? "another node owns it"
                                               : "the bus does not answer");
  pump();
  end_if_done();
}

void owner_state::take(const hand_over& x) {
  // Of a room that nobody was let into, and that had no state, none is left.
  forgets_ = forgets_ || x.forget || (phase_ == phase::open && !is_used_);
  if (phase_ == phase::opening && !forgets_)
    return release();
  if (phase_ != phase::open)
    return; // it ends, or will see it when it is found or open
  if (forgets_) {
    phase_ = phase::ending;
    draft_.drop_all();
    return speak();
  }
  speak(true);
  phase_ = phase::ending;
  end_if_done();
}

void owner_state::end_if_done() {
  if (phase_ != phase::ending || under_way_ != 0 || !draft_.is_empty())
    return;
  release();
}

void owner_state::release() {
  phase_ = phase::ended;
  env_->homes->owners().release(name_, token_, [to = owner_actor{self_}](auto) {
    caf::anon_send(to, owner_released{});
  });
}

void owner_state::take(const owner_released&) {
  end();
}

// What it has said counts up to some word, and nobody here knows to which.
void owner_state::give_up(const char* why) {
  ++env_->room_counts->owners_given_up;
  log::warn("room_given_up",
            {{"room", name_}, {"token", token_}, {"reason", why}},
            "node owns a room no more");
  env_->homes->owners().release(name_, token_, [](auto) {});
  end();
}

// A hint for those who would ask this owner; not fenced, and may get lost.
void owner_state::end() {
  phase_ = phase::ended;
  self_->quit(caf::exit_reason::user_shutdown);
  if (token_ == 0)
    return; // has never been one
  room_note gone{room_note::kind::gone};
  if (env_->homes->is_draining())
    gone.text = env_->run_id;
  room_notes last{token_, {std::move(gone)}};
  env_->bus->publish(env_->names.room(name_),
                     std::make_shared<const std::string>(encode_notes(last)),
                     [](auto&&) {});
}

} // namespace atrium
