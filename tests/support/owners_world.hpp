#pragma once

#include "atrium/broker/memory/room_owner_store.hpp"

#include "support/subscriber_log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace atrium::test {

inline const std::string room = "x";

/// What is left out of the protocol, to show that the test would see it.
enum class mutant { none, no_fence, opens_without_fence, no_numbers, no_ids };

/// How often each thing may happen.
struct budgets {
  int nodes = 2;
  int ids = 2;      // increments
  int deaths = 1;   // leases that end
  int returns = 1;  // leases that come back
  int losses = 1;   // links that are lost, with what is under way
  int releases = 1; // by owners that could go on
  int crashes = 0;  // nodes that forget
  int pipeline = 2; // words under way
};

/// An opening (`id` 0), or a word, which adds a field to those of its base.
struct call {
  std::uint64_t token = 0;
  std::uint64_t number = 0;
  int id = 0;
  std::string base;
  std::string state;
};

/// What a node knows of the room.
struct node {
  std::uint64_t token = 0; // found, and not known to be of no use
  std::uint64_t used = 0;  // the last that is
  bool is_open = false;
  std::uint64_t number = 0;
  std::string local;     // with the words under way
  std::string confirmed; // with those that count
  std::vector<call> under_way;

  void give_up() {
    used = token;
    token = 0;
    is_open = false;
    under_way.clear();
  }
};

inline std::string name(int i) {
  return std::string(1, static_cast<char>('a' + i));
}

/// Returns the values of all fields, whose names are their places.
template <class Fields>
std::string joined(const Fields& state) {
  std::string result(state.size(), '?');
  for (auto& [place, value] : state)
    if (auto at = static_cast<std::size_t>(place[0] - '0'); at < result.size())
      result[at] = (*value)[0];
  return result;
}

inline bool has(const std::string& state, int id) {
  return state.find(static_cast<char>('0' + id)) != std::string::npos;
}

/// Redis, some nodes that own one room in turn, and what is under way between
/// them. Each function is a step that is not interrupted.
struct world {
  explicit world(mutant m, budgets b)
    : wrong(m), left(b), alive((1u << b.nodes) - 1), nodes(static_cast<std::size_t>(b.nodes)) {
    // nop
  }

  // -- what Redis does --------------------------------------------------------

  std::string state() const {
    auto* x = store.fence_of(room);
    return x != nullptr ? joined(x->state) : std::string{};
  }

  room_opening open(std::uint64_t token) {
    if (wrong != mutant::opens_without_fence)
      return store.open(room, token, std::chrono::hours{1}, {});
    room_opening result{fencing::passed};
    if (auto* x = store.fence_of(room))
      for (auto& [place, value] : x->state)
        result.state.push_back({place, value});
    return result;
  }

  // Returns whether a word counts, and looks whether it may.
  bool say(const call& x) {
    auto fence = store.fence_of(room);
    if (wrong == mutant::opens_without_fence && (fence == nullptr || fence->token < x.token)) {
      store.open(room, x.token, std::chrono::hours{1}, {});
      fence = store.fence_of(room);
    }
    auto token = x.token;
    auto number = x.number;
    if (fence != nullptr && wrong == mutant::no_fence)
      token = fence->token;
    if (fence != nullptr && (wrong == mutant::no_fence || wrong == mutant::no_numbers))
      number = fence->number + 1;
    if (!store.would_pass(room, token, number, {}))
      return false;
    room_word what;
    what.number = number;
    what.changes = {{std::to_string(x.base.size()), bytes(x.state.substr(x.base.size()))}};
    store.take(room, what, {});
    if (x.token < top)
      fault = "a word of an older owner counts";
    if (x.base != truth)
      fault = "a word counts that was made from another state";
    top = x.token;
    truth = x.state;
    if (state() != truth && fault.empty())
      fault = "the fields are not those that the word was made for";
    return true;
  }

  void arrive(const call& x) {
    if (x.id == 0)
      open(x.token);
    else
      say(x);
  }

  // -- what nodes do ----------------------------------------------------------

  std::vector<std::string> candidates(int first) const {
    std::vector<std::string> result;
    for (int i = 0; i < static_cast<int>(nodes.size()); ++i)
      result.push_back(name((first + i) % static_cast<int>(nodes.size())));
    return result;
  }

  void find(int i) {
    auto owner = store.find(room, candidates(i), [this](const std::string& run) {
      return ((alive >> (run[0] - 'a')) & 1u) != 0;
    });
    auto& x = nodes[static_cast<std::size_t>(i)];
    if (!owner || owner->run != name(i))
      return;
    // With a token that is of no use whoever finds the room would wait for ever.
    if (owner->token == x.used)
      store.release(room, x.used);
    else
      x.token = owner->token;
  }

  void open_room(node& x) {
    auto answer = open(x.token);
    if (answer.result != fencing::passed)
      return x.give_up();
    x.is_open = true;
    x.number = 0;
    x.local = x.confirmed = joined(answer.state);
  }

  void change(node& x, int id) {
    auto base = x.local;
    x.local += static_cast<char>('0' + id);
    x.under_way.push_back({x.token, ++x.number, id, base, x.local});
  }

  void hear(node& x) {
    auto first = x.under_way.front();
    x.under_way.erase(x.under_way.begin());
    if (!say(first))
      return lose(x);
    x.confirmed = first.state;
    acknowledged |= 1u << first.id;
  }

  void lose(node& x) {
    late.insert(late.end(), x.under_way.begin(), x.under_way.end());
    x.give_up();
  }

  // -- all together -----------------------------------------------------------

  // What tells two worlds apart. Numbers are small; texts have their sizes in
  // front, so no two worlds look the same.
  std::string key() const {
    std::string result;
    auto add = [&](auto... n) { (result.push_back(static_cast<char>(n)), ...); };
    auto add_text = [&](const std::string& x) {
      add(x.size());
      result.append(x);
    };
    auto add_calls = [&](const std::vector<call>& all) {
      add(all.size());
      for (auto& x : all) {
        add(x.token, x.number, x.id);
        add_text(x.base);
        add_text(x.state);
      }
    };
    auto* owner = store.owner_of(room);
    add_text(owner != nullptr ? owner->run : "");
    add(owner != nullptr ? owner->token : 0);
    auto* fence = store.fence_of(room);
    add(fence != nullptr ? fence->token : 0, fence != nullptr ? fence->number : 0);
    add_text(state());
    add_text(truth);
    add(top, alive, acknowledged, left.deaths, left.returns, left.losses, left.releases,
        left.crashes);
    for (auto& x : nodes) {
      add(x.token, x.used, x.is_open, x.number);
      add_text(x.local);
      add_text(x.confirmed);
      add_calls(x.under_way);
    }
    add_calls(late);
    return result;
  }

  void look() {
    for (int id = 1; id <= left.ids; ++id) {
      auto times = std::count(truth.begin(), truth.end(), static_cast<char>('0' + id));
      if (times > 1)
        fault = "an increment was made twice";
      if (times == 0 && ((acknowledged >> id) & 1u) != 0)
        fault = "an increment that was acknowledged is lost";
    }
  }

  mutant wrong;
  budgets left;
  unsigned alive;
  std::vector<node> nodes;
  std::vector<call> late; // given up by who has sent it
  room_owner_store store{std::size_t{1} << 20};
  std::uint64_t top = 0;     // of the words that count, the last one's token
  std::string truth;         // and its state
  unsigned acknowledged = 0; // ids
  std::string fault;
};

} // namespace atrium::test
