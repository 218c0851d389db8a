#define CAF_SUITE presence_book_model_test

#include "atrium/broker/presence_book.hpp"

#include "caf/test/unit_test.hpp"

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using place = std::pair<std::string, std::string>; // channel, user

// What others know by what they were told, and what is true.
struct model {
  explicit model(unsigned seed) : random(seed) {
    // nop
  }

  int below(int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  }

  presence_room room() {
    auto name = std::string(1, static_cast<char>('a' + below(3)));
    return {name, name, name == "c" ? presence_mode::count : presence_mode::full};
  }

  void enter_or_leave() {
    auto where = room();
    auto user = "u" + std::to_string(below(4));
    auto connection = static_cast<std::uint64_t>(below(3));
    auto& connections = truth[{where.channel, user}];
    if (below(2) == 0) {
      connections.insert(connection);
      away.erase({where.channel, user});
      book.enter(where, {connection, user, nullptr}, unix_time{});
    } else {
      if (connections.erase(connection) == 1 && connections.empty())
        away[{where.channel, user}] = now + 3s;
      book.leave(where, user, connection, now);
    }
  }

  void pass() {
    now += 1s;
    std::erase_if(away, [this](auto& x) { return x.second <= now; });
    book.tick(now);
  }

  void take() {
    auto batch = book.take(static_cast<std::size_t>(1 + below(3)), 1000);
    if (batch.where == nullptr)
      return;
    auto& under_way = out[batch.where->channel];
    CAF_REQUIRE(under_way.empty());
    for (auto& x : batch.changes)
      under_way.emplace_back(x.user, x.connections);
  }

  // Others hear a batch, and nothing or a lost answer is the end of it.
  void hear(bool answered, bool heard = true) {
    if (out.empty())
      return;
    auto of = std::next(out.begin(), below(static_cast<int>(out.size())));
    if (heard)
      for (auto& [user, connections] : of->second)
        apply({of->first, user}, connections);
    answered ? book.settle(of->first) : book.requeue(of->first);
    out.erase(of);
  }

  void apply(const place& of, std::size_t connections) {
    auto known = told.find(of);
    if (connections == 0 && known != told.end()) {
      told.erase(known);
      events[of].push_back('-');
    } else if (connections != 0) {
      if (known == told.end())
        events[of].push_back('+');
      told[of] = connections;
    }
  }

  // Everything is lost, and told under another name.
  void lose() {
    out.clear();
    for (auto& [of, connections] : told)
      events[of].push_back('-');
    told.clear();
    book.tell_all_again();
  }

  void step() {
    switch (below(12)) {
    case 0:
      return pass();
    case 1:
    case 2:
      return take();
    case 3:
    case 4:
      return hear(true);
    case 5:
      return hear(false);
    case 6:
      return hear(false, false);
    case 7:
      return below(30) == 0 ? lose() : pass();
    default:
      return enter_or_leave();
    }
  }

  std::map<place, std::size_t> true_state() {
    std::map<place, std::size_t> result;
    for (auto& [of, connections] : truth) {
      auto there = !connections.empty() || away.contains(of);
      if (there)
        result[of] = of.first == "c" ? 1 : std::max<std::size_t>(1, connections.size());
    }
    return result;
  }

  void check() {
    while (!out.empty())
      hear(true);
    for (take(); !out.empty(); take())
      hear(true);
    CAF_CHECK(told == true_state());
    std::map<std::string, std::size_t> present;
    for (auto& [of, connections] : told)
      ++present[of.first];
    presence_stats counts;
    book.count(counts);
    CAF_CHECK_EQUAL(counts.waiting, 0u);
    CAF_CHECK_EQUAL(counts.users, told.size());
    CAF_CHECK_EQUAL(counts.rooms, present.size());
    for (auto& [channel, users] : present)
      CAF_CHECK_EQUAL(book.read(channel, 0).present, users);
    for (auto& [of, signs] : events)
      for (std::size_t i = 0; i < signs.size(); ++i)
        CAF_CHECK_EQUAL(signs[i], i % 2 == 0 ? '+' : '-');
  }

  std::mt19937 random;
  presence_book book{3s};
  presence_book::clock::time_point now{};
  std::map<place, std::set<std::uint64_t>> truth;
  std::map<place, presence_book::clock::time_point> away;
  std::map<std::string, std::vector<std::pair<std::string, std::size_t>>> out;
  std::map<place, std::size_t> told;
  std::map<place, std::string> events;
};

} // namespace

CAF_TEST(others know how things stand whatever gets lost) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    model x{seed};
    for (int i = 0; i < 500; ++i) {
      x.step();
      if (i % 100 == 99)
        x.check();
    }
    x.now += 10s;
    x.away.clear();
    x.book.tick(x.now);
    x.check();
    CAF_CHECK(!x.book.next_tick());
  }
}
