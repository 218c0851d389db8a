#pragma once

#include "atrium/actors/replies.hpp"
#include "atrium/actors/rights.hpp"

#include <memory>
#include <string>

namespace atrium {

/// Who is connected, what the user may do, and until when.
struct identity {
  std::string user;
  std::shared_ptr<const rights> may = rights::nothing(); ///< Not null.
  std::shared_ptr<const std::string> info = nullptr; ///< See `member::info`.
  unix_time expires = never; ///< When the connection has to end.
};

} // namespace atrium
