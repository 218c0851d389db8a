#pragma once

#include "atrium/broker/util/time.hpp"

#include <string>

namespace atrium {

/// Makes a ULID (github.com/ulid/spec): 48 bits of `now` and 80 random bits as
/// 26 characters of Crockford's base 32. Unique and sortable to the
/// millisecond; not a secret. Any thread.
std::string make_ulid(unix_time now);

/// Makes `length` random characters of `0-9a-z` without `i l o u`, 5 bits each.
/// Unique enough for names of nodes and connections; not a secret. Any thread.
std::string make_random_id(std::size_t length);

} // namespace atrium
