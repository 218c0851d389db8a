#include "atrium/net/cli/bench/crowd.hpp"

#include <algorithm>
#include <cstdio>
#include <random>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 15s; // without any connection getting further

std::string hexadecimal(std::uint16_t value) {
  char text[8];
  std::snprintf(text, sizeof(text), "%04x", unsigned{value});
  return text;
}

// What the names of rooms begin with that the server treats in a special way.
std::string kind_of(const bench_options& from) {
  if (from.what == scenario::presence)
    return from.events ? "present:" : "counted:";
  return from.history ? "kept:" : "";
}

} // namespace

layout::layout(const bench_options& from)
  : servers_(from.urls.size()),
    rooms_(from.rooms.value_or(0)),
    users_(from.users),
    run_(static_cast<std::uint16_t>(std::random_device{}())),
    room_prefix_(kind_of(from) + "bench-" + hexadecimal(run_) + '-') {
  // nop
}

std::size_t layout::server_of(std::size_t client) const {
  if (rooms_ == 0)
    return client % servers_;
  return (client / rooms_ + client % rooms_) % servers_;
}

std::string layout::room_name(std::size_t room) const {
  return room_prefix_ + std::to_string(room);
}

std::string layout::user_name(std::size_t user) const {
  return "bench-" + hexadecimal(run_) + "-u" + std::to_string(user);
}

crowd::crowd(const bench_options& from)
  : options_(from), layout_(from), swarm_(from, *this) {
  // nop
}

std::string crowd::gather(std::size_t at_once) {
  if (auto error = swarm_.prepare(); !error.empty())
    return error;
  // Memory is read right before the first connection and right after the last
  // one, so the buffers of traffic do not count.
  before_ = usage_of(options_.pids);
  std::size_t next = 0;
  auto best = open_;
  auto deadline = steady::now() + patience;
  while (is_gathering()) {
    while (next < swarm_.size() && pending_ < at_once && lost_ == 0)
      open(swarm_.at(next++));
    if (lost_ == 0)
      swarm_.turn(deadline);
    tick(steady::now());
    // Any progress renews the patience: a slow server is to be measured, not to
    // be given up.
    if (open_ > best)
      deadline = steady::now() + patience;
    best = open_;
    if (lost_ + refusals_ > 0 || steady::now() > deadline)
      return first_trouble_.empty() ? "the server does not answer"
                                    : first_trouble_;
  }
  after_ = usage_of(options_.pids);
  return {};
}

bool crowd::is_gathering() const {
  return open_ < swarm_.size() && !is_interrupted();
}

void crowd::disperse() {
  // From here on the end of a connection is wanted and no trouble.
  losing_ = true;
  for (std::size_t i = 0; i < swarm_.size(); ++i)
    swarm_.close(swarm_.at(i));
  // The destructor of the swarm resets the connections that are left.
  auto deadline = steady::now() + 2s;
  while (open_ > 0 && steady::now() < deadline && !is_interrupted())
    swarm_.turn(deadline);
}

void crowd::open(client& who) {
  ++pending_;
  swarm_.open(who, layout_.server_of(who.index),
              layout_.user_name(layout_.user_of(who.index)));
}

void crowd::ready(client& who, std::string_view text) {
  if (layout_.rooms() == 0)
    return joined(who, {});
  auto room = layout_.room_name(layout_.room_of(who.index));
  swarm_.send_text(who, swarm_.speaks().join(room, text));
}

void crowd::joined(client& who, std::string_view text) {
  if (options_.history && !swarm_.speaks().position_of(text))
    return failed(who, "the server keeps no history of rooms like "
                         + layout_.room_name(layout_.room_of(who.index)));
  // `gone` needs this to take the client out of the right counter.
  who.settled = true;
  --pending_;
  ++open_;
}

void crowd::left(client&) {
  // nop
}

void crowd::message(client&, std::string_view, steady::time_point) {
  // nop
}

void crowd::told(client&, std::string_view) {
  // nop
}

void crowd::failed(client&, std::string_view text) {
  ++refusals_;
  if (first_trouble_.empty())
    // The first failure is the cause; thousands of others may follow from it.
    first_trouble_ = text;
}

void crowd::gone(client& who, const ending& how) {
  --(who.settled ? open_ : pending_);
  who.settled = false;
  if (losing_)
    return;
  ++lost_;
  if (first_trouble_.empty())
    first_trouble_
      = options_.urls[layout_.server_of(who.index)] + ": " + to_string(how);
}

void crowd::work(steady::time_point until) {
  for (auto now = steady::now(); now < until && !is_interrupted();
       now = steady::now()) {
    swarm_.turn(until);
    tick(now);
  }
}

void crowd::tick(steady::time_point now) {
  if (now < next_progress_ || !progress_.enabled())
    return;
  next_progress_ = now + 1s;
  progress_.show(progress());
}

void crowd::add_trouble(report& out) const {
  if (is_interrupted())
    out.note("interrupted: the figures are of the time until then");
  if (lost_ + refusals_ == 0)
    return;
  out.add("connections_lost", "connections lost", lost_);
  out.add("errors", "errors of the server", refusals_);
  out.note("first trouble: " + first_trouble_);
  out.fail();
}

void crowd::add_memory(report& out) const {
  if (options_.pids.empty())
    return;
  auto grown = since(before_, after_).resident;
  out.add("server_rss_bytes", "server memory", after_.resident, "bytes");
  out.add("server_rss_bytes_per_connection", "server memory per connection",
          static_cast<double>(grown) / static_cast<double>(swarm_.size()),
          "bytes", 0);
}

} // namespace atrium::bench
