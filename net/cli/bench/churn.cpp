#include "atrium/net/cli/bench/churn.hpp"

#include <algorithm>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

} // namespace

churn::churn(const bench_options& from)
  : crowd(from), started_(from.connections) {
  for (std::size_t i = 0; i < swarm_.size(); ++i)
    free_.push_back(&swarm_.at(i));
}

std::string churn::run(report& out) {
  if (swarm_.speaks().leave("room").empty())
    return "the server cannot do churn";
  if (auto error = swarm_.prepare(); !error.empty())
    return error;
  // A few cycles in any case: they show that the server supports them.
  cycle_until(steady::now() + std::max(options_.warmup, 100ms));
  if (cycles_ == 0 && !is_interrupted())
    return trouble().empty() ? "the server does not answer" : trouble();
  measuring_ = true;
  auto cycles = cycles_;
  auto from = steady::now();
  auto server = usage_of(options_.pids);
  auto own = own_usage();
  cycle_until(from + options_.duration);
  auto seconds = seconds_of(steady::now() - from);
  auto done = static_cast<double>(cycles_ - cycles);
  auto ms_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e6; };
  out.add("workers", "workers", swarm_.size());
  out.add("seconds", "measured", seconds, "s", 3);
  out.add("cycles_per_second", "cycles", done / seconds, "/s", 0);
  out.add("cycle_p50_ms", "cycle p50", ms_at(0.5), "ms", 2);
  out.add("cycle_p99_ms", "cycle p99", ms_at(0.99), "ms", 2);
  add_cpu(out, since(server, usage_of(options_.pids)), since(own, own_usage()),
          seconds, done, "cycle");
  add_trouble(out);
  stop();
  return {};
}

void churn::cycle_until(steady::time_point until) {
  for (auto now = steady::now(); now < until && !is_interrupted();
       now = steady::now()) {
    // Exchanged, because a connect that fails at once appends to `free_`.
    for (auto* who : std::exchange(free_, {})) {
      started_[who->index] = now;
      open(*who);
    }
    swarm_.turn(until);
    tick(now);
  }
}

void churn::stop() {
  // Lets the last cycles end: the destructor of the swarm would reset them.
  auto deadline = steady::now() + 2s;
  while (free_.size() < swarm_.size() && steady::now() < deadline)
    swarm_.turn(deadline);
}

void churn::joined(client& who, std::string_view text) {
  crowd::joined(who, text);
  if (layout_.rooms() == 0)
    return left(who);
  auto room = layout_.room_name(layout_.room_of(who.index));
  swarm_.send_text(who, swarm_.speaks().leave(room));
}

void churn::left(client& who) {
  swarm_.close(who);
}

void churn::gone(client& who, const ending& how) {
  free_.push_back(&who);
  // A close on request ends a cycle, any other end is a loss. The next turn
  // opens the client again, since a listener must not.
  losing_ = how.why == ending::cause::finished;
  crowd::gone(who, how);
  if (!losing_)
    return;
  ++cycles_;
  if (measuring_)
    // A cycle includes the close of the socket by the server.
    times_.record(
      static_cast<std::uint64_t>((steady::now() - started_[who.index]) / 1ns));
}

std::string churn::progress() {
  auto recent = cycles_ - std::exchange(shown_cycles_, cycles_);
  return std::to_string(recent) + " cycles/s";
}

} // namespace atrium::bench
