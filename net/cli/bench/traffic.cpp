#include "atrium/net/cli/bench/traffic.hpp"

#include <algorithm>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

// A message that some receiver does not get would stop a closed loop.
constexpr auto stall_limit = 3s;
constexpr auto silence_limit = 2s;
constexpr auto drain_limit = 30s;

std::uint64_t nanoseconds_of(steady::time_point x) {
  return static_cast<std::uint64_t>(x.time_since_epoch() / 1ns);
}

} // namespace

traffic::traffic(const bench_options& from)
  : crowd(from), offsets_(from.connections) {
  // nop
}

std::string traffic::run(report& out) {
  plan();
  if (request_of(0).empty())
    return "the server cannot do " + to_string(options_.what);
  if (auto error = gather(); !error.empty())
    return error;
  add_publishers();
  next_due_ = steady::now();
  // The warm-up counts for losses only: caches, allocators and windows of the
  // server settle first.
  publish_until(next_due_ + options_.warmup);
  auto from = read();
  measured_from_ = nanoseconds_of(from.time);
  publish_until(from.time + options_.duration);
  auto to = read();
  // Rates and CPU come from the two readings; latencies from all messages that
  // were due between them, also those that are still on their way: without
  // these a server that falls behind would look better than it is.
  measured_until_ = nanoseconds_of(to.time);
  drain();
  settle();
  add_figures(out, from, to);
  disperse();
  return {};
}

// -- who receives what --------------------------------------------------------

std::size_t traffic::group_of(std::size_t client) const {
  switch (options_.what) {
  case scenario::direct:
    return layout_.user_of(client);
  case scenario::broadcast:
    return 0;
  default:
    return layout_.room_of(client);
  }
}

std::size_t traffic::target_of(std::size_t publisher) const {
  if (options_.what == scenario::direct)
    return (layout_.user_of(publisher) + 1) % layout_.users();
  return group_of(publisher);
}

std::size_t traffic::group_count() const {
  switch (options_.what) {
  case scenario::direct:
    return layout_.users();
  case scenario::broadcast:
    return 1;
  default:
    return layout_.rooms();
  }
}

bool traffic::receives(std::size_t client, std::size_t publisher) const {
  return group_of(client) == target_of(publisher)
         && (client != publisher || swarm_.speaks().echoes());
}

std::string traffic::request_of(std::size_t publisher) const {
  const auto& speaks = swarm_.speaks();
  auto data = blank_data(options_.size);
  auto target = target_of(publisher);
  switch (options_.what) {
  case scenario::direct:
    return speaks.send(layout_.user_name(target), data);
  case scenario::broadcast:
    return speaks.broadcast(data);
  default:
    return speaks.publish(layout_.room_name(target), data);
  }
}

// Numbers the pairs of a publisher and a receiver, so that the check of each
// delivery finds its state by an index.
void traffic::plan() {
  members_.resize(group_count());
  senders_.resize(group_count());
  for (std::size_t i = 0; i < *options_.publishers; ++i)
    slots_.push_back(senders_[target_of(i)]++);
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < swarm_.size(); ++i) {
    ++members_[group_of(i)];
    pairs_.push_back(pairs);
    pairs += senders_[group_of(i)];
  }
  checker_.emplace(pairs);
}

void traffic::add_publishers() {
  for (std::size_t i = 0; i < *options_.publishers; ++i) {
    publisher::setup how;
    how.run = layout_.run();
    how.number = static_cast<std::uint32_t>(i);
    how.window = options_.window;
    auto target = target_of(i);
    how.receivers = members_[target];
    if (group_of(i) == target && !receives(i, i))
      --how.receivers;
    publishers_.emplace_back(how, request_of(i));
    refillable_.push_back(i);
  }
}

// -- publishing ---------------------------------------------------------------

void traffic::publish(std::size_t number, steady::time_point due) {
  auto frame = publishers_[number].next(nanoseconds_of(due));
  swarm_.send_frame(swarm_.at(number), frame);
  ++published_;
  expected_ += publishers_[number].receivers();
}

// Closed loop: a message is due when the window has room. A slow server gets
// fewer messages, so the latency is that at the load which the server bears,
// not at a given load.
void traffic::refill(std::size_t number) {
  while (publishers_[number].may_publish())
    publish(number, steady::now());
}

// Open loop: a message carries the time at which it was due, even if the
// generator is late, so that waiting counts as latency. The time of sending
// would leave out the wait behind a stalled server (coordinated omission).
void traffic::publish_due(steady::time_point now) {
  auto interval = std::chrono::duration_cast<steady::duration>(
    std::chrono::duration<double>{1 / options_.rate});
  for (; next_due_ <= now; next_due_ += interval)
    publish(published_ % publishers_.size(), next_due_);
}

void traffic::publish_until(steady::time_point until) {
  auto open_loop = options_.rate > 0;
  for (auto now = steady::now(); now < until && !is_interrupted();
       now = steady::now()) {
    if (open_loop)
      publish_due(now);
    for (auto number : refillable_)
      if (!open_loop)
        refill(number);
    refillable_.clear();
    swarm_.turn(open_loop ? std::min(next_due_, until) : until);
    abandon_stalled(now);
    tick(now);
  }
}

