#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace atrium {

/// Which rooms' hooks run right now, and for how long: a hook that blocks takes
/// one of the few threads on which all rooms run, and nobody but its author can
/// end it. Any thread; costs a hook two locks that nobody else wants.
class hook_watch {
  struct slot {
    std::mutex mutex;
    const std::string* room = nullptr; // null: none runs here
    std::chrono::steady_clock::time_point since;
    std::chrono::steady_clock::duration tell_after{};
  };

public:
  using clock = std::chrono::steady_clock;

  /// A hook that has been running for so long.
  struct late_hook {
    std::string room;
    clock::duration time;
  };

  /// A hook, from its beginning to its end.
  class watched_call {
  public:
    explicit watched_call(slot* in) : in_(in) {
      // nop
    }
    watched_call(const watched_call&) = delete;
    watched_call& operator=(const watched_call&) = delete;
    ~watched_call();

  private:
    slot* in_; // null: it is not watched
  };

  /// A hook of the room begins, on this thread. The name has to outlive it.
  [[nodiscard]] watched_call begin(const std::string& room,
                                   clock::time_point now = clock::now());

  /// Returns the hooks that have been running for at least so long.
  std::vector<late_hook> late(clock::duration least,
                              clock::time_point now = clock::now()) const;

  /// The same, but each hook only after `least`, twice, four times as long and
  /// so on. To be called now and then, by one thread.
  std::vector<late_hook> newly_late(clock::duration least,
                                    clock::time_point now = clock::now());

private:
  // One for each thread that runs rooms; there are 64 at most.
  mutable std::array<slot, 64> slots_;
};

} // namespace atrium
