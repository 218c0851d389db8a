#define CAF_SUITE room_owners_model_test

#include "caf/test/unit_test.hpp"
#include "support/owners_world.hpp"

#include <string>
#include <unordered_set>
#include <vector>

using namespace atrium::test;
using namespace std::string_literals;

// All schedules of some nodes that own one room in turn, within budgets: in each
// state of the whole each step is tried that somebody could take. A node may
// stop anywhere, since others then take all the steps; its lease may end although
// it goes on; what it has sent may arrive after it has given up, after what
// others have sent, and in another order. Clients send increments by ids, to any
// node, again and again.

namespace {

/// Walks through all that can happen.
class walk {
public:
  walk(mutant m, budgets b) {
    visit(world{m, b});
    while (!open_.empty() && fault.empty()) {
      auto x = std::move(open_.back());
      open_.pop_back();
      step(x);
    }
  }

  std::size_t states() const {
    return known_.size();
  }

  std::string fault;
  bool has_all = false; // all increments were acknowledged, somewhere

private:
  void visit(world x) {
    x.look();
    if (!x.fault.empty())
      fault = x.fault;
    if (x.acknowledged == (2u << x.left.ids) - 2)
      has_all = true;
    if (known_.insert(x.key()).second)
      open_.push_back(std::move(x));
  }

  // Tries a step in a world of its own.
  template <class F>
  void attempt(const world& from, F&& what) {
    auto x = from;
    what(x);
    visit(std::move(x));
  }

  // Tries one that uses a budget up.
  template <class F>
  void attempt(const world& from, int budgets::*budget, F&& what) {
    if (from.left.*budget == 0)
      return;
    auto x = from;
    --(x.left.*budget);
    what(x);
    visit(std::move(x));
  }

  void step(const world& from) {
    for (int i = 0; i < static_cast<int>(from.nodes.size()); ++i) {
      auto at = static_cast<std::size_t>(i);
      step_of_lease(from, i);
      attempt(from, &budgets::crashes, [&](world& x) {
        x.lose(x.nodes[at]);
        x.nodes[at] = {};
      });
      if (from.nodes[at].is_open)
        step_of_owner(from, at);
      else if (from.nodes[at].token == 0)
        attempt(from, [&](world& x) { x.find(i); });
      else
        step_of_newcomer(from, at);
    }
    for (std::size_t i = 0; i < from.late.size(); ++i)
      attempt(from, [&](world& x) {
        auto what = x.late[i];
        x.late.erase(x.late.begin() + static_cast<std::ptrdiff_t>(i));
        x.arrive(what);
      });
  }

  void step_of_lease(const world& from, int i) {
    auto is_alive = ((from.alive >> i) & 1u) != 0;
    attempt(from, is_alive ? &budgets::deaths : &budgets::returns,
            [&](world& x) { x.alive ^= 1u << i; });
  }

  void step_of_newcomer(const world& from, std::size_t at) {
    attempt(from, [&](world& x) { x.open_room(x.nodes[at]); });
    attempt(from, &budgets::losses, [&](world& x) {
      x.late.push_back({x.nodes[at].token, 0, 0, {}, {}});
      x.nodes[at].give_up();
    });
  }

  void step_of_owner(const world& from, std::size_t at) {
    auto& owner = from.nodes[at];
    for (int id = 1; id <= from.left.ids; ++id)
      if ((from.wrong == mutant::no_ids || !has(owner.local, id)) && owner.local.size() < 4
          && static_cast<int>(owner.under_way.size()) < from.left.pipeline)
        attempt(from, [&](world& x) { x.change(x.nodes[at], id); });
    for (int id = 1; id <= from.left.ids; ++id)
      if (has(owner.confirmed, id))
        attempt(from, [&](world& x) { x.acknowledged |= 1u << id; });
    if (!owner.under_way.empty())
      attempt(from, [&](world& x) { x.hear(x.nodes[at]); });
    attempt(from, &budgets::losses, [&](world& x) { x.lose(x.nodes[at]); });
    attempt(from, &budgets::releases, [&](world& x) {
      x.store.release(room, x.nodes[at].token);
      x.lose(x.nodes[at]);
    });
  }

  std::unordered_set<std::string> known_;
  std::vector<world> open_;
};

} // namespace

CAF_TEST(the words of two owners never count out of order) {
  walk x{mutant::none, budgets{}};
  CAF_MESSAGE("two nodes: " << x.states() << " states");
  CAF_CHECK_EQUAL(x.fault, ""s);
  CAF_CHECK(x.has_all);
  CAF_CHECK(x.states() > 700'000);
}

CAF_TEST(nor do those of a node that has forgotten or of three nodes) {
  budgets crash;
  crash.crashes = 1;
  crash.losses = 0;
  crash.returns = 0;
  walk x{mutant::none, crash};
  CAF_MESSAGE("with a crash: " << x.states() << " states");
  CAF_CHECK_EQUAL(x.fault, ""s);
  CAF_CHECK(x.has_all);
  CAF_CHECK(x.states() > 380'000);
  budgets three;
  three.nodes = 3;
  three.ids = 1;
  three.returns = 0;
  walk y{mutant::none, three};
  CAF_MESSAGE("three nodes: " << y.states() << " states");
  CAF_CHECK_EQUAL(y.fault, ""s);
  CAF_CHECK(y.has_all);
  CAF_CHECK(y.states() > 50'000);
}

CAF_TEST(whatever is left out is seen) {
  for (auto m :
       {mutant::no_fence, mutant::opens_without_fence, mutant::no_numbers, mutant::no_ids}) {
    walk x{m, budgets{}};
    CAF_MESSAGE("mutant " << static_cast<int>(m) << ": " << x.fault << " after " << x.states()
                          << " states");
    CAF_CHECK(!x.fault.empty());
  }
}
