#include "atrium/net/cli/bench/storm.hpp"

#include <algorithm>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto retry_pause = 100ms;
// A turn reads the replies after so many connects: the generator itself must
// not make the first clients wait for the last connect.
constexpr std::size_t opened_per_turn = 64;

} // namespace

storm::storm(const bench_options& from) : crowd(from) {
  // nop
}

std::string storm::run(report& out) {
  if (auto error = gather(); !error.empty())
    return error;
  work(steady::now() + options_.warmup);
  auto server = usage_of(options_.pids);
  auto own = own_usage();
  drop_all();
  // The duration is a limit here: the storm is over when all are back.
  come_back(dropped_
            + std::max<std::chrono::milliseconds>(options_.duration, 30s));
  auto seconds = seconds_of(steady::now() - dropped_);
  auto ms_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e6; };
  out.add("connections", "connections", swarm_.size());
  out.add("back", "back", open_);
  out.add("back_seconds", "all back after", seconds, "s", 3);
  out.add("back_p50_ms", "back p50", ms_at(0.5), "ms", 1);
  out.add("back_p99_ms", "back p99", ms_at(0.99), "ms", 1);
  out.add("refused", "refused, tried again", refusals_);
  add_cpu(out, since(server, usage_of(options_.pids)), since(own, own_usage()),
          seconds, static_cast<double>(swarm_.size()), "connection");
  add_memory(out);
  add_trouble(out);
  if (open_ < swarm_.size())
    out.fail();
  raging_ = false;
  disperse();
  return {};
}

void storm::drop_all() {
  dropped_ = steady::now();
  raging_ = true;
  for (std::size_t i = 0; i < swarm_.size(); ++i) {
    swarm_.reset(swarm_.at(i));
    // `gone` is not called for a reset.
    swarm_.at(i).settled = false;
  }
  open_ = 0;
}

void storm::come_back(steady::time_point deadline) {
  std::size_t next = 0;
  auto retry = dropped_ + retry_pause;
  while (open_ < swarm_.size() && !is_interrupted()
         && steady::now() < deadline) {
    for (std::size_t i = 0; i < opened_per_turn && next < swarm_.size(); ++i)
      open(swarm_.at(next++));
    auto now = steady::now();
    if (now >= retry) {
      retry = now + retry_pause;
      for (auto* who : std::exchange(refused_, {}))
        open(*who);
    }
    swarm_.turn(next < swarm_.size() ? now : retry);
    tick(now);
  }
}

void storm::joined(client& who, std::string_view text) {
  crowd::joined(who, text);
  if (raging_)
    // Measured from the drop, not from the client's own connect: the wait of a
    // refused client counts as well.
    times_.record(static_cast<std::uint64_t>((steady::now() - dropped_) / 1ns));
}

void storm::gone(client& who, const ending& how) {
  losing_ = losing_ || raging_;
  crowd::gone(who, how);
  if (!raging_)
    return;
  ++refusals_;
  // Opened later: a listener must not open, and a server that refuses needs a
  // pause.
  refused_.push_back(&who);
}

std::string storm::progress() {
  return std::to_string(open_) + " of " + std::to_string(swarm_.size())
         + " connections";
}

} // namespace atrium::bench
