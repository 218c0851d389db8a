#pragma once

#include "atrium/broker/log/log.hpp"

#include <string>
#include <vector>

namespace atrium {

/// What is logged, and how.
struct log_options {
  log::level level = log::level::info;
  log::format format = log::format::text;
  std::vector<std::string>
    trace_users; ///< Names; see actors/util/watch_list.hpp.
  std::vector<std::string> trace_rooms;
};

} // namespace atrium
