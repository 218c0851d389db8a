#define CAF_SUITE cluster_model_test

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include "caf/test/unit_test.hpp"
#include "support/model_cluster.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <string>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

enum class outcome { none, done, lost, unreachable, refused };

// All that was ever composed, by number.
struct command {
  std::string key;
  clock_type::time_point since;
  outcome end = outcome::none;
};

struct world;

class model_caller final : public redis_caller {
public:
  model_caller(world& all, bool is_any_order, bool has_script)
    : all_(all), is_any_order_(is_any_order), has_script_(has_script) {
    // nop
  }

  void on_up() override {
    // nop
  }
  void on_lost() override {
    throw std::logic_error("on_lost is never called");
  }
  void compose(std::string& out, std::size_t limit) override;
  std::size_t unanswered() const override {
    return sent.size();
  }
  std::string_view on_reply(resp_reply reply) override {
    return on_reply_to(0, reply);
  }
  std::string_view on_reply_to(std::size_t which, resp_reply reply) override;

  std::deque<std::string> waiting; // keys
  std::deque<std::uint64_t> sent;
  std::size_t bytes = 0;

private:
  world& all_;
  const bool is_any_order_;
  const bool has_script_;
};

// Three servers, six keys and three callers.
struct world {
  explicit world(std::uint32_t seed) : cluster(3, {"a", "b", "c", "d", "e", "f"}, seed) {
    hub.set_map(cluster.map());
    hub.add(ann, {{}, "refused", ""});
    hub.add(bob, {{}, "refused", "", true});
    hub.add(eve, {"script", "refused", "", true});
  }

  void say(model_caller& who, std::size_t count, std::size_t bytes) {
    who.bytes = bytes;
    for (; count > 0; --count) // scripts have keys of their own
      who.waiting.push_back(cluster.keys[cluster.pick(3) + (&who == &eve ? 3 : 0)]);
    hub.wake();
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    if (auto next = hub.next_tick(); next && *next <= now)
      hub.tick();
  }

  void step();
  void change_places();
  void break_something();
  void heal();
  void run_smoothly(std::chrono::milliseconds time);
  void check_progress(std::size_t broken);
  void check_effects();
  bool is_late(const command& x) const {
    return x.end == outcome::none && x.since + 100ms <= now;
  }

  clock_type::time_point now{std::chrono::hours{1}};
  test::model_cluster cluster;
  cluster_pipeline hub{{}, cluster, [this] { return now; }};
  std::map<std::uint64_t, command> all;
  model_caller ann{*this, false, false};
  model_caller bob{*this, true, false};
  model_caller eve{*this, true, true};
};

void model_caller::compose(std::string& out, std::size_t limit) {
  for (; !waiting.empty() && out.size() < limit; waiting.pop_front()) {
    auto id = all_.all.size() + 1;
    auto& key = waiting.front();
    auto number = std::to_string(id);
    auto filling = std::string(bytes, 'x');
    has_script_ ? append_command(out, {"EVALSHA", "script", "1", key, number, filling})
                : append_command(out, {"SET", key, number, filling});
    sent.push_back(id);
    all_.all[id] = {key, all_.now};
  }
}

std::string_view model_caller::on_reply_to(std::size_t which, resp_reply reply) {
  if (which >= sent.size() || (which > 0 && !is_any_order_))
    throw std::logic_error("an answer to no command");
  auto id = sent[which];
  sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(which));
  auto& x = all_.all.at(id);
  auto text = reply.front().text;
  if (!is_error(reply))
    x.end = text == std::to_string(id) ? outcome::done
                                       : throw std::logic_error("the answer to another command");
  else if (is_lost(reply))
    x.end = outcome::lost;
  else if (is_unreachable(reply))
    x.end = outcome::unreachable;
  else if (text.starts_with("ERR") || is_no_script(reply))
    x.end = outcome::refused;
  else
    throw std::logic_error("a bounce is told: " + std::string{text});
  return {};
}

