#include "atrium/broker/redis/node_registry_queue.hpp"

#include "atrium/broker/redis/redis_caller.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <tuple>
#include <utility>

namespace atrium {

namespace {

constexpr std::size_t max_report_bytes = 4'096; // of another node

double number_in(std::string_view text) {
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

// A listing's order, which also makes two runs of one name neighbours.
void sort(node_listing& x) {
  std::ranges::sort(x.nodes, {}, [](const node_row& row) {
    return std::tie(row.report.node, row.report.run);
  });
}

} // namespace

node_registry_queue::node_registry_queue(node_registry_keys keys,
                                         node_registry_timing timing,
                                         std::function<node_info()> report,
                                         bus_log log)
  : keys_(std::move(keys)),
    timing_(timing),
    report_(std::move(report)),
    log_(std::move(log)) {
  // nop
}

// -- from the node ------------------------------------------------------------

void node_registry_queue::start(clock::time_point now) {
  announces_ = true;
  next_heartbeat_ = now;
}

void node_registry_queue::list(answer done, clock::time_point deadline,
                               clock::time_point now) {
  if (waiting_.size() + asked_.size() < max_waiting) {
    waiting_.push_back({std::move(done), deadline});
    return;
  }
  ++stats_.unanswered;
  tell({{std::move(done), {}}}, known(now, "too many ask at once"));
}

void node_registry_queue::leave() {
  leave_due_ = std::exchange(announces_, false); // else Redis has no row
  heartbeat_due_ = false;
  next_heartbeat_ = clock::time_point::max();
}

void node_registry_queue::tick(clock::time_point now) {
  if (now >= next_heartbeat_) {
    next_heartbeat_ = now + timing_.interval;
    heartbeat_due_ = true;
    reading_due_ = true;
  }
  std::vector<waiter> late;
  for (auto* all : {&waiting_, &asked_})
    std::erase_if(*all, [&](waiter& x) {
      if (x.deadline > now)
        return false;
      late.push_back(std::move(x));
      return true;
    });
  if (late.empty())
    return;
  stats_.unanswered += late.size();
  tell(std::move(late),
       known(now, is_up_ ? "Redis does not answer in time" : latest_flaw_));
}

node_registry_queue::clock::time_point node_registry_queue::due() const {
  auto result = next_heartbeat_;
  for (auto* all : {&waiting_, &asked_})
    for (auto& x : *all)
      result = std::min(result, x.deadline);
  return result;
}

void node_registry_queue::answer_all(clock::time_point now) {
  ask_again();
  auto all = std::exchange(waiting_, {});
  stats_.unanswered += all.size();
  tell(std::move(all), known(now, "the registry has stopped"));
}

// -- from the link ------------------------------------------------------------

// Redis may have lost everything.
void node_registry_queue::on_up(clock::time_point now) {
  is_up_ = true;
  if (announces_)
    next_heartbeat_ = now;
  tick(now);
}

void node_registry_queue::on_lost() {
  is_up_ = false;
  sha_.clear();
  in_flight_.clear();
  latest_flaw_ = "the link to Redis is down"; // until the next reading
  ask_again();
}

void node_registry_queue::ask_again() {
  std::ranges::move(std::exchange(waiting_, {}), std::back_inserter(asked_));
  waiting_ = std::exchange(asked_, {});
}

void node_registry_queue::on_script_refused(std::string_view error) {
  ++stats_.refused;
  refusal_ = error;
}

void node_registry_queue::compose(std::string& out, std::size_t,
                                  clock::time_point) {
  if (heartbeat_due_ && !sha_.empty() && !is_under_way(verb::heartbeat))
    write_heartbeat(out);
  if (std::exchange(leave_due_, false)) {
    append_command(out, {"ZREM", keys_.heartbeats, report_().run});
    append_command(out, {"HDEL", keys_.reports, report_().run});
    in_flight_.insert(in_flight_.end(), 2, verb::leave);
  }
  if ((reading_due_ || !waiting_.empty()) && !is_under_way(verb::reports))
    write_reading(out);
}

bool node_registry_queue::is_under_way(verb x) const {
  return std::ranges::find(in_flight_, x) != in_flight_.end();
}

void node_registry_queue::write_heartbeat(std::string& out) {
  heartbeat_due_ = false;
  auto report = report_();
  append_heartbeat(out, sha_, keys_, timing_, report.run, to_json(report));
  in_flight_.push_back(verb::heartbeat);
}

void node_registry_queue::write_reading(std::string& out) {
  reading_due_ = false;
  asked_ = std::exchange(waiting_, {});
  flaw_.clear();
  is_lost_ = false;
  read_ = {};
  append_registry_reading(out, keys_, max_rows);
  for (auto part : {verb::heartbeats, verb::time, verb::reports})
    in_flight_.push_back(part);
}

std::string_view node_registry_queue::on_reply(resp_reply reply,
                                               clock::time_point now) {
  if (in_flight_.empty())
    return "an answer to no command";
  auto what = in_flight_.front();
  in_flight_.pop_front();
  if (what == verb::heartbeat)
    on_heartbeat_reply(reply);
  else if (what != verb::leave)
    on_read(what, reply, now);
  return {};
}

void node_registry_queue::on_heartbeat_reply(resp_reply reply) {
  if (!is_error(reply)) {
    ++stats_.heartbeats;
    refusal_.clear();
  } else if (is_no_script(reply) || is_lost(reply)) {
    heartbeat_due_ = announces_; // once more: the script is loaded first
  } else {
    ++stats_.refused;
    refusal_ = loggable(reply.front().text);
  }
}

// -- reading ------------------------------------------------------------------

void node_registry_queue::on_read(verb part, resp_reply reply,
                                  clock::time_point now) {
  is_lost_ = is_lost_ || is_lost(reply);
  if (is_error(reply))
    flaw_ = loggable(reply.front().text);
  else if (part == verb::time && reply.size() > 2)
    read_at_ms_
      = number_in(reply[1].text) * 1'000 + number_in(reply[2].text) / 1'000;
  else if (part == verb::heartbeats)
    read_heartbeats(reply);
  else if (part == verb::reports)
    read_reports(reply);
  if (part == verb::reports)
    end_reading(now);
}

void node_registry_queue::read_heartbeats(resp_reply reply) {
  heartbeats_.clear();
  for (std::size_t i = 1; i + 1 < reply.size(); i += 2)
    heartbeats_.emplace(reply[i].text, number_in(reply[i + 1].text));
}

void node_registry_queue::read_reports(resp_reply reply) {
  using ms = std::chrono::duration<double, std::milli>;
  auto self = report_().run;
  for (std::size_t i = 1; i + 1 < reply.size(); i += 2) {
    auto heartbeat = heartbeats_.find(reply[i].text);
    if (heartbeat == heartbeats_.end())
      continue;
    auto& text = reply[i + 1].text;
    node_row row;
    // Any program may have written the report; its run is listed in any case.
    if (text.size() <= max_report_bytes)
      row.report = parse_node_info(text).value_or(node_info{});
    row.report.run = reply[i].text;
    if (row.report.node.empty())
      row.report.node = row.report.run; // of another version, maybe
    auto age = ms{std::max(0., read_at_ms_ - heartbeat->second)};
    row.self = row.report.run == self;
    row.silent = age > timing_.lease && !row.self;
    row.seen_s = std::chrono::duration<double>{age}.count();
    read_.nodes.push_back(std::move(row));
  }
}

void node_registry_queue::end_reading(clock::time_point now) {
  if (is_lost_)
    return ask_again();
  if (flaw_.empty()) {
    latest_ = std::exchange(read_, {});
    latest_at_ = now;
  }
  latest_flaw_ = flaw_;
  if (!flaw_.empty())
    stats_.unanswered += asked_.size();
  tell(std::exchange(asked_, {}), known(now, trouble()));
}

// -- answers ------------------------------------------------------------------

// Nobody sends a heartbeat while Redis is away, so who was not silent then is
// not silent now for all that is known.
node_listing node_registry_queue::known(clock::time_point now,
                                        std::string error) const {
  auto result = latest_;
  add_self(result);
  drop_returned(result);
  sort(result);
  std::chrono::duration<double> age = now - latest_at_;
  for (auto& row : result.nodes)
    if (row.self)
      row.report = report_(); // that much is known
    else
      row.seen_s += age.count();
  result.error = std::move(error);
  return result;
}

void node_registry_queue::add_self(node_listing& to) const {
  if (std::ranges::none_of(to.nodes, &node_row::self))
    to.nodes.push_back({report_(), true, false, 0});
}

void node_registry_queue::tell(std::vector<waiter> whom,
                               const node_listing& x) {
  for (auto& one : whom)
    call_guarded(log_, [&] { one.done(x); });
}

// What keeps the latest reading from being the whole truth.
std::string node_registry_queue::trouble() const {
  if (latest_flaw_.empty() && !refusal_.empty())
    return "this node is not announced: " + refusal_;
  return latest_flaw_;
}

bool node_registry_queue::is_settled() const noexcept {
  return !is_up_ || (!leave_due_ && !is_under_way(verb::leave));
}

node_registry_stats node_registry_queue::stats() const {
  auto result = stats_;
  result.read_at = latest_at_;
  result.connected = is_up_ && !sha_.empty() && refusal_.empty();
  return result;
}

} // namespace atrium
