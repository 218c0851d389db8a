#pragma once

#include "support/owner_fixture.hpp"

#include <string>

namespace atrium::test {

/// Three nodes, and a room of the first one with a member on each and a count of 1.
struct moving_fixture : owner_fixture {
  moving_fixture() {
    ann = member_of(room, "a", "ann");
    bob = member_of(room, "b", "bob");
    cid = member_of(room, "c", "cid");
    publish(ann, room, "1");
    forget();
  }

  void forget() {
    ran();
    for (auto* x : {&ann, &bob, &cid})
      x->out->take();
  }

  /// Whether a channel carries what nodes tell each other, and not what is said in rooms.
  static bool is_control(const std::string& channel) {
    return channel.find("node") != std::string::npos;
  }

  /// What the logic has counted, as somebody is told.
  std::string count(const table_client& by) {
    publish(by, room, "\"count\"", "count");
    auto what = seen(by);
    for (auto& x : what)
      if (x.starts_with("answered count "))
        return x.substr(15);
    return "nothing";
  }

  std::string room = room_of("a");
  table_client ann;
  table_client bob;
  table_client cid;
};

} // namespace atrium::test