void traffic::abandon_stalled(steady::time_point now) {
  if (now < next_check_)
    return;
  next_check_ = now + 100ms;
  for (std::size_t i = 0; i < publishers_.size(); ++i)
    if (publishers_[i].abandon_older_than(nanoseconds_of(now - stall_limit)))
      refillable_.push_back(i);
}

// -- receiving ----------------------------------------------------------------

void traffic::joined(client& who, std::string_view text) {
  crowd::joined(who, text);
  if (auto from = swarm_.speaks().position_of(text))
    offsets_.start(who.index, from->offset);
}

void traffic::message(client& who, std::string_view text,
                      steady::time_point now) {
  // Publishers and receivers are in one process, so the stamp and `now` come
  // from the same clock.
  auto found = find_stamp(text, options_.size);
  auto number = found ? found->publisher : 0U;
  if (!found || found->run != layout_.run() || number >= publishers_.size()
      || !receives(who.index, number)) {
    ++foreign_;
    return;
  }
  offsets_.pass(who.index, swarm_.speaks().place_of(text));
  auto verdict
    = checker_->record(pairs_[who.index] + slots_[number], found->sequence);
  // A duplicate is neither a delivery nor a latency: the server would look
  // faster.
  if (verdict == sequence_checker::verdict::duplicate)
    return;
  ++deliveries_;
  if (found->time >= measured_from_ && found->time < measured_until_)
    latencies_.record(nanoseconds_of(now) - found->time);
  if (publishers_[number].delivered(found->sequence))
    refillable_.push_back(number);
}

void traffic::drain() {
  auto seen = deliveries_;
  auto limit = steady::now() + drain_limit;
  auto deadline = steady::now() + silence_limit;
  while (deliveries_ < expected_ && !is_interrupted()
         && steady::now() < std::min(deadline, limit)) {
    swarm_.turn(deadline);
    // Each delivery renews the time to wait, up to a limit for all.
    if (deliveries_ != seen)
      deadline = steady::now() + silence_limit;
    seen = deliveries_;
  }
  work(std::min(steady::now() + 50ms, limit)); // for duplicates of the last
}

void traffic::settle() {
  for (std::size_t i = 0; i < publishers_.size(); ++i)
    for (std::size_t who = 0; who < swarm_.size(); ++who)
      if (receives(who, i))
        checker_->settle(pairs_[who] + slots_[i], publishers_[i].published());
}

// -- figures ------------------------------------------------------------------

traffic::reading traffic::read() const {
  return {steady::now(), usage_of(options_.pids), own_usage(), deliveries_,
          published_,    swarm_.bytes_received()};
}

std::string traffic::progress() {
  auto recent = deliveries_ - std::exchange(shown_deliveries_, deliveries_);
  if (publishers_.empty())
    return "connecting: " + std::to_string(open_) + " of "
           + std::to_string(swarm_.size());
  return std::to_string(recent) + " deliveries/s, p50 "
         + std::to_string(latencies_.at(0.5) / 1'000) + " us, p99 "
         + std::to_string(latencies_.at(0.99) / 1'000) + " us, "
         + std::to_string(expected_ - deliveries_) + " on their way";
}

void traffic::add_figures(report& out, const reading& from,
                          const reading& to) const {
  auto seconds = seconds_of(to.time - from.time);
  auto deliveries = static_cast<double>(to.deliveries - from.deliveries);
  auto per_second = [=](std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(b - a) / seconds;
  };
  auto us_at
    = [&](double q) { return static_cast<double>(latencies_.at(q)) / 1e3; };
  const auto& found = checker_->result();
  out.add("connections", "connections", swarm_.size());
  out.add("seconds", "measured", seconds, "s", 3);
  out.add("deliveries_per_second", "deliveries", deliveries / seconds, "/s", 0);
  out.add("published_per_second", "published",
          per_second(from.published, to.published), "/s", 1);
  out.add("bytes_per_second", "received", per_second(from.bytes, to.bytes),
          "bytes/s", 0);
  out.add("received", "received in all", found.received);
  out.add("lost", "lost", found.lost);
  out.add("duplicated", "duplicated", found.duplicated);
  out.add("reordered", "reordered", found.reordered);
  out.add("foreign", "of somebody else", foreign_);
  out.add("offsets_wrong", "offsets out of place", offsets_.wrong());
  out.add("latency_p50_us", "latency p50", us_at(0.5), "us", 1);
  out.add("latency_p99_us", "latency p99", us_at(0.99), "us", 1);
  out.add("latency_p999_us", "latency p99.9", us_at(0.999), "us", 1);
  out.add("latency_max_us", "latency max", us_at(1), "us", 1);
  add_cpu(out, since(from.server, to.server), since(from.own, to.own), seconds,
          deliveries, "delivery");
  add_memory(out);
  add_trouble(out);
  // Late messages are reported but fail nothing: they have arrived.
  if (found.lost + found.duplicated + offsets_.wrong() > 0)
    out.fail();
}

} // namespace atrium::bench
