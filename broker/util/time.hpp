#pragma once

#include <chrono>

namespace atrium {

/// Time on the wire: milliseconds since the Unix epoch, UTC.
using unix_time = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace atrium
