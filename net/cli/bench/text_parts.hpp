#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace atrium::bench {

/// Puts parts of a text together, and finds them again: enough for the few
/// messages that a load generator writes and reads, at less than the cost of a
/// JSON parser.
std::string concat(std::initializer_list<std::string_view> parts);

/// Returns what stands between `before` and the next `end`; nothing if `before`
/// is not there.
std::string_view part_after(std::string_view text, std::string_view before,
                            char end);

/// Reads the number at the front; 0 if there is none.
std::uint64_t number_at(std::string_view text);

} // namespace atrium::bench
