#pragma once

#include "atrium/actors/home.hpp"
#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/json_loader.hpp"
#include "atrium/actors/room_logic.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Which logic runs in which rooms, by name pattern: `lobby` is one room,
/// `game:*` all rooms whose name begins with `game:`. The longest pattern that
/// fits decides. Filled before the node starts, read-only afterwards.
class room_types {
public:
  using factory = std::function<std::unique_ptr<room_logic>()>;

  /// Which threads run a logic.
  enum class thread : std::uint8_t {
    worker, ///< Those of CAF's scheduler: its hooks may take their time.
    lane    ///< One that has sockets to serve: no hook ever waits or computes.
  };

  /// Registers `Logic`, made with its default constructor.
  template <class Logic>
  room_types& add(std::string pattern, thread where = thread::worker) {
    return add<Logic>(std::move(pattern), home::each, where);
  }

  /// The same for rooms with this home.
  template <class Logic>
  room_types& add(std::string pattern, home at, thread where = thread::worker) {
    return add(
      std::move(pattern), [] { return std::make_unique<Logic>(); }, at, where);
  }

  /// Registers what makes logic: a function that returns a `std::unique_ptr` to
  /// it. A pattern that is registered already is replaced.
  template <class Make>
  room_types& add(std::string pattern, Make make,
                  thread where = thread::worker) {
    return add(std::move(pattern), std::move(make), home::each, where);
  }

  template <class Make>
  room_types& add(std::string pattern, Make make, home at,
                  thread where = thread::worker) {
    using logic = typename decltype(make())::element_type;
    return add_entry({std::move(pattern), std::move(make), describer<logic>(),
                      loader<logic>(), at, where});
  }

  /// Makes the logic of the room that `context` stands for.
  std::unique_ptr<room_logic> make(room_context& context) const;

  /// Makes one that accepts everything, for a room whose logic is elsewhere.
  static std::unique_ptr<room_logic> make_plain(room_context& context);

  /// Returns whether rooms of this name have logic of the operator's.
  bool has(std::string_view room) const;

  home home_of(std::string_view room) const;

  /// Returns whether there are rooms with this home.
  bool has_any(home x) const;

  /// Returns a text that tells their name patterns from others.
  std::string digest(home x) const;

  /// Returns whether the logic of rooms of this name runs on a lane: it says
  /// so, or there is none.
  bool run_on_lane(std::string_view room) const;

  /// Ends a logic, which has no room from then on; throws what its destructor
  /// throws.
  static void discard(std::unique_ptr<room_logic> x);

  /// The fields of a logic's `inspect` as the text of a JSON object; null if it
  /// has none.
  static std::string describe(room_logic& x);

  /// Returns whether `restore` can read what `describe` has written.
  static bool can_restore(const room_logic& x) {
    return x.load_ != nullptr;
  }

  /// Reads what `describe` has written: nothing, or what is wrong with it.
  static std::optional<std::string> restore(room_logic& x,
                                            std::string_view text);

private:
  using describe_function = std::string (*)(room_logic&);
  using load_function
    = std::optional<std::string> (*)(room_logic&, std::string_view);

  struct entry {
    std::string pattern;
    factory make;
    describe_function describe;
    load_function load;
    home at;
    thread where;
  };

  template <class Logic>
  static describe_function describer() {
    if constexpr (inspectable<Logic>)
      return [](room_logic& x) {
        return json_inspector::to_json(static_cast<Logic&>(x));
      };
    else
      return nullptr;
  }

  template <class Logic>
  static load_function loader() {
    if constexpr (restorable<Logic>)
      return [](room_logic& x, std::string_view text) {
        return json_loader::from_json(text, static_cast<Logic&>(x));
      };
    else
      return nullptr;
  }

  room_types& add_entry(entry x);
  const entry* find(std::string_view room) const;

  std::vector<entry> entries_; // longest pattern first
};

} // namespace atrium
