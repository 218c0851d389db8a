#pragma once

#include "atrium/actors/testing/fake_room_base.hpp"

#include <memory>
#include <string>
#include <utility>

namespace atrium {

/// A room for unit tests of a logic alone: no actors, bus or threads, and time
/// passes when the test says so. What members hear, and in which order, is as
/// in a real room on one node, with two exceptions: it does not end when nobody
/// is in it, and has no bounds (members, sizes). For any test framework.
template <class Logic>
class fake_room : public fake_room_base {
public:
  /// With a logic that its default constructor makes.
  explicit fake_room(std::string name)
    : fake_room_base(std::move(name), room_types{}.add<Logic>("*")) {
    // nop
  }

  /// With a logic that `make` makes, as for `room_types::add`.
  template <class Make>
  fake_room(std::string name, Make make)
    : fake_room_base(std::move(name), room_types{}.add("*", std::move(make))) {
    // nop
  }

  /// The logic; another one after a hook has thrown.
  Logic& logic() const {
    return static_cast<Logic&>(any_logic());
  }
};

} // namespace atrium
