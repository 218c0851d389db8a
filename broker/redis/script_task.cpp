#include "atrium/broker/redis/script_task.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

script_task::script_task(redis_client& client,
                         std::chrono::milliseconds patience, log::event event,
                         std::string_view refused)
  : redis_task(client),
    patience_(patience),
    event_(event),
    refused_(refused),
    requests_(
      client.io(), [this] { go_on(); }, client.turns()) {
  // nop
}

void script_task::start() {
  redis_task::start({{}, event_, refused_});
}

void script_task::ask(line& to, std::unique_ptr<script_call> x) {
  if (!to.queue.admit(x->bytes))
    return x->fail(errc::bus_unavailable);
  auto taken = requests_.leave([&](std::vector<request>& all) {
    x->deadline = clock::now() + patience_;
    all.push_back({&to, std::move(x)});
    return true;
  });
  if (taken)
    return;
  to.queue.release(x->bytes);
  x->fail(errc::bus_unavailable);
}

auto script_task::add_line(std::string_view script) -> line& {
  return lines_.emplace_back(client(), script);
}

void script_task::push_own(line& to, std::unique_ptr<script_call> x) {
  to.queue.admit_always();
  x->deadline = clock::now() + patience_;
  to.queue.push(std::move(x));
}

void script_task::take_requests() {
  for (auto& x : requests_.take())
    x.to->queue.push(std::move(x.what));
}

// -- redis_task ---------------------------------------------------------------

// Each script is loaded when it is needed for the first time.
auto script_task::work(clock::time_point now) -> clock::time_point {
  take_requests();
  auto next = prepare(now);
  for (auto& x : lines_) {
    if (x.queue.is_empty())
      continue;
    if (!std::exchange(x.begun, true))
      x.caller.start({x.script, event_, refused_, true});
    x.caller.wake();
  }
  return next;
}

bool script_task::is_settled() const {
  return std::ranges::all_of(lines_,
                             [](const line& x) { return x.queue.is_empty(); });
}

void script_task::on_end(clock::time_point) {
  requests_.close();
  take_requests();
  for (auto& x : lines_)
    x.caller.stop();
  connected(false);
}

void script_task::publish_stats() {
  // They are counted where any thread can see it.
}

// -- redis_caller -------------------------------------------------------------

void script_task::on_up() {
  connected(true);
  go_on_soon();
}

void script_task::on_lost() {
  connected(false);
}

void script_task::compose(std::string&, std::size_t) {
  // The lines do that.
}

std::size_t script_task::unanswered() const {
  return 0;
}

std::string_view script_task::on_reply(resp_reply) {
  return "an answer to no command";
}

void script_task::on_read_end() {
  if (is_stopping())
    go_on_soon();
}

} // namespace atrium