void world::step() {
  auto& server = cluster.servers[cluster.pick(3)];
  auto dice = cluster.pick(1'000);
  if (dice < 150)
    say(*std::array{&ann, &bob, &eve}[cluster.pick(3)], 1 + cluster.pick(4),
        cluster.pick(60) == 0 ? 100'000 : 0);
  else if (dice < 300)
    cluster.pump(server);
  else if (dice < 600)
    cluster.work(server);
  else if (dice < 850)
    cluster.deliver(server, 1 + cluster.pick(4));
  else if (dice < 900)
    pass(std::chrono::milliseconds{cluster.pick(30)});
  else if (dice < 930)
    cluster.connect(server);
  else if (dice < 985)
    cluster.change([&] { change_places(); });
  else if (dice < 995)
    break_something();
  else if (cluster.is_asked)
    hub.set_map(cluster.map());
}

void world::change_places() {
  auto& x = cluster.places[cluster.keys[cluster.pick(6)]];
  auto& server = cluster.servers[cluster.pick(3)];
  switch (cluster.pick(8)) {
  case 0: // a replica takes over
    x = {cluster.pick(3)};
    x.target = x.owner;
    break;
  case 1: // it begins to move
    x.target = cluster.pick(3);
    x.is_there = false;
    break;
  case 2:
    x.is_there = x.target != x.owner;
    break;
  case 3:
    x.tries_again = !x.tries_again;
    break;
  case 4: // it has moved
    if (x.is_there)
      x = {x.target, x.target};
    break;
  case 5:
    x.is_down = !x.is_down && cluster.pick(2) == 0;
    break;
  case 6:
    server.is_loading = !server.is_loading && cluster.pick(2) == 0;
    break;
  default:
    break;
  }
}

void world::break_something() {
  auto& server = cluster.servers[cluster.pick(3)];
  switch (cluster.pick(8)) {
  case 0:
    server.hangs = !server.is_alive || !server.hangs;
    break;
  case 1:
  case 2:
    server.hangs = false;
    break;
  case 3: // it starts anew
    cluster.cut(server);
    server.scripts.clear();
    server.is_alive = cluster.pick(2) == 0;
    break;
  case 4:
    server.is_alive = true;
    break;
  case 5:
    server.scripts.clear();
    break;
  case 6:
    pass(std::chrono::milliseconds{cluster.pick(3'000)});
    break;
  default:
    cluster.cut(server);
  }
}

// Everything works, and nothing is on its way any more.
void world::heal() {
  for (auto& [key, x] : cluster.places)
    x = {x.owner, x.owner};
  for (auto& x : cluster.servers) {
    x.hangs = x.is_loading = false;
    x.is_alive = true;
    cluster.cut(x); // or the model would have to wait until all is served
  }
  cluster.change([] {});
  hub.set_map(cluster.map());
}

void world::run_smoothly(std::chrono::milliseconds time) {
  for (auto until = now + time; now < until;) {
    for (auto& x : cluster.servers) {
      cluster.connect(x);
      cluster.pump(x);
      while (!x.inbox.empty() && !x.hangs)
        cluster.work(x);
      cluster.deliver(x, 1'000'000);
    }
    pass(10ms);
  }
}

// Who does not need a broken server is served.
void world::check_progress(std::size_t broken) {
  heal();
  run_smoothly(500ms);
  auto& server = cluster.servers[broken];
  auto is_hanging = cluster.pick(2) == 0;
  server.is_alive = server.hangs = is_hanging;
  if (!is_hanging)
    cluster.cut(server);
  for (int i = 0; i < 250; ++i) {
    for (auto* x : {&ann, &bob, &eve})
      say(*x, 2, 10'000);
    run_smoothly(10ms);
    if (bob.waiting.size() + eve.waiting.size() > 10)
      CAF_FAIL("who takes answers in any order is held back");
    for (auto& [id, x] : all)
      if (is_late(x) && cluster.places[x.key].owner != broken
          && std::ranges::find(ann.sent, id) == ann.sent.end())
        CAF_FAIL("command " << id << " waits for a server that it does not need");
  }
  for (auto& [id, x] : all)
    if (!is_hanging && is_late(x))
      CAF_FAIL("command " << id << " waits for a server that is long down");
}

void world::check_effects() {
  std::map<std::uint64_t, int> count;
  for (auto& [key, ids] : cluster.effects) {
    std::uint64_t last = 0;
    for (auto id : ids) {
      if (++count[id] > 1)
        CAF_FAIL("command " << id << " takes effect twice");
      if (all.at(id).end == outcome::lost)
        continue;
      if (id < last)
        CAF_FAIL("command " << id << " takes effect after " << last);
      last = id;
    }
  }
  for (auto& [id, x] : all) {
    if (x.end == outcome::none)
      CAF_FAIL("command " << id << " is not answered");
    auto expected = x.end == outcome::done ? 1 : 0;
    if (x.end != outcome::lost && count[id] != expected)
      CAF_FAIL("command " << id << " has " << count[id] << " effects");
  }
}

} // namespace

CAF_TEST(whatever servers do commands take effect once and in order) {
  std::map<outcome, int> ends;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAF_MESSAGE("seed " << seed);
    world x{seed};
    for (int i = 0; i < 5'000; ++i)
      x.step();
    x.check_progress(seed % 3);
    x.heal();
    x.run_smoothly(3s);
    CAF_CHECK(!x.hub.next_tick());
    x.check_effects();
    for (auto& [id, command] : x.all)
      ++ends[command.end];
  }
  for (auto end : {outcome::done, outcome::lost, outcome::unreachable, outcome::refused})
    CAF_CHECK_GREATER(ends[end], 100);
}
