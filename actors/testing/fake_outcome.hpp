#pragma once

#include "atrium/broker/util/errc.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace atrium {

/// What has become of a message to a `fake_room`.
struct fake_outcome {
  enum class state : std::uint8_t {
    published, ///< It has gone to all members.
    answered,  ///< It has gone to nobody, and the logic has answered.
    waiting,   ///< The logic will answer.
    failed,    ///< It has gone to nobody.
  };

  state what = state::waiting;
  errc code = errc::none; ///< Where it has failed.
  std::string text = {};  ///< What was published, or the answer, or why not.

  static fake_outcome failure(errc code, std::string why) {
    return {state::failed, code, std::move(why)};
  }

  bool is_published() const {
    return what == state::published;
  }

  bool is_answered() const {
    return what == state::answered;
  }

  bool is_waiting() const {
    return what == state::waiting;
  }

  /// Whether the logic has refused it.
  bool is_refused() const {
    return code == errc::room_refused;
  }
};

} // namespace atrium
