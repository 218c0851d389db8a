#include "atrium/net/cli/bench/presence.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

#include <algorithm>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 15s; // for the number of members to be right
constexpr auto ask_pause = 100ms;

// So many members come and go, also in the smallest room to compare with: more
// of them would change what a node tells Redis at a time.
constexpr std::size_t most_travellers = 5;

} // namespace

presence::presence(const bench_options& from)
  : crowd(from),
    travellers_(std::min(from.connections / 2, most_travellers)),
    asked_(from.connections),
    latest_(from.connections) {
  // nop
}

std::string presence::run(report& out) {
  if (swarm_.speaks().who_is_in("room").empty())
    return "the server cannot do presence";
  if (auto error = gather(); !error.empty())
    return error;
  if (!ask(swarm_.size()))
    return trouble().empty() ? "the server does not know who is in the room"
                             : trouble();
  moving_ = true;
  for (std::size_t i = 0; i < swarm_.size(); ++i)
    if (travels(swarm_.at(i)))
      leave(swarm_.at(i));
  work(steady::now() + std::max(options_.warmup, 100ms));
  if (changes_ == 0 && !is_interrupted())
    return trouble().empty() ? "the server does not answer" : trouble();
  times_.clear();
  auto from = now();
  work(from.time + options_.duration);
  auto to = now();
  settle();
  add_figures(out, from, to);
  disperse();
  return {};
}

presence::tally presence::now() const {
  return {steady::now(),
          usage_of(options_.pids),
          usage_of(options_.redis_pids),
          own_usage(),
          changes_,
          heard_,
          events_};
}

// The first client is not one of them.
bool presence::travels(const client& who) const {
  return who.index >= swarm_.size() - travellers_;
}

// Asks who is in the room until there are so many. Returns whether that is so
// in the end.
bool presence::ask(std::uint64_t wanted) {
  auto question = swarm_.speaks().who_is_in(layout_.room_name(0));
  auto deadline = steady::now() + patience;
  auto is_over = [&] {
    return is_interrupted() || !trouble().empty() || steady::now() > deadline;
  };
  for (present_.reset(); present_ != wanted && !is_over();) {
    present_.reset();
    swarm_.send_text(swarm_.at(0), question);
    auto pause = steady::now() + ask_pause;
    while ((!present_ || *present_ != wanted) && steady::now() < pause)
      swarm_.turn(pause);
    while (!present_ && !is_over())
      swarm_.turn(deadline);
  }
  return present_ == wanted;
}

// -- changes ------------------------------------------------------------------

void presence::leave(client& who) {
  asked_[who.index] = steady::now();
  auto room = layout_.room_name(layout_.room_of(who.index));
  swarm_.send_text(who, swarm_.speaks().leave(room));
}

void presence::change(client& who) {
  ++changes_;
  times_.record(
    static_cast<std::uint64_t>((steady::now() - asked_[who.index]) / 1ns));
}

void presence::left(client& who) {
  change(who);
  ++away_;
  asked_[who.index] = steady::now();
  auto room = layout_.room_name(layout_.room_of(who.index));
  swarm_.send_text(who, swarm_.speaks().join(room, {}));
}

void presence::joined(client& who, std::string_view text) {
  if (!who.settled)
    return crowd::joined(who, text);
  change(who);
  --away_;
  if (moving_)
    leave(who);
}

// Until everybody is back and the server says so.
void presence::settle() {
  moving_ = false;
  auto deadline = steady::now() + patience;
  // Who has asked to leave is still in.
  work(steady::now() + ask_pause);
  while (away_ > 0 && !is_interrupted() && steady::now() < deadline)
    swarm_.turn(deadline);
  ask(swarm_.size());
}

// -- what the server tells ----------------------------------------------------

void presence::told(client& who, std::string_view text) {
  if (auto number = swarm_.speaks().present_in(text)) {
    present_ = number;
    return;
  }
  ++events_;
  if (who.index == 0)
    hear(text);
}

// Nobody comes twice without having left, and nobody leaves twice.
void presence::hear(std::string_view text) {
  ++heard_;
  auto [what, user] = swarm_.speaks().change_in(text);
  auto index = number_at(part_after(user, "-u", ' '));
  if (what.empty() || index >= latest_.size()
      || user != layout_.user_name(index)
      || what.front() == std::exchange(latest_[index], what.front()))
    ++wrong_;
}

std::string presence::progress() {
  auto recent = changes_ - std::exchange(shown_changes_, changes_);
  return std::to_string(recent) + " changes/s";
}

void presence::add_figures(report& out, const tally& from, const tally& to) {
  auto seconds = seconds_of(to.time - from.time);
  auto changes = static_cast<double>(to.changes - from.changes);
  auto ms_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e6; };
  out.add("members", "members", swarm_.size());
  out.add("seconds", "measured", seconds, "s", 3);
  out.add("changes_per_second", "changes", changes / seconds, "/s", 0);
  out.add("change_p50_ms", "change p50", ms_at(0.5), "ms", 2);
  out.add("change_p99_ms", "change p99", ms_at(0.99), "ms", 2);
  out.add("events_per_change", "events to a member per change",
          static_cast<double>(to.heard - from.heard) / changes, "", 2);
  out.add("events", "events to all members", to.events - from.events);
  out.add("events_wrong", "events that change nothing", wrong_);
  out.add("present", "members by the server, at the end", present_.value_or(0));
  add_cpu(out, since(from.server, to.server), since(from.own, to.own), seconds,
          changes, "change");
  if (!options_.redis_pids.empty())
    out.add("redis_cpu_us_per_change", "Redis CPU per change",
            seconds_of(to.redis.cpu - from.redis.cpu) * 1e6 / changes, "us", 3);
  add_memory(out);
  add_trouble(out);
  if (wrong_ > 0 || present_ != swarm_.size()
      || (events_ > 0) != options_.events)
    out.fail();
}

} // namespace atrium::bench
