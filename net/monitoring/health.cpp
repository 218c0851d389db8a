#include "atrium/net/monitoring/health.hpp"

#include "atrium/broker/json/json_writer.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_within = 2s;
constexpr auto bus_proof_within = 5s;

double seconds(health::clock::duration x) {
  return std::chrono::duration<double>{x}.count();
}

/// Builds a report check by check.
class checklist {
public:
  /// `reason` says what is wrong; empty: nothing is, but there may be `trouble`
  /// that does not count.
  void add(std::string_view name, const std::string& reason,
           const std::string& trouble = {}) {
    out_.any_key(name).open_object().boolean("ok", reason.empty());
    if (!reason.empty())
      out_.text("reason", reason);
    else if (!trouble.empty())
      out_.text("trouble", trouble);
    out_.close_object();
    ok_ = ok_ && reason.empty();
  }

  health_report report(json_key verdict) const {
    health_report result{ok_, {}};
    json_writer out{result.json};
    out.open_object().boolean(verdict, ok_).key("checks");
    out.raw('{' + checks_ + '}').close_object();
    return result;
  }

private:
  bool ok_ = true;
  std::string checks_;
  json_writer out_{checks_};
};

} // namespace

health::health(std::vector<part> parts, std::unique_ptr<bus_probe> bus,
               std::shared_ptr<const node_life> life, admission_check admission,
               std::function<clock::time_point()> now)
  : parts_(std::move(parts)),
    bus_(std::move(bus)),
    life_(std::move(life)),
    admission_(std::move(admission)),
    now_(std::move(now)),
    start_(now_()) {
  // nop
}

void health::tick() {
  auto now = now_();
  for (auto& x : parts_)
    if (x.probe->ask(now))
      x.ask(x.probe);
  bus_->call(now);
}

health_report health::live() const {
  // The bus probe has no part in this: a restart does not mend Redis, and costs
  // every client its connection.
  checklist list;
  for (auto& x : parts_) {
    auto overdue = x.probe->overdue(now_());
    auto is_fine = overdue <= answer_within || (x.is_held_up && x.is_held_up());
    list.add(x.name,
             is_fine ? ""
                     : fmt::format("no answer for {:.1f} s", seconds(overdue)));
  }
  return list.report("healthy");
}

std::string health::why_nobody_is_let_in() const {
  if (life_->phase() == node_phase::starting || !life_->lets_in())
    return "no clients are let in";
  for (auto& x : parts_)
    // Also where a hook of a room holds the part up (`is_held_up`): a new
    // client would wait for it as well.
    if (auto overdue = x.probe->overdue(now_()); overdue > answer_within)
      return fmt::format("{} has not answered for {:.1f} s", x.name,
                         seconds(overdue));
  return admission_ ? admission_() : std::string{};
}

health_report health::ready() const {
  checklist list;
  auto phase = life_->phase();
  list.add("accepting", why_nobody_is_let_in());
  list.add("staying", phase <= node_phase::running
                        ? ""
                        : fmt::format("the node is {}", to_string(phase)));
  auto proven = bus_->proven();
  auto never = proven == clock::time_point{};
  // A node is not ready before the first message is back. Until then the time
  // counts from the start of the node.
  auto silent = now_() - std::max(proven, start_);
  auto carries = !never && silent <= bus_proof_within;
  auto [of_links, of_refusals] = bus_->complaints();
  if (!carries)
    list.add("bus", fmt::format("no echo for {:.1f} s{}{}", seconds(silent),
                                of_links.empty() ? "" : ": ", of_links));
  else
    // The probe's own channel works, but Redis may refuse the channels of users
    // and rooms.
    list.add("bus", of_refusals, of_links);
  return list.report("ready");
}

} // namespace atrium
