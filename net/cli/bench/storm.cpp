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
  start_clock();
  drop(0);
  come_back(0);
  auto seconds = seconds_of(elapsed());
  out.add("connections", "connections", swarm_.size());
  out.add("back", "back", open_);
  out.add("back_seconds", "all back after", seconds, "s", 3);
  add_return(out);
  add_cpu(out, since(server, usage_of(options_.pids)), since(own, own_usage()),
          seconds, static_cast<double>(swarm_.size()), "connection");
  add_memory(out);
  add_trouble(out);
  if (open_ < swarm_.size())
    out.fail();
  calm();
  disperse();
  return {};
}

void storm::add_return(report& out) const {
  auto ms_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e6; };
  out.add("back_p50_ms", "back p50", ms_at(0.5), "ms", 1);
  out.add("back_p99_ms", "back p99", ms_at(0.99), "ms", 1);
  out.add("refused", "refused, tried again", refusals_);
}

bool storm::is_over() const {
  return open_ == swarm_.size();
}

void storm::drop(std::size_t first) {
  raging_ = true;
  for (auto i = first; i < swarm_.size(); ++i) {
    swarm_.reset(swarm_.at(i));
    // `gone` is not called for a reset.
    swarm_.at(i).settled = false;
  }
  open_ = first;
}

void storm::come_back(std::size_t first) {
  // The duration is a limit here.
  auto deadline
    = began_ + std::max<std::chrono::milliseconds>(options_.duration, 30s);
  auto next = first;
  auto retry = began_ + retry_pause;
  while (!is_over() && !is_interrupted() && steady::now() < deadline) {
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
    // Not measured from the client's own connect: the wait of a refused client
    // counts as well.
    times_.record(static_cast<std::uint64_t>(elapsed() / 1ns));
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
