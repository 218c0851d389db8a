#include "atrium/net/cli/bench/recover.hpp"

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 15s; // without any message getting further

bench_options with_publishers(bench_options from) {
  from.connections += *from.rooms;
  from.users += *from.rooms;
  return from;
}

} // namespace

recover::recover(const bench_options& from)
  : storm(with_publishers(from)),
    epochs_(rooms()),
    got_(swarm_.size()),
    checker_(swarm_.size()),
    offsets_(swarm_.size()) {
  // nop
}

std::string recover::run(report& out) {
  if (swarm_.speaks().rejoin("room", {}).empty())
    return "the server cannot do recover";
  if (auto error = gather(); !error.empty())
    return error;
  work(steady::now() + options_.warmup);
  drop(rooms());
  if (auto error = publish_missed(); !error.empty())
    return error;
  auto server = usage_of(options_.pids);
  auto own = own_usage();
  start_clock();
  come_back(rooms());
  auto seconds = seconds_of(elapsed());
  server = since(server, usage_of(options_.pids));
  own = since(own, own_usage());
  work(steady::now() + 50ms); // for messages that come twice
  add_figures(out, seconds, server, own);
  calm();
  disperse();
  return {};
}

// -- what is missed -----------------------------------------------------------

std::string recover::publish_missed() {
  for (std::size_t i = 0; i < rooms(); ++i) {
    publisher::setup how;
    how.run = layout_.run();
    how.number = static_cast<std::uint32_t>(i);
    how.window = 16; // fewer than requests may be unanswered
    how.receivers = 1;
    publishers_.emplace_back(
      how,
      swarm_.speaks().publish(layout_.room_name(i), blank_data(options_.size)));
    publish(i);
  }
  // A publisher gets its own messages: then the history has them.
  auto deadline = steady::now() + patience;
  while (stored_ < rooms() * *options_.missed) {
    auto before = stored_;
    swarm_.turn(deadline);
    tick(steady::now());
    if (stored_ != before)
      deadline = steady::now() + patience;
    if (is_interrupted() || steady::now() > deadline)
      return trouble().empty() ? "the messages to miss do not get through"
                               : trouble();
  }
  return {};
}

void recover::publish(std::size_t room) {
  auto& from = publishers_[room];
  while (from.published() < *options_.missed && from.may_publish())
    swarm_.send_frame(swarm_.at(room), from.next(0));
}

// -- clients ------------------------------------------------------------------

void recover::ready(client& who, std::string_view text) {
  if (!is_raging())
    return crowd::ready(who, text);
  auto room = layout_.room_of(who.index);
  swarm_.send_text(
    who, swarm_.speaks().rejoin(layout_.room_name(room),
                                {epochs_[room], offsets_.last(who.index)}));
}

void recover::joined(client& who, std::string_view text) {
  storm::joined(who, text);
  const auto& speaks = swarm_.speaks();
  auto position = speaks.position_of(text);
  if (!position)
    return; // counted as a failure
  epochs_[layout_.room_of(who.index)] = position->epoch;
  if (!is_raging())
    return offsets_.start(who.index, position->offset);
  if (speaks.is_lost(text)) {
    ++told_;
    return offsets_.start(who.index, position->offset);
  }
  offsets_.resume(who.index, position->offset);
  for (auto missed : speaks.missed_in(text))
    message(who, missed, steady::now());
}

void recover::message(client& who, std::string_view text, steady::time_point) {
  auto found = find_stamp(text, options_.size);
  auto room = layout_.room_of(who.index);
  if (!found || found->run != layout_.run() || found->publisher != room) {
    ++foreign_;
    return;
  }
  offsets_.pass(who.index, swarm_.speaks().place_of(text));
  auto verdict = checker_.record(who.index, found->sequence);
  if (verdict == sequence_checker::verdict::duplicate)
    return;
  if (stays(who)) {
    ++stored_;
    publishers_[room].delivered(found->sequence);
    return publish(room);
  }
  ++replayed_;
  if (++got_[who.index] < *options_.missed)
    return;
  ++complete_;
  times_.record(static_cast<std::uint64_t>(elapsed() / 1ns));
}

// -- figures ------------------------------------------------------------------

bool recover::is_over() const {
  return complete_ + told_ >= travellers();
}

std::string recover::progress() {
  if (!is_raging())
    return storm::progress();
  return std::to_string(stored_) + " messages missed, " + std::to_string(open_)
         + " connections, " + std::to_string(complete_) + " complete";
}

void recover::add_figures(report& out, double seconds, const usage& server,
                          const usage& own) {
  for (std::size_t i = 0; i < swarm_.size(); ++i)
    checker_.settle(i, static_cast<std::uint32_t>(*options_.missed));
  auto ms_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e6; };
  const auto& found = checker_.result();
  out.add("connections", "connections that come back", travellers());
  out.add("rooms", "rooms", rooms());
  add_return(out);
  out.add("complete", "complete", complete_);
  out.add("complete_seconds", "all complete after", seconds, "s", 3);
  out.add("complete_p50_ms", "complete p50", ms_at(0.5), "ms", 1);
  out.add("complete_p99_ms", "complete p99", ms_at(0.99), "ms", 1);
  out.add("complete_max_ms", "complete max", ms_at(1), "ms", 1);
  out.add("replayed", "messages replayed", replayed_);
  out.add("not_recovered", "told that some are gone", told_);
  out.add("lost", "lost", found.lost);
  out.add("duplicated", "duplicated", found.duplicated);
  out.add("reordered", "reordered", found.reordered);
  out.add("foreign", "of somebody else", foreign_);
  out.add("offsets_wrong", "offsets out of place", offsets_.wrong());
  // The cost of the connections is in it: `storm` shows that alone.
  add_cpu(out, server, own, seconds, static_cast<double>(replayed_),
          "replayed_message");
  add_memory(out);
  add_trouble(out);
  if (complete_ < travellers() || told_ + found.lost + found.duplicated > 0
      || found.reordered + offsets_.wrong() > 0)
    out.fail();
}

} // namespace atrium::bench
